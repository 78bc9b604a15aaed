/*
 * Threads and processes that could not be made, and then some that can.
 *
 * Expect: always ok: who comes after them has turns all the same
 */
#include <assert.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static atomic_int worked;

static void *work(void *none)
{
    worked++;
    return none;
}

static void ck_child(void)
{
    int status = -1;

    assert(wait(&status) > 0);
    assert(status == 0);
}

int main(void)
{
    char *words[] = {"true", NULL};
    pthread_attr_t attributes;
    pthread_t thread;
    pid_t pid;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)1 << 50);
    assert(pthread_create(&thread, &attributes, work, NULL) != 0);
    assert(posix_spawn(&pid, "/nowhere", NULL, NULL, words, environ) != 0);
    assert(posix_spawn(&pid, "/bin/true", NULL, NULL, words, environ) ==
           0);
    ck_child();
    assert(pthread_create(&thread, NULL, work, NULL) == 0);
    pid = fork();
    if (pid == 0)
        _exit(0);
    assert(pid > 0);
    ck_child();
    pthread_join(thread, NULL);
    assert(worked == 1);
    return 0;
}
