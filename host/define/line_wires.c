// Wires by name: none, or resistive, with the parameters of ohm_wires.
#include "line_wires.h"
#include "../base/error.h"
#include "../base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const drives[] = {"left", "both", NULL};
static const char *const grounds[] = {"bottom", "both", NULL};

static const ohm_parameter parameters[] = {
    {"row", "r_w", "Ω", 1, 0, 1e12, "resistance of a segment of a word line; 0: none", OHM_NO_SLOT},
    {"col", "r_b", "Ω", 1, 0, 1e12, "resistance of a segment of a bit line; 0: none", OHM_NO_SLOT},
    {"source", "R_s", "Ω", 0, 0, 1e12, "resistance between a word line and its terminal", OHM_NO_SLOT},
    {"sense", "R_a", "Ω", 0, 0, 1e12, "resistance between a bit line and its terminal", OHM_NO_SLOT},
    {"drive", "", "1", 0, 0, 1, "terminals of word lines: left or both ends", OHM_NO_SLOT, .choices = drives},
    {"ground", "", "1", 0, 0, 1, "terminals of bit lines: bottom or both ends", OHM_NO_SLOT,
     .choices = grounds},
    {"float", "", "1", 0, 0, 0, "lines without terminals, such as r3+c0-7, from 0", OHM_NO_SLOT,
     .text = SPEC_LINES},
    {"tile_rows", "", "1", 0, 0, 2147483648.0,
     "rows of a tile, which has lines and terminals of its own; 0: all", OHM_NO_SLOT, .whole = 1},
    {"tile_cols", "", "1", 0, 0, 2147483648.0, "columns of a tile; 0: all", OHM_NO_SLOT, .whole = 1},
    {"tol", "ε", "1", 0, 0, 0.01,
     "largest error, relative to the largest voltage or current; 0: 1e-9 for readouts, 1e-4 for steps",
     OHM_NO_SLOT},
    {"sweeps", "", "1", 500, 1, 1e6, "passes over all cells at most, for one solution", OHM_NO_SLOT,
     .whole = 1},
};

static const ohm_about none_about = {
    .name = "none",
    .summary = "ideal lines",
    .equation = "u_ij = V_i,  v_ij = V_j",
};

static const ohm_about resistive_about = {
    .name = "resistive",
    .summary = "lines whose segments have resistances; the name may be omitted",
    .equation =
        "I_ij = (u_i,j-1 - u_ij)/row - (u_ij - u_i,j+1)/row = (v_ij - v_i+1,j)/col - (v_i-1,j - v_ij)/col,\n"
        "I_ij the current of the device at V_ij = u_ij - v_ij; one segment and source or sense lie\n"
        "between a terminal and the first cell",
};

ohm_wires ohm_wires_default(void) {
    return (ohm_wires){.size = sizeof(ohm_wires), .row = 1, .col = 1, .sweeps = 500};
}

// ---- Floating lines ---------------------------------------------------------------------------

static ohm_status bad_lines(const char *lines, const char *part) {
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "wires: float=%s: \"%s\" is not a line or a range of lines, r3 or c0-7, from 0", lines,
                    part);
}

// Marks r3, or c0-7; row is NULL where lines are only checked.
static ohm_status mark(const char *lines, char *part, uint64_t rows, uint64_t cols, bool *row, bool *col) {
    uint64_t first, last;
    const char side = part[0];
    const uint64_t count = side == 'r' ? rows : cols;
    char *dash = strchr(part, '-');
    if (side != 'r' && side != 'c') return bad_lines(lines, part);
    if (dash) *dash = '\0';
    const bool read = number_read_u64(part + 1, &first) && (!dash || number_read_u64(dash + 1, &last));
    if (dash) *dash = '-';
    if (!dash) last = first;
    if (!read || first > last) return bad_lines(lines, part);
    if (last >= count)
        return ohm_fail(OHM_BAD_ARGUMENT, "wires: float=%s: the crossbar has %" PRIu64 " %s, from 0", lines,
                        count, side == 'r' ? "rows" : "columns");
    for (uint64_t i = first; row && i <= last; i++) (side == 'r' ? row : col)[i] = true;
    return OHM_OK;
}

static ohm_status mark_all(const char *lines, uint64_t rows, uint64_t cols, bool *row, bool *col) {
    char copy[SPEC_MAX_PATH];
    ohm_status status = OHM_OK;
    snprintf(copy, sizeof copy, "%s", lines);
    for (char *part = copy, *next; part && *lines && !status; part = next) {
        next = strchr(part, '+');
        if (next) *next++ = '\0';
        status = mark(lines, part, rows, cols, row, col);
    }
    return status;
}

// ---- Checking and making ----------------------------------------------------------------------

static ohm_status check(const spec *s) {
    const double tolerance = spec_value(s, "tol");
    if (tolerance > 0 && tolerance < 1e-12)
        return ohm_fail(OHM_BAD_ARGUMENT, "wires: tol=%g is below 1e-12, as far as float64 goes", tolerance);
    return mark_all(s->path, UINT64_MAX, UINT64_MAX, NULL, NULL);
}

static const catalogue_entry none_entry = {.about = &none_about};
static const catalogue_entry resistive_entry = {.about = &resistive_about,
                                                .own = parameters,
                                                .own_count = sizeof parameters / sizeof parameters[0],
                                                .count = sizeof parameters / sizeof parameters[0],
                                                .check = check};

const catalogue_entry *const catalogue_wires[] = {&none_entry, &resistive_entry, NULL};

ohm_status line_wires_check(const spec *s, uint64_t rows, uint64_t cols) {
    return mark_all(s->path, rows, cols, NULL, NULL);
}

bool line_wires_is_ideal(const spec *s) {
    return spec_entry_of(s) == &none_entry ||
           (!s->path[0] && spec_value(s, "row") == 0 && spec_value(s, "col") == 0 &&
            spec_value(s, "source") == 0 && spec_value(s, "sense") == 0);
}

bool line_wires_are_ideal(const ohm_wires *w) {
    return w->row == 0 && w->col == 0 && w->source == 0 && w->sense == 0 && !w->float_row && !w->float_col;
}

static bool is_whole(const spec *s) {
    return spec_entry_of(s) == &none_entry ||
           (spec_value(s, "tile_rows") == 0 && spec_value(s, "tile_cols") == 0);
}

// With the lists of floating lines behind it.
static ohm_status make(const spec *s, uint64_t rows, uint64_t cols, ohm_wires **wires) {
    const bool ideal = line_wires_is_ideal(s), floating = s->path[0] != '\0';
    ohm_wires *w = calloc(1, sizeof *w + (floating ? rows + cols : 0));
    *wires = w;
    if (!w) return ohm_fail_memory("wires");
    *w = ohm_wires_default();
    if (ideal) w->row = w->col = 0;
    if (spec_entry_of(s) == &none_entry) return OHM_OK;
    w->row = spec_value(s, "row");
    w->col = spec_value(s, "col");
    w->source = spec_value(s, "source");
    w->sense = spec_value(s, "sense");
    w->drive_both = spec_value(s, "drive") != 0;
    w->ground_both = spec_value(s, "ground") != 0;
    w->tile_rows = (uint64_t)spec_value(s, "tile_rows");
    w->tile_cols = (uint64_t)spec_value(s, "tile_cols");
    w->tolerance = spec_value(s, "tol");
    w->sweeps = (unsigned)spec_value(s, "sweeps");
    if (!floating) return OHM_OK;
    bool *row = (bool *)(w + 1), *col = row + rows;
    w->float_row = row;
    w->float_col = col;
    return mark_all(s->path, rows, cols, row, col);
}

ohm_status line_wires_make(const spec *s, uint64_t rows, uint64_t cols, ohm_wires **wires) {
    *wires = NULL;
    return line_wires_is_ideal(s) && is_whole(s) ? OHM_OK : make(s, rows, cols, wires);
}

ohm_status ohm_wires_read(const char *text, uint64_t rows, uint64_t cols, ohm_wires **wires) {
    spec s;
    assert(text && wires);
    *wires = NULL;
    ohm_status status = spec_parse(ROLE_WIRES, text, &s);
    if (!status) status = line_wires_check(&s, rows, cols);
    return status ? status : make(&s, rows, cols, wires);
}

void ohm_wires_free(ohm_wires *wires) {
    free(wires);
}
