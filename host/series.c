#include "series.h"
#include "error.h"

#include <stdlib.h>

ohm_status series_append(series *s, const series_row *row) {
    if (s->count == s->capacity) {
        const size_t capacity = s->capacity ? 2 * s->capacity : 16;
        series_row *rows = realloc(s->rows, capacity * sizeof *rows);
        if (!rows) return error_no_memory("the series");
        s->rows = rows;
        s->capacity = capacity;
    }
    s->rows[s->count++] = *row;
    return OHM_OK;
}

void series_free(series *s) {
    free(s->rows);
    *s = (series){0};
}
