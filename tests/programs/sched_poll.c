/*
 * One waits for two pipes at once, and is told of letters and ends.
 *
 * Expect: always ok: three letters come, then both ends
 */
#include <assert.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_some(int file, int letters)
{
    for (int i = 0; i < letters; i++)
        if (write(file, "x", 1) != 1)
            _exit(1);
    _exit(0);
}

static int read_both(int first, int second)
{
    struct pollfd both[2] = {{.fd = first, .events = POLLIN},
                             {.fd = second, .events = POLLIN}};
    int letters = 0, open = 2;
    char byte;

    while (open > 0) {
        assert(poll(both, 2, -1) > 0);
        for (int i = 0; i < 2; i++) {
            if (both[i].fd < 0 || both[i].revents == 0)
                continue;
            if (read(both[i].fd, &byte, 1) == 1) {
                letters++;
            } else {
                both[i].fd = -1;
                open--;
            }
        }
    }
    return letters;
}

static void select_one(int file)
{
    fd_set set;
    char byte;

    FD_ZERO(&set);
    FD_SET(file, &set);
    assert(select(file + 1, &set, NULL, NULL, NULL) == 1);
    assert(FD_ISSET(file, &set));
    assert(read(file, &byte, 1) == 1);
}

int main(void)
{
    int pipes[3][2];
    pid_t children[3];

    for (int i = 0; i < 3; i++) {
        if (pipe(pipes[i]) != 0)
            return 2;
        children[i] = fork();
        if (children[i] < 0)
            return 2;
        if (children[i] == 0) {
            sleep((unsigned)i);
            write_some(pipes[i][1], i + 1);
        }
        close(pipes[i][1]);
    }
    assert(read_both(pipes[0][0], pipes[1][0]) == 3);
    select_one(pipes[2][0]);
    while (wait(NULL) > 0)
        continue;
    return 0;
}
