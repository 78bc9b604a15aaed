/*
 * text.h - words for events.  For intercept/ only.
 */
#ifndef INTERCEPT_TEXT_H
#define INTERCEPT_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * text_cut - how much of these bytes to keep, at most `room`, so that no
 * character of UTF-8 is cut in two.
 */
size_t text_cut(const char *bytes, size_t length, size_t room);

/* text_line - their length without one newline at the end. */
size_t text_line(const char *bytes, size_t length);

/*
 * text_of_data - how many of the first bytes are worth keeping as the
 * text of a READ or WRITE: 0 if they are no text.
 */
size_t text_of_data(const char *bytes, size_t length);

/*
 * text_say - record what is said, before it is said: SAY if `file` talks
 * to people, else WRITE with what goes there.  Nothing if it is empty.
 * `length` may be more than `kept`, the bytes that are there.
 * Returns the event.
 */
uint32_t text_say(int file, const char *bytes, size_t kept, size_t length,
                  uint64_t pc);

#endif
