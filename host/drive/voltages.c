// The stimulus file: voltages from an HDF5 file, for every cell or every line at each step.
#include "../base/error.h"
#include "../format/hdf5.h"
#include "drive_class.h"

#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ohm_about about = {
    .name = "file",
    .summary = "voltages from an HDF5 file, step by step",
    .equation = "/voltage [steps, rows, cols];  or V_ij = row_voltage_i - col_voltage_j,\n"
                "/row_voltage [steps, rows] and /col_voltage [steps, cols]",
};

static const ohm_parameter parameters[] = {
    {"path", "F", "1", 0, 0, 0, "HDF5 file; repeats after its last step", OHM_NO_SLOT, .text = SPEC_PATH},
    DRIVE_START,
};

// ---- Voltages in a file -----------------------------------------------------------------------

// An HDF5 file of voltages in V for consecutive steps. It holds either /voltage [steps, rows, cols], for
// every cell, or /row_voltage [steps, rows] and /col_voltage [steps, cols], for every line: V_ij = row_i −
// col_j.
typedef struct voltage_file {
    const char *path;                        // the input's name
    hid_t file, cells, row_lines, col_lines; // −1 if there is none
    uint64_t steps, rows, cols;
    double low, high; // of V_ij
} voltage_file;

typedef struct voltage_drive {
    drive base;
    voltage_file file;
    uint64_t shown; // 1 + the step whose image is in the drive's values; 0 before there is one
} voltage_drive;

static ohm_status unreadable(const char *path) {
    return ohm_fail(OHM_BAD_FILE, "%s: %s", path, hdf5_reason());
}

// Checks a dataset's shape, and takes its number of steps. It has 1 or 2 sides besides, whose lengths are
// given.
static ohm_status check_shape(voltage_file *v, hid_t dataset, const char *name, int sides,
                              const uint64_t *side) {
    hsize_t size[H5S_MAX_RANK] = {0};
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const int rank = H5Sget_simple_extent_dims(space, size, NULL);
    const bool number = H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER;
    H5Tclose(type);
    H5Sclose(space);
    if (!number || rank != sides + 1 || size[0] < 1)
        return ohm_fail(OHM_BAD_FILE, "%s: %s is not a numeric array of [steps, %s]", v->path, name,
                        sides == 2         ? "rows, cols"
                        : side == &v->rows ? "rows"
                                           : "cols");
    for (int i = 0; i < sides; i++)
        if (size[i + 1] != side[i])
            return ohm_fail(OHM_BAD_FILE, "%s: %s has %" PRIu64 " %s, but the crossbar has %" PRIu64, v->path,
                            name, (uint64_t)size[i + 1], side + i == &v->rows ? "rows" : "columns", side[i]);
    if (v->steps && v->steps != size[0])
        return ohm_fail(OHM_BAD_FILE, "%s: row_voltage and col_voltage differ in their numbers of steps",
                        v->path);
    v->steps = size[0];
    return OHM_OK;
}

// Opens a dataset; *dataset is −1 if there is none.
static ohm_status open_dataset(const voltage_file *v, const char *name, hid_t *dataset) {
    if (H5Lexists(v->file, name, H5P_DEFAULT) <= 0) return OHM_OK;
    *dataset = hdf5_open_dataset(v->file, name);
    return *dataset >= 0 ? OHM_OK
                         : ohm_fail(OHM_BAD_FILE, "%s: cannot read %s: %s", v->path, name, hdf5_reason());
}

static ohm_status open_datasets(voltage_file *v) {
    ohm_status status = open_dataset(v, "voltage", &v->cells);
    if (!status) status = open_dataset(v, "row_voltage", &v->row_lines);
    if (!status) status = open_dataset(v, "col_voltage", &v->col_lines);
    if (status) return status;
    if (v->cells >= 0) return check_shape(v, v->cells, "voltage", 2, &v->rows);
    if (v->row_lines < 0 || v->col_lines < 0)
        return ohm_fail(OHM_BAD_FILE, "%s has neither voltage nor both row_voltage and col_voltage", v->path);
    status = check_shape(v, v->row_lines, "row_voltage", 1, &v->rows);
    return status ? status : check_shape(v, v->col_lines, "col_voltage", 1, &v->cols);
}

// Reads count numbers of one step of a dataset.
static ohm_status read_step(const voltage_file *v, hid_t dataset, uint64_t step, uint64_t count,
                            float *values) {
    hdf5_begin();
    const hid_t space = H5Dget_space(dataset);
    hsize_t size[3] = {0}, start[3] = {step};
    H5Sget_simple_extent_dims(space, size, NULL);
    size[0] = 1;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    const hsize_t flat = count;
    const hid_t memory = H5Screate_simple(1, &flat, NULL);
    const bool done = hdf5_did(H5Dread(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values));
    H5Sclose(memory);
    H5Sclose(space);
    hdf5_end();
    return done ? OHM_OK : unreadable(v->path);
}

// Reads a whole dataset once, to check its values and find their range.
static ohm_status scan(const voltage_file *v, hid_t dataset, const drive_array *a, drive_ends *e) {
    float *values = malloc(a->count * sizeof *values);
    ohm_status status = values ? OHM_OK : ohm_fail_memory("voltages");
    for (uint64_t step = 0; step < v->steps && !status; step++) {
        status = read_step(v, dataset, step, a->count, values);
        if (!status) status = drive_check_values(a, step, values, e);
    }
    free(values);
    return status;
}

static ohm_status scan_all(voltage_file *v) {
    char source[SPEC_MAX_PATH + 2];
    drive_ends e = drive_no_ends, cols = drive_no_ends;
    ohm_status status;
    snprintf(source, sizeof source, "%s: ", v->path);
    const drive_array cells = {OHM_BAD_FILE, source, "voltage", v->rows * v->cols, v->cols};
    const drive_array row_lines = {OHM_BAD_FILE, source, "row_voltage", v->rows, 0};
    const drive_array col_lines = {OHM_BAD_FILE, source, "col_voltage", v->cols, 0};
    if (v->cells >= 0) {
        status = scan(v, v->cells, &cells, &e);
    } else {
        status = scan(v, v->row_lines, &row_lines, &e);
        if (!status) status = scan(v, v->col_lines, &col_lines, &cols);
        if (!status) status = drive_join_lines(OHM_BAD_FILE, source, cols, &e);
    }
    v->low = e.low, v->high = e.high;
    return status;
}

// Opens the file, or its bytes if they were kept. HDF5 would take two files in memory with the same name for
// one, so each gets its own name.
static hid_t open_file(const input_file *in) {
    static _Atomic unsigned last;
    if (!in->bytes) return H5Fopen(in->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    char name[32];
    snprintf(name, sizeof name, "voltages %u", ++last);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, (size_t)1 << 16, false);
    H5Pset_file_image(access, in->bytes, in->size);
    const hid_t file = in->size ? H5Fopen(name, H5F_ACC_RDONLY, access) : H5I_INVALID_HID;
    hdf5_did(file); // keeps the reason
    H5Pclose(access);
    return file;
}

static void voltage_file_close(voltage_file *v) {
    if (v->cells >= 0) H5Dclose(v->cells);
    if (v->row_lines >= 0) H5Dclose(v->row_lines);
    if (v->col_lines >= 0) H5Dclose(v->col_lines);
    if (v->file >= 0) H5Fclose(v->file);
    *v = (voltage_file){.file = -1, .cells = -1, .row_lines = -1, .col_lines = -1};
}

// Opens a file for a crossbar, and reads it once to check it. The input's name must outlive *v.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE (the shape; a value that is not finite or beyond ±1000 V, by its
// index).
static ohm_status voltage_file_open(const input_file *file, uint64_t rows, uint64_t cols, voltage_file *v) {
    *v = (voltage_file){.path = file->name, .cells = -1, .row_lines = -1, .col_lines = -1};
    v->rows = rows;
    v->cols = cols;
    hdf5_begin();
    v->file = open_file(file);
    ohm_status status = hdf5_did(v->file) ? OHM_OK : unreadable(v->path);
    if (!status) status = open_datasets(v);
    if (!status) status = scan_all(v);
    hdf5_end();
    if (status) voltage_file_close(v);
    return status;
}

static ohm_status voltage_file_read_cells(const voltage_file *v, uint64_t step, float *values) {
    return read_step(v, v->cells, step % v->steps, v->rows * v->cols, values);
}

static ohm_status voltage_file_read_lines(const voltage_file *v, uint64_t step, float *rows, float *cols) {
    const ohm_status status = read_step(v, v->row_lines, step % v->steps, v->rows, rows);
    return status ? status : read_step(v, v->col_lines, step % v->steps, v->cols, cols);
}

// ---- The drive --------------------------------------------------------------------------------

static ohm_status open_voltages(drive *d, const input_set *known) {
    voltage_drive *v = (voltage_drive *)d;
    const input_file *file;
    v->file = (voltage_file){.file = -1, .cells = -1, .row_lines = -1, .col_lines = -1};
    ohm_status status = drive_input(d, known, d->spec.path, &file);
    if (!status) status = voltage_file_open(file, d->site.rows, d->site.cols, &v->file);
    d->layout = v->file.cells >= 0 ? OHM_FRAME_IMAGE : OHM_FRAME_LINES;
    return status;
}

static void destroy(drive *d) {
    voltage_file_close(&((voltage_drive *)d)->file);
}

static void range(drive *d) {
    drive_widen(d, ((voltage_drive *)d)->file.low);
    drive_widen(d, ((voltage_drive *)d)->file.high);
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    const voltage_file *file = &((const voltage_drive *)d)->file;
    const ohm_status status = voltage_file_read_lines(file, t - d->start, rows, cols);
    for (uint64_t i = 0; i < d->site.cols; i++) cols[i] = -cols[i];
    return status;
}

static ohm_status next_image(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    voltage_drive *v = (voltage_drive *)d;
    if (t < d->start) {
        v->shown = 0;
        drive_dark_frame(d, t, most, frame);
        return OHM_OK;
    }
    const uint64_t i = (t - d->start) % v->file.steps;
    ohm_status status = drive_make_room(d, d->site.rows * d->site.cols);
    if (!status && v->shown != i + 1) {
        status = voltage_file_read_cells(&v->file, i, d->values);
        d->version = drive_new_version();
        v->shown = status ? 0 : i + 1;
    }
    drive_image_frame(d, d->values, d->site.cols, d->site.rows, 1, frame);
    return status;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    return d->layout == OHM_FRAME_IMAGE ? next_image(d, t, most, frame)
                                        : drive_lines_frame(d, t, most, step, frame);
}

const drive_class drive_voltages = {
    .entry = {&about, DRIVE_PARAMETERS(parameters), .frames = true},
    .size = sizeof(voltage_drive),
    .layout = OHM_FRAME_IMAGE,
    .needs_file = true,
    .open = open_voltages,
    .destroy = destroy,
    .range = range,
    .next = next,
};
