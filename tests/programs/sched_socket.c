/*
 * Parent and child talk over a socket pair, and hang up.
 *
 * Expect: always ok: each answer fits its question
 */
#include <assert.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void answer(int file)
{
    int number;

    while (recv(file, &number, sizeof number, 0) == sizeof number) {
        number *= 2;
        if (send(file, &number, sizeof number, 0) != sizeof number)
            _exit(1);
    }
    _exit(0);
}

int main(void)
{
    int pair[2], number, status = -1;
    pid_t child;

    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 2;
    child = fork();
    if (child < 0)
        return 2;
    if (child == 0) {
        close(pair[0]);
        answer(pair[1]);
    }
    close(pair[1]);
    for (int i = 1; i < 4; i++) {
        assert(write(pair[0], &i, sizeof i) == sizeof i);
        assert(read(pair[0], &number, sizeof number) == sizeof number);
        assert(number == 2 * i);
    }
    shutdown(pair[0], SHUT_WR);
    assert(read(pair[0], &number, sizeof number) == 0);
    waitpid(child, &status, 0);
    assert(status == 0);
    return 0;
}
