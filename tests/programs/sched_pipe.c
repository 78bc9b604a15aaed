/*
 * A pipe runs full and empty, and comes to its end.
 *
 * The writer writes more than a pipe holds, the reader reads until the
 * last write end is closed; what arrives is what was sent.
 *
 * Expect: always ok: all arrives, in order, and then the end
 */
#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { BLOCK = 50000, BLOCKS = 4 };

static void send_all(int file)
{
    static char block[BLOCK];

    for (int i = 0; i < BLOCKS; i++) {
        memset(block, 'a' + i, sizeof block);
        assert(write(file, block, sizeof block) == sizeof block);
    }
}

static void receive_all(int file)
{
    static char block[30000];
    ssize_t got;
    int total = 0;

    while ((got = read(file, block, sizeof block)) > 0) {
        for (ssize_t i = 0; i < got; i += 999)
            assert(block[i] == 'a' + (total + i) / BLOCK);
        total += (int)got;
    }
    assert(got == 0 && total == BLOCKS * BLOCK);
}

int main(void)
{
    int ends[2], status = -1;
    pid_t child;

    if (pipe(ends) != 0)
        return 2;
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0) {
        close(ends[0]);
        send_all(ends[1]);
        _exit(0);
    }
    close(ends[1]);
    receive_all(ends[0]);
    waitpid(child, &status, 0);
    assert(status == 0);
    close(ends[0]);
    if (pipe(ends) != 0)
        return 2;
    close(ends[0]);
    signal(SIGPIPE, SIG_IGN);
    assert(write(ends[1], "x", 1) == -1 && errno == EPIPE);
    return 0;
}
