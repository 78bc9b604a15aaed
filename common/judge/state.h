/*
 * state.h - between the files of the replay only.
 *
 * replay.c plays births and ends, sync.c what synchronises, data.c
 * descriptors and pipes.
 */
#ifndef JUDGE_STATE_H
#define JUDGE_STATE_H

#include "judge/replay.h"

/* More givers than this are not told apart: their units are counted. */
#define GIFTS_MAX 4096

/* The object of that key, made if need be; NULL for key 0. */
struct replay_object *state_object(struct replay *replay, uint64_t key,
                                   enum kind_group group);

/* The actor waits from this event on. */
void state_wait(struct replay *replay, uint32_t index, enum kind kind);

void state_add_waiter(struct replay_object *object, uint16_t actor);
void state_remove_waiter(struct replay_object *object, uint16_t actor);

/* Gifts: given by an event, taken oldest first; only those that were
 * written to `end` (0: to none).  Taking returns who gave the first of
 * them, TRACE_NONE if that is not known. */
void state_give(struct replay_object *object, uint32_t event,
                uint32_t amount, unsigned end);
uint32_t state_take(struct replay_object *object, uint32_t amount,
                    unsigned end);

/* sync.c: locks, semaphores, conditions, barriers. */
void sync_step(struct replay *replay, uint32_t index,
               const struct event *event);

/* A process made by fork has its own copy of private memory. */
void sync_fork(struct replay *replay, uint32_t parent, uint32_t child);

/* File locks go with the process. */
void sync_process_end(struct replay *replay, uint32_t process,
                      uint32_t index);

/* data.c: descriptors and pipes. */
void data_step(struct replay *replay, uint32_t index,
               const struct event *event);
void data_fork(struct replay *replay, uint32_t parent, uint32_t child,
               uint32_t index);

/* Closes all descriptors, or those that exec closes. */
void data_close_all(struct replay *replay, uint32_t process,
                    uint32_t index, bool exec);

#endif
