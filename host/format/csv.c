// See csv.h.
#include "csv.h"
#include "../base/error.h"
#include "unpack.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)1 << 31)

// A table while it is read.
typedef struct reader {
    csv_table *table;
    const char *path;
    uint64_t room;   // rows
    unsigned header; // the line of a header, 0 without one
} reader;

static uint64_t columns_of(const char *line) {
    uint64_t count = 1;
    for (; *line; line++) count += *line == ',';
    return count;
}

// Reads the numbers of a line; returns where one is none, or NULL.
static const char *read_numbers(const char *line, uint64_t cols, double *values) {
    for (uint64_t i = 0; i < cols; i++) {
        char *end;
        values[i] = strtod(line, &end);
        if (end == line || !isfinite(values[i])) return line;
        end += strspn(end, " \t\r");
        if (*end != (i + 1 < cols ? ',' : '\0')) return line;
        line = end + 1;
    }
    return NULL;
}

static ohm_status make_room(reader *r) {
    csv_table *t = r->table;
    if (t->rows < r->room) return OHM_OK;
    r->room = r->room ? 2 * r->room : 64;
    double *values = realloc(t->values, r->room * t->cols * sizeof *values);
    if (values) t->values = values;
    unsigned *lines = realloc(t->lines, r->room * sizeof *lines);
    if (lines) t->lines = lines;
    return values && lines ? OHM_OK : ohm_fail_memory("a table");
}

static ohm_status bad_line(const reader *r, unsigned number, const char *at) {
    const int length = (int)strcspn(at, ",\r");
    return ohm_fail(OHM_BAD_FILE, "%s, line %u: \"%.*s\" is not a number", r->path, number,
                    length < 40 ? length : 40, at);
}

// A first line that does not fit is a header.
static ohm_status take_line(reader *r, const char *line, unsigned number) {
    csv_table *t = r->table;
    const uint64_t cols = columns_of(line);
    if (t->rows == 1 && cols != t->cols && !r->header) {
        r->header = t->lines[0];
        t->rows = r->room = 0;
    }
    if (!t->rows) t->cols = cols;
    if (cols != t->cols)
        return ohm_fail(OHM_BAD_FILE, "%s, line %u has %" PRIu64 " columns, and line %u has %" PRIu64,
                        r->path, number, cols, t->lines[0], t->cols);
    const ohm_status status = make_room(r);
    if (status) return status;
    const char *wrong = read_numbers(line, cols, t->values + t->rows * cols);
    if (wrong && (t->rows || r->header)) return bad_line(r, number, wrong);
    t->lines[t->rows] = number;
    if (wrong)
        r->header = number, r->room = 0;
    else
        t->rows++;
    return OHM_OK;
}

static ohm_status read_lines(reader *r, char *text) {
    unsigned number = 1;
    ohm_status status = OHM_OK;
    for (char *line = text, *next; line && !status; line = next, number++) {
        next = strchr(line, '\n');
        if (next) *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        if (line[strspn(line, " \t")] && line[0] != '#') status = take_line(r, line, number);
    }
    if (status) return status;
    return r->table->rows ? OHM_OK : ohm_fail(OHM_BAD_FILE, "%s has no line of numbers", r->path);
}

ohm_status csv_read(const char *path, csv_table *t) {
    char *text;
    size_t size;
    *t = (csv_table){0};
    reader r = {.table = t, .path = path};
    ohm_status status = unpack_text(path, MOST_BYTES, &text, &size);
    if (status) return status;
    status = strlen(text) == size ? read_lines(&r, text)
                                  : ohm_fail(OHM_BAD_FILE, "%s is not text: it contains a NUL byte", path);
    free(text);
    if (status) csv_free(t);
    return status;
}

void csv_free(csv_table *t) {
    free(t->values);
    free(t->lines);
    *t = (csv_table){0};
}
