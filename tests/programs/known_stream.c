/*
 * A parent reads by stdio what its child writes to a pipe, in pieces.
 *
 * Expect: always ok: whatever the pieces, the numbers are read
 */
#define _GNU_SOURCE /* getline */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(int file, const char *words)
{
    if (write(file, words, strlen(words)) < 0)
        _exit(1);
}

static void write_pieces(int file)
{
    say(file, "1");
    say(file, "2 ");
    say(file, "first li");
    say(file, "ne\nsecond");
    say(file, " line\nabcdef");
    say(file, "\n7");
    say(file, "\n");
    _exit(0);
}

int main(void)
{
    char words[80], *line = NULL;
    size_t room = 0;
    int ends[2], number = 0;
    FILE *in;

    if (pipe(ends) < 0)
        return 1;
    if (fork() == 0)
        write_pieces(ends[1]);
    close(ends[1]);
    in = fdopen(ends[0], "r");
    if (in == NULL)
        return 1;
    assert(getc(in) == '1' && fgetc(in) == '2' && getc(in) == ' ');
    assert(fgets(words, sizeof words, in) == words);
    assert(strcmp(words, "first line\n") == 0);
    assert(getline(&line, &room, in) == 12);
    assert(strcmp(line, "second line\n") == 0);
    assert(fread(words, 2, 3, in) == 3 && memcmp(words, "abcdef", 6) == 0);
    assert(fscanf(in, "%d", &number) == 1 && number == 7);
    assert(fscanf(in, "%d", &number) == EOF && feof(in));
    free(line);
    fclose(in);
    wait(NULL);
    return 0;
}
