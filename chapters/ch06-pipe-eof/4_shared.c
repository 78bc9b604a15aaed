/*
 * Several consumers share one pipe, a whole message at a time.
 *
 * The program is that of 3_rivals with a lock around the two reads
 * that make up a message. Whoever has read a length is sure to read
 * the body that belongs to it. The lock does not protect the pipe: the
 * kernel does that. It protects the message, of which the kernel knows
 * nothing.
 *
 * Expect: always ok: ten whole messages between two consumers
 * Compare: a message is whole only if its two reads are one step
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGES = 10, LONGEST = 63, CONSUMERS = 2 };
enum { READ, WRITE };

/* In the pipe: the length of a body, then the bytes of that body. */
struct message {
    int length;
    char body[LONGEST + 1];
};

static int ends[2]; /* of the pipe; each process has its own two */
static pthread_mutex_t *lock; /* shared; held for a whole message */

static void must(int fine, const char *what)
{
    if (!fine) {
        perror(what);
        exit(1);
    }
}

static void producer(int messages)
{
    struct message message;
    size_t size;

    close(ends[READ]);
    for (int n = 0; n < messages; n++) {
        usleep(10 * 1000); /* a 包子 takes time to make */
        message.length = sprintf(message.body, "包子 %d", n);
        size = sizeof(int) + (size_t)message.length;
        must(write(ends[WRITE], &message, size) == (ssize_t)size,
             "write"); // p1
    }
}

/* Returns 0 at the end of the pipe. */
static int receive(struct message *message)
{
    ssize_t got;

    got = read(ends[READ], &message->length, sizeof(int)); // c1
    if (got == 0)
        return 0;
    assert(got == sizeof(int));
    assert(message->length > 0 && message->length <= LONGEST); // c2
    got = read(ends[READ], message->body,
               (size_t)message->length); // c3
    assert(got == message->length);
    message->body[got] = '\0';
    return 1;
}

static void consumer(int me)
{
    struct message message;
    int received;

    close(ends[WRITE]);
    do {
        pthread_mutex_lock(lock);
        received = receive(&message);
        pthread_mutex_unlock(lock);
        if (received)
            printf("c%d got %s\n", me, message.body);
    } while (received);
    printf("c%d: end of file\n", me);
}

static pid_t start(void (*role)(int), int number)
{
    pid_t parent = getpid();
    pid_t pid = fork();

    if (pid == 0) {
        /* Linux: nobody is left behind if the parent is killed. */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit(1);
        role(number);
        exit(0);
    }
    must(pid > 0, "fork");
    return pid;
}

static int join(pid_t pid)
{
    int status;

    must(waitpid(pid, &status, 0) == pid, "waitpid");
    return status == 0;
}

static void make_lock(void)
{
    pthread_mutexattr_t shared;

    lock = mmap(NULL, sizeof(*lock), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(lock != MAP_FAILED, "mmap");
    pthread_mutexattr_init(&shared);
    pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &shared);
    pthread_mutexattr_destroy(&shared);
}

int main(void)
{
    pid_t children[CONSUMERS + 1];
    int fine = 1;

    /* into a pipe, too, line by line, and nothing left at a fork */
    setvbuf(stdout, NULL, _IOLBF, 0);
    make_lock();
    must(pipe(ends) == 0, "pipe");
    for (int i = 0; i < CONSUMERS; i++)
        children[i] = start(consumer, i + 1);
    children[CONSUMERS] = start(producer, MESSAGES);
    close(ends[READ]);
    close(ends[WRITE]);
    for (int i = 0; i < CONSUMERS + 1; i++)
        fine = join(children[i]) && fine;
    return fine ? 0 : 1;
}
