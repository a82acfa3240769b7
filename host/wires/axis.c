#include "axis.h"

#include <stdlib.h>

static bool allocate(axis *a) {
    a->at = malloc(a->fine * sizeof *a->at);
    a->part = calloc(a->fine, sizeof *a->part);
    a->beyond = calloc(a->fine, sizeof *a->beyond);
    a->first = calloc(a->coarse + 1, sizeof *a->first);
    return a->at && a->part && a->beyond && a->first;
}

static double centre_of(const axis *a, const double *place, size_t width, size_t c) {
    const size_t first = c * width, end = first + width < a->fine ? first + width : a->fine;
    return (place[first] + place[end - 1]) / 2;
}

bool axis_create(axis *a, size_t fine, const double *place, size_t width, double *centre) {
    a->fine = fine;
    a->coarse = (fine + width - 1) / width;
    if (!allocate(a)) return false;
    for (size_t c = 0; c < a->coarse; c++) centre[c] = centre_of(a, place, width, c);
    ptrdiff_t c = -1;
    const ptrdiff_t last = (ptrdiff_t)a->coarse - 1;
    for (size_t i = 0; i < fine; i++) {
        while (c < last && centre[c + 1] <= place[i]) a->first[++c] = i;
        a->at[i] = c;
        if (c < 0)
            a->beyond[i] = centre[0] - place[i];
        else if (c == last)
            a->beyond[i] = place[i] - centre[c];
        else
            a->part[i] = (place[i] - centre[c]) / (centre[c + 1] - centre[c]);
    }
    a->first[a->coarse] = fine;
    return true;
}

void axis_free(axis *a) {
    free(a->at);
    free(a->part);
    free(a->beyond);
    free(a->first);
    *a = (axis){0};
}

double axis_weight(const axis *a, size_t i, size_t c, double near, double far) {
    const ptrdiff_t at = a->at[i];
    if (at < 0) return c == 0 ? 1 - a->beyond[i] * near : 0;
    if (at == (ptrdiff_t)a->coarse - 1) return c == (size_t)at ? 1 - a->beyond[i] * far : 0;
    return c == (size_t)at ? 1 - a->part[i] : c == (size_t)at + 1 ? a->part[i] : 0;
}

size_t axis_touched_first(const axis *a, size_t c) {
    return c ? a->first[c - 1] : 0;
}

size_t axis_touched_end(const axis *a, size_t c) {
    return a->first[c + 1];
}

void axis_spread(const axis *a, const double *c, double near, double far, double *f) {
    const size_t last = a->coarse - 1;
    for (size_t i = 0; i < a->first[0]; i++) f[i] = c[0] * (1 - a->beyond[i] * near);
    for (size_t k = 0; k < last; k++) {
        const double base = c[k], rise = c[k + 1] - base;
        for (size_t i = a->first[k]; i < a->first[k + 1]; i++) f[i] = base + a->part[i] * rise;
    }
    for (size_t i = a->first[last]; i < a->fine; i++) f[i] = c[last] * (1 - a->beyond[i] * far);
}

void axis_gather(const axis *a, const double *f, double near, double far, double *c) {
    const size_t last = a->coarse - 1;
    double carried = 0;
    for (size_t i = 0; i < a->first[0]; i++) carried += f[i] * (1 - a->beyond[i] * near);
    for (size_t k = 0; k < last; k++) {
        double here = carried;
        carried = 0;
        for (size_t i = a->first[k]; i < a->first[k + 1]; i++) {
            here += f[i] * (1 - a->part[i]);
            carried += f[i] * a->part[i];
        }
        c[k] = here;
    }
    for (size_t i = a->first[last]; i < a->fine; i++) carried += f[i] * (1 - a->beyond[i] * far);
    c[last] = carried;
}
