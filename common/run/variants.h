/*
 * variants.h - the programs that this binary holds.
 *
 * The table is made by make (variants.awk) from the files of a chapter's
 * folder; nobody registers anything.
 */
#ifndef RUN_VARIANTS_H
#define RUN_VARIANTS_H

#include <stdbool.h>

struct variant {
    const char *name;    /* "race" for 1_race.c */
    const char *file;    /* "chapters/ch02-.../1_race.c" */
    const char *title;   /* the first line of the comment at its head */
    const char *expect;  /* what stands after "Expect:", "" if nothing */
    const char *compare; /* what stands after "Compare:", "" if nothing */
    const char *unseen;  /* a line for each sort of call in it that is
                          * not seen here, "" if there are none */
    bool numbered;       /* part of the default run */
    unsigned sum;        /* of its text: if it is another one, a schedule
                          * may not fit any more */
    int (*main)(int argc, char **argv, char **environment);
};

/* In the order of their files; the last has no name. */
extern const struct variant variants[];

#endif
