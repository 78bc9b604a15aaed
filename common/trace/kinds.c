/*
 * kinds.c - the table behind kinds.h.
 */
#include "kinds.h"

const struct kind_info kind_info[] = {
#define TRACE_KIND_ROW(name, glyph, ascii, reads, group) \
    {#name, glyph, ascii, reads, group},
    TRACE_KINDS(TRACE_KIND_ROW)
#undef TRACE_KIND_ROW
};
