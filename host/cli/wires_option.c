#include "wires_option.h"
#include "../base/error.h"
#include "../base/number.h"
#include "pairs.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Keys -------------------------------------------------------------------------------------

#define VALUE(name) static const char *value_##name(void *object, const char *text)
#define OHMS(name)                                                                                           \
    VALUE(name) {                                                                                            \
        double *const x = &((wires_option *)object)->wires.name;                                             \
        return number_read_double(text, x) && *x >= 0 ? NULL : "a resistance in ohm, 0 or more";             \
    }
OHMS(row)
OHMS(col)
OHMS(source)
OHMS(sense)

// One of two words; *second is set for the second.
static const char *read_word(const char *text, const char *first, const char *second, bool *set,
                             const char *allowed) {
    *set = strcmp(text, second) == 0;
    return *set || strcmp(text, first) == 0 ? NULL : allowed;
}

VALUE(drive) {
    return read_word(text, "left", "both", &((wires_option *)object)->wires.drive_both, "left or both");
}

VALUE(ground) {
    return read_word(text, "bottom", "both", &((wires_option *)object)->wires.ground_both, "bottom or both");
}

VALUE(tol) {
    double *const x = &((wires_option *)object)->wires.tolerance;
    return number_read_double(text, x) && *x >= 1e-12 && *x <= 1e-2 ? NULL : "a number from 1e-12 to 0.01";
}

VALUE(sweeps) {
    uint64_t sweeps;
    if (!number_read_u64(text, &sweeps) || sweeps < 1 || sweeps > 1000000)
        return "a number from 1 to 1000000";
    ((wires_option *)object)->wires.sweeps = (unsigned)sweeps;
    return NULL;
}

VALUE(float) {
    wires_option *o = object;
    free((char *)o->lines); // of a --wires before
    o->lines = strdup(text);
    return o->lines ? NULL : "less text";
}

ohm_status wires_option_read(wires_option *o, const char *text) {
    static const pair_entry keys[] = {{"row", value_row},       {"col", value_col},
                                      {"source", value_source}, {"sense", value_sense},
                                      {"drive", value_drive},   {"ground", value_ground},
                                      {"float", value_float},   {"tol", value_tol},
                                      {"sweeps", value_sweeps}, {0}};
    o->wires = ohm_wires_default();
    o->given = true;
    return pairs_read("wires", keys, text, o);
}

// ---- Floating lines ---------------------------------------------------------------------------

static ohm_status bad_lines(const wires_option *o, const char *part) {
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "--wires: float=%s: \"%s\" is not a line or a range of lines, r3 or c0-7, from 0",
                    o->lines, part);
}

// Marks r3, or c0-7.
static ohm_status mark(wires_option *o, char *part, uint64_t rows, uint64_t cols) {
    uint64_t first, last;
    const char side = part[0];
    const uint64_t lines = side == 'r' ? rows : cols;
    char *dash = strchr(part, '-');
    if (side != 'r' && side != 'c') return bad_lines(o, part);
    if (dash) *dash = '\0';
    const bool read = number_read_u64(part + 1, &first) && (!dash || number_read_u64(dash + 1, &last));
    if (dash) *dash = '-';
    if (!dash) last = first;
    if (!read || first > last) return bad_lines(o, part);
    if (last >= lines)
        return ohm_fail(OHM_BAD_ARGUMENT, "--wires: float=%s: the crossbar has %" PRIu64 " %s, from 0",
                        o->lines, lines, side == 'r' ? "rows" : "columns");
    for (uint64_t i = first; i <= last; i++) (side == 'r' ? o->row : o->col)[i] = true;
    return OHM_OK;
}

ohm_status wires_option_finish(wires_option *o, uint64_t rows, uint64_t cols) {
    if (!o->lines) return OHM_OK;
    char *copy = strdup(o->lines);
    o->row = calloc(rows, sizeof *o->row);
    o->col = calloc(cols, sizeof *o->col);
    ohm_status status = copy && o->row && o->col ? OHM_OK : ohm_fail_memory("lists of lines");
    for (char *part = copy, *next; part && !status; part = next) {
        next = strchr(part, '+');
        if (next) *next++ = '\0';
        status = mark(o, part, rows, cols);
    }
    free(copy);
    o->wires.float_row = o->row;
    o->wires.float_col = o->col;
    return status;
}

void wires_option_free(wires_option *o) {
    free((char *)o->lines);
    free(o->row);
    free(o->col);
}
