/*
 * Processes lock a file, in both ways that there are, one at a time.
 *
 * One of them ends without unlocking, which gives its locks back.
 *
 * Expect: always ok: nobody ever finds somebody else inside
 */
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 3 };

/* One for each way: they do not know of each other. */
static struct room {
    int inside, visits;
} *rooms;

static void visit(struct room *room)
{
    room->inside++;
    assert(room->inside == 1);
    room->visits++;
    room->inside--;
}

static void lock_record(int file, short type)
{
    struct flock whole = {.l_type = type, .l_whence = SEEK_SET};

    assert(fcntl(file, F_SETLKW, &whole) == 0);
}

static void child(const char *path, int number)
{
    int file = open(path, O_RDWR);

    lock_record(file, F_WRLCK);
    visit(&rooms[0]);
    if (number == 0)
        _exit(0);
    lock_record(file, F_UNLCK);
    assert(flock(file, LOCK_EX) == 0);
    visit(&rooms[1]);
    if (number == 1)
        _exit(0);
    assert(flock(file, LOCK_UN) == 0);
    close(file);
    exit(0);
}

int main(void)
{
    char path[] = "/tmp/sched_file_locks.XXXXXX";
    int file = mkstemp(path), status;
    pid_t pid;

    rooms = mmap(NULL, 2 * sizeof *rooms, PROT_READ | PROT_WRITE,
                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (file < 0 || rooms == MAP_FAILED)
        return 2;
    for (int i = 0; i < CHILDREN; i++) {
        pid = fork();
        if (pid < 0)
            return 2;
        if (pid == 0)
            child(path, i);
    }
    for (int i = 0; i < CHILDREN; i++) {
        assert(wait(&status) > 0);
        assert(status == 0);
    }
    unlink(path);
    assert(rooms[0].visits == CHILDREN);
    assert(rooms[1].visits == CHILDREN - 1);
    return 0;
}
