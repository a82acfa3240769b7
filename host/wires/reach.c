#include "reach.h"

#include <stdlib.h>

// Lines that are joined to a terminal: rows, then columns; and of them those whose cells are still to be
// followed.
typedef struct search {
    const wires *w;
    bool *joined;
    size_t *waiting, count;
} search;

static void join(search *s, size_t line) {
    if (s->joined[line]) return;
    s->joined[line] = true;
    s->waiting[s->count++] = line;
}

static void follow(search *s, size_t line) {
    const wires *w = s->w;
    if (line < w->rows) {
        for (size_t j = 0; j < w->cols; j++)
            if (w->g[line * w->pitch + j] > 0) join(s, w->rows + j);
    } else {
        for (size_t i = 0; i < w->rows; i++)
            if (w->g[i * w->pitch + (line - w->rows)] > 0) join(s, i);
    }
}

static ohm_status find(search *s) {
    const wires *w = s->w;
    const size_t count = w->rows + w->cols;
    for (size_t k = 0; k < count; k++)
        if (!(k < w->rows ? w->word.floating[k] : w->bit.floating[k - w->rows])) join(s, k);
    while (s->count && s->count < count) follow(s, s->waiting[--s->count]);
    for (size_t k = 0; k < count; k++)
        if (!s->joined[k])
            return ohm_fail(OHM_BAD_ARGUMENT, "%s %zu floats, and no cells join it to a terminal",
                            k < w->rows ? "row" : "column", k < w->rows ? k : k - w->rows);
    return OHM_OK;
}

ohm_status reach_check(const wires *w) {
    if (!w->word.any_floating && !w->bit.any_floating) return OHM_OK;
    const size_t count = w->rows + w->cols;
    search s = {w, calloc(count, sizeof *s.joined), malloc(count * sizeof *s.waiting), 0};
    const ohm_status status = s.joined && s.waiting ? find(&s) : ohm_fail_memory("the search for terminals");
    free(s.joined);
    free(s.waiting);
    if (status == OHM_BAD_ARGUMENT) ohm_fail_hint("give it a terminal, or a cell that is not open");
    return status;
}
