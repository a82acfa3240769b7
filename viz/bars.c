#include "bars.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ohm_status make_room(float **values, size_t *room, size_t count) {
    if (count <= *room) return OHM_OK;
    free(*values);
    *room = 0;
    *values = malloc(count * sizeof **values);
    if (!*values) return ohm_fail_memory("the bars of lines");
    *room = count;
    return OHM_OK;
}

static ohm_status make_all(bars *b, const ohm_view *v) {
    const ohm_status status = make_room(&b->row, &b->row_room, v->height);
    return status ? status : make_room(&b->col, &b->col_room, v->width);
}

// The mean of the lines that each pixel shows, of a side that shows so many from the first on.
static void average(const double *line, uint64_t lines, double first, double extent, uint32_t pixels,
                    float *out) {
    const double scale = extent / pixels;
    for (uint32_t i = 0; i < pixels; i++) {
        const double from = fmax(floor(first + i * scale), 0);
        const double to = fmin(fmax(floor(first + (i + 1) * scale), from + 1), (double)lines);
        double sum = 0;
        for (double k = from; k < to; k++) sum += line[(uint64_t)k];
        const bool outside = first + (i + 0.5) * scale < 0 || !(from < to);
        out[i] = outside ? NAN : (float)(sum / (to - from));
    }
}

static float most_of(const double *line, uint64_t lines) {
    double most = 0;
    for (uint64_t i = 0; i < lines; i++) most = fmax(most, fabs(line[i]));
    return (float)most;
}

ohm_status bars_read(ohm_crossbar *c, const ohm_view *v, bars *b) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    double *row = malloc(d->rows * sizeof *row), *col = malloc(d->cols * sizeof *col);
    ohm_status status = row && col ? make_all(b, v) : ohm_fail_memory("the bars of lines");
    b->known = false;
    if (!status) {
        status = ohm_crossbar_read_terminals(c, row, NULL, NULL, col);
        b->known = !status;
        if (status == OHM_BAD_ARGUMENT) status = OHM_OK;
    }
    if (b->known) {
        average(row, d->rows, v->row, v->rows, v->height, b->row);
        average(col, d->cols, v->col, v->cols, v->width, b->col);
        b->row_most = most_of(row, d->rows);
        b->col_most = most_of(col, d->cols);
        b->view = *v;
    }
    free(row);
    free(col);
    return status;
}

ohm_status bars_copy(bars *to, const bars *from) {
    to->known = from->known;
    if (!from->known) return OHM_OK;
    const ohm_status status = make_all(to, &from->view);
    if (status) return status;
    memcpy(to->row, from->row, from->view.height * sizeof *to->row);
    memcpy(to->col, from->col, from->view.width * sizeof *to->col);
    to->row_most = from->row_most;
    to->col_most = from->col_most;
    to->view = from->view;
    return OHM_OK;
}

void bars_free(bars *b) {
    free(b->row);
    free(b->col);
    *b = (bars){0};
}
