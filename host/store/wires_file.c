#include "wires_file.h"
#include "../array/wired_drive.h"
#include "../base/error.h"
#include "group_array.h"

#include <stdlib.h>

enum { ARRAYS = 6 };

// All of them. bit_line is a copy, of which the values are the caller's to make and to free.
static void list(const ohm_crossbar *c, void *bit_line, group_array a[ARRAYS]) {
    const wired_nodes *n = wired_last(c->wired);
    const hsize_t rows = c->problem.rows, cols = c->problem.cols;
    a[0] = (group_array){"device_voltage", rows, cols, GROUP_F32, n->device};
    a[1] = (group_array){"bit_line", wired_bit_rows(c->wired), cols, GROUP_F64, bit_line};
    a[2] = (group_array){"row_voltage", 0, rows, GROUP_F64, n->row_volts};
    a[3] = (group_array){"row_current", 0, rows, GROUP_F64, n->row_current};
    a[4] = (group_array){"col_voltage", 0, cols, GROUP_F64, n->col_volts};
    a[5] = (group_array){"col_current", 0, cols, GROUP_F64, n->col_current};
}

static double *new_bit_line(const ohm_crossbar *c) {
    return malloc(wired_bit_rows(c->wired) * c->problem.cols * sizeof(double));
}

uint64_t wires_file_size(const ohm_crossbar *c) {
    group_array a[ARRAYS];
    uint64_t size = 0;
    if (!c->wired) return 0;
    list(c, NULL, a);
    for (int i = 0; i < ARRAYS; i++) size += group_array_size(&a[i]);
    return size;
}

ohm_status wires_file_write(hid_t file, const ohm_crossbar *c) {
    group_array a[ARRAYS];
    if (!c->wired || !wired_last(c->wired)->known) return OHM_OK;
    double *bit_line = new_bit_line(c);
    if (!bit_line) return ohm_fail_memory("the lines' voltages");
    ohm_status status = wired_get_bit_lines(c->wired, bit_line);
    list(c, bit_line, a);
    if (!status) status = group_write(file, "wires", a, ARRAYS);
    free(bit_line);
    return status;
}

ohm_status wires_file_read(const source *s, ohm_crossbar *c) {
    group_array a[ARRAYS];
    if (!c->wired || !c->step || H5Lexists(s->file, "wires", H5P_DEFAULT) <= 0) return OHM_OK;
    double *bit_line = new_bit_line(c);
    if (!bit_line) return ohm_fail_memory("the lines' voltages");
    list(c, bit_line, a);
    ohm_status status = OHM_OK;
    for (int i = 0; i < ARRAYS && !status; i++) status = group_read(s, "wires", &a[i]);
    if (!status) status = wired_set_bit_lines(c->wired, bit_line);
    if (!status) {
        wired_last(c->wired)->known = true;
        wired_last(c->wired)->step = c->step - 1;
    }
    free(bit_line);
    return status;
}
