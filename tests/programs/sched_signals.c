/*
 * Signals come to one that pauses, that waits, that reads, and to one's
 * own process from another thread.
 *
 * Expect: always ok: each handler runs, and ends the call that it may
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t *begun;
static volatile sig_atomic_t handled;
static sem_t none;

static void handler(int number)
{
    if (number == SIGUSR1)
        handled = handled + 1;
}

static void handle(int flags)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    assert(sigaction(SIGUSR1, &action, NULL) == 0);
}

/* Each waits in another call until a signal ends it. */
static void child(int number, int file)
{
    char byte;

    handle(0);
    sem_post(begun);
    if (number == 0)
        while (handled == 0)
            sleep(1000);
    if (number == 1)
        while (handled == 0)
            assert(sem_wait(&none) == -1 && errno == EINTR);
    if (number == 2)
        while (handled == 0)
            assert(read(file, &byte, 1) == -1 && errno == EINTR);
    _exit(0);
}

/* A signal may come just before the call that it is to end, so one is
 * not enough. */
static void signal_until_it_ends(pid_t pid, int *status)
{
    do {
        assert(kill(pid, SIGUSR1) == 0);
        sleep(1);
    } while (waitpid(pid, status, WNOHANG) == 0);
}

static void *signal_own(void *unused)
{
    assert(kill(getpid(), SIGUSR1) == 0);
    sem_post(&none);
    return unused;
}

static void to_own_process(void)
{
    pthread_t thread;

    handle(SA_RESTART);
    handled = 0;
    if (pthread_create(&thread, NULL, signal_own, NULL) != 0)
        _exit(2);
    while (sem_wait(&none) != 0)
        assert(errno == EINTR);
    pthread_join(thread, NULL);
    assert(handled == 1);
}

int main(void)
{
    int ends[2], status = -1;
    pid_t pid;

    begun = mmap(NULL, sizeof *begun, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (begun == MAP_FAILED || pipe(ends) != 0)
        return 2;
    sem_init(begun, 1, 0);
    sem_init(&none, 0, 0);
    for (int i = 0; i < 3; i++) {
        pid = fork();
        if (pid < 0)
            return 2;
        if (pid == 0)
            child(i, ends[0]);
        sem_wait(begun);
        signal_until_it_ends(pid, &status);
        assert(status == 0);
    }
    to_own_process();
    return 0;
}
