/*
 * Makes a named semaphore and named shared memory and leaves them, if it
 * is given a name, in two ways: by forgetting them, or by being killed.
 *
 * Expect: sometimes crash: if it is told to kill itself
 */
#define _DEFAULT_SOURCE /* -std=c11 hides POSIX without it */
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int memory;

    if (argc < 2)
        return 0;
    memory = shm_open(argv[1], O_RDWR | O_CREAT, 0600);
    if (memory < 0 || ftruncate(memory, 4096) < 0 ||
        sem_open(argv[1], O_CREAT, 0600, 1) == SEM_FAILED)
        return 2;
    if (argc > 2)
        raise(SIGKILL);
    return 0;
}
