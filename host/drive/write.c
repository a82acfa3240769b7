// The stimulus write: selects one cell after the other, as when a memory is written.
#include "../base/error.h"
#include "drive_class.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITE_HALF, WRITE_THIRD };
static const char *const schemes[] = {"half", "third", NULL};

static const ohm_about about = {
    .name = "write",
    .summary = "one selected cell at a time, with V/2 or V/3 on the others",
    .equation = "half:  V on the selected cell, V/2 on the others of its row and column, 0 elsewhere\n"
                "third: V on the selected cell, V/3 on the others of its row and column, -V/3 elsewhere",
};

static const ohm_parameter parameters[] = {
    {"v", "V", "V", 1, -1000, 1000, "voltage on the selected cell", OHM_NO_SLOT, .scaled = 1},
    {"scheme", "s", "1", WRITE_HALF, 0, 1, "half or third", OHM_NO_SLOT, .choices = schemes},
    {"row", "i", "1", -1, -1, 2147483647, "row of the cell; -1: all rows in turn", OHM_NO_SLOT, .whole = 1},
    {"col", "j", "1", -1, -1, 2147483647, "column of the cell; -1: all columns in turn", OHM_NO_SLOT,
     .whole = 1},
    {"cells", "F", "1", 0, 0, 0, "text file with one ROW,COL per line: these cells in turn", OHM_NO_SLOT,
     .text = SPEC_PATH},
    DRIVE_HOLD,
    DRIVE_START,
};

typedef struct cell {
    uint64_t row, col;
} cell;

typedef struct write_drive {
    drive base;
    cell *cells; // NULL: the one cell that row and col name
    uint64_t cell_count;
} write_drive;

// ---- Cells in a file --------------------------------------------------------------------------

static ohm_status cannot_read(const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
}

static ohm_status add_cell(cell **cells, uint64_t *count, cell one) {
    if (*count == 0 || (*count & (*count - 1)) == 0) { // room for the next power of 2
        cell *more = realloc(*cells, (*count ? 2 * *count : 1) * sizeof *more);
        if (!more) return ohm_fail_memory("a list of cells");
        *cells = more;
    }
    (*cells)[(*count)++] = one;
    return OHM_OK;
}

// Adds the cell that a line names. Empty lines and comments name none.
static ohm_status read_cell(const char *line, const char *path, int number, uint64_t rows, uint64_t cols,
                            cell **cells, uint64_t *count) {
    cell one;
    int length = 0;
    if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0') return OHM_OK;
    if (sscanf(line, "%" SCNu64 " , %" SCNu64 " %n", &one.row, &one.col, &length) != 2 || line[length])
        return ohm_fail(OHM_BAD_FILE, "%s, line %d: expected ROW,COL", path, number);
    if (one.row >= rows || one.col >= cols)
        return ohm_fail(OHM_BAD_FILE, "%s, line %d: there is no cell in row %" PRIu64 ", column %" PRIu64,
                        path, number, one.row, one.col);
    return add_cell(cells, count, one);
}

static ohm_status read_lines(FILE *f, const char *path, uint64_t rows, uint64_t cols, cell **cells,
                             uint64_t *count) {
    char *line = NULL;
    size_t room = 0;
    ohm_status status = OHM_OK;
    for (int number = 1; !status && getline(&line, &room, f) >= 0; number++)
        status = read_cell(line, path, number, rows, cols, cells, count);
    if (!status && !feof(f)) status = cannot_read(path);
    free(line);
    if (status || *count) return status;
    return ohm_fail(OHM_BAD_FILE, "%s has no cells", path);
}

// Reads lines of ROW,COL. Empty lines and those that begin with # are ignored.
static ohm_status cells_read(const input_file *file, uint64_t rows, uint64_t cols, cell **cells,
                             uint64_t *count) {
    *cells = NULL;
    *count = 0;
    // Not every fmemopen takes 0 bytes. An empty file's bytes are followed by a 0 too, which is read instead.
    FILE *f = file->bytes ? fmemopen(file->bytes, file->size ? file->size : 1, "r") : fopen(file->path, "r");
    if (!f) return cannot_read(file->name);
    const ohm_status status = read_lines(f, file->name, rows, cols, cells, count);
    fclose(f);
    if (status) {
        free(*cells);
        *cells = NULL;
    }
    return status;
}

// ---- The drive --------------------------------------------------------------------------------

static ohm_status check_cell(const drive *d) {
    const double row = spec_value(&d->spec, "row"), col = spec_value(&d->spec, "col");
    if (row < (double)d->site.rows && col < (double)d->site.cols) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "stimulus write: there is no cell in row %g, column %g of %" PRIu64 " x %" PRIu64, row,
                    col, d->site.rows, d->site.cols);
}

static ohm_status open_cells(drive *d, const input_set *known) {
    write_drive *w = (write_drive *)d;
    const input_file *file;
    if (!d->spec.path[0]) return check_cell(d);
    const ohm_status status = drive_input(d, known, d->spec.path, &file);
    return status ? status : cells_read(file, d->site.rows, d->site.cols, &w->cells, &w->cell_count);
}

static void destroy(drive *d) {
    free(((write_drive *)d)->cells);
}

static bool is_third(const spec *s) {
    return spec_value(s, "scheme") == WRITE_THIRD;
}

static void range(drive *d) {
    const double v = spec_value(&d->spec, "v");
    drive_widen(d, 0);
    drive_widen(d, v);
    if (is_third(&d->spec)) drive_widen(d, -v / 3);
}

static int levels(const spec *s, double level[DRIVE_MAX_LEVELS]) {
    const double v = spec_value(s, "v");
    level[0] = v;
    level[1] = is_third(s) ? v / 3 : v / 2;
    level[2] = -v / 3;
    return is_third(s) ? 3 : 2;
}

// The cell that is selected at step t.
static cell cell_at(const drive *d, uint64_t t) {
    const write_drive *w = (const write_drive *)d;
    const double row = spec_value(&d->spec, "row"), col = spec_value(&d->spec, "col");
    const uint64_t turn = (t - d->start) / (uint64_t)spec_value(&d->spec, "hold");
    if (w->cells) return w->cells[turn % w->cell_count];
    const uint64_t cols = col < 0 ? d->site.cols : 1;
    return (cell){row < 0 ? turn / cols % d->site.rows : (uint64_t)row,
                  col < 0 ? turn % cols : (uint64_t)col};
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    const float v = (float)spec_value(&d->spec, "v");
    const bool third = is_third(&d->spec);
    const cell selected = cell_at(d, t);
    for (uint64_t i = 0; i < d->site.rows; i++) rows[i] = third ? v / 3 : 0;
    for (uint64_t i = 0; i < d->site.cols; i++) cols[i] = third ? -2 * v / 3 : 0;
    rows[selected.row] = third ? v : v / 2;
    cols[selected.col] = third ? 0 : v / 2;
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    return drive_lines_frame(d, t, most, step, frame);
}

const drive_class drive_write = {
    .entry = {&about, DRIVE_PARAMETERS(parameters), .frames = true},
    .size = sizeof(write_drive),
    .layout = OHM_FRAME_LINES,
    .levels = levels,
    .open = open_cells,
    .destroy = destroy,
    .range = range,
    .next = next,
};
