// See stimulus_source.h.
#include "stimulus_source.h"
#include "../base/error.h"
#include "../store/state_file.h"
#include "stimulus.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ohm_status cannot_read(const char *path) {
    return error_set(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
}

// ---- Pictures ---------------------------------------------------------------------------------

#define PICTURE_MAX ((uint64_t)1 << 28) // pixels

static ohm_status read_pixels(png_image *image, const char *path, grey_picture *picture) {
    image->format = PNG_FORMAT_GRAY;
    const uint64_t pixels = (uint64_t)image->width * image->height;
    if (pixels > PICTURE_MAX)
        return error_set(OHM_BAD_FILE, "%s has %" PRIu64 " pixels, more than 2^28", path, pixels);
    uint8_t *bytes = malloc(pixels);
    float *values = malloc(pixels * sizeof *values);
    ohm_status status = bytes && values ? OHM_OK : error_no_memory("a picture");
    const png_color black = {0, 0, 0}; // below what is transparent
    if (!status && !png_image_finish_read(image, &black, bytes, 0, NULL))
        status = error_set(OHM_BAD_FILE, "%s is damaged: %s", path, image->message);
    for (uint64_t i = 0; i < pixels && !status; i++) values[i] = (float)bytes[i] / 255;
    free(bytes);
    if (status)
        free(values);
    else
        *picture = (grey_picture){image->width, image->height, values};
    return status;
}

ohm_status grey_picture_read(const input_file *file, grey_picture *picture) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    const bool begun = file->bytes ? png_image_begin_read_from_memory(&image, file->bytes, file->size)
                                   : png_image_begin_read_from_file(&image, file->path);
    if (!begun) {
        png_image_free(&image);
        return error_set(OHM_BAD_FILE, "%s is not a PNG: %s", file->name, image.message);
    }
    const ohm_status status = read_pixels(&image, file->name, picture);
    png_image_free(&image);
    return status;
}

void grey_picture_free(grey_picture *picture) {
    free(picture->values);
    *picture = (grey_picture){0};
}

// ---- Voltages ---------------------------------------------------------------------------------

static ohm_status unreadable(const char *path) {
    return error_set(OHM_BAD_FILE, "%s: %s", path, file_hdf5_reason());
}

// Takes the steps of a dataset whose other sides are given; sides is 1 or 2.
static ohm_status check_shape(voltage_file *v, hid_t dataset, const char *name, int sides,
                              const uint64_t *side) {
    hsize_t size[H5S_MAX_RANK] = {0};
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const int rank = H5Sget_simple_extent_dims(space, size, NULL);
    const bool number = H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER;
    H5Tclose(type);
    H5Sclose(space);
    if (!number || rank != sides + 1 || size[0] < 1)
        return error_set(OHM_BAD_FILE, "%s: %s is not numbers of [steps, %s]", v->path, name,
                         sides == 2         ? "rows, cols"
                         : side == &v->rows ? "rows"
                                            : "cols");
    for (int i = 0; i < sides; i++)
        if (size[i + 1] != side[i])
            return error_set(OHM_BAD_FILE, "%s: %s has %" PRIu64 " %s, and the crossbar %" PRIu64, v->path,
                             name, (uint64_t)size[i + 1], side + i == &v->rows ? "rows" : "columns", side[i]);
    if (v->steps && v->steps != size[0])
        return error_set(OHM_BAD_FILE, "%s: row_voltage and col_voltage have not as many steps", v->path);
    v->steps = size[0];
    return OHM_OK;
}

// Opens a dataset, if it is there; −1 if not.
static ohm_status open_dataset(const voltage_file *v, const char *name, hid_t *dataset) {
    if (H5Lexists(v->file, name, H5P_DEFAULT) <= 0) return OHM_OK;
    *dataset = file_open_dataset(v->file, name);
    return *dataset >= 0
               ? OHM_OK
               : error_set(OHM_BAD_FILE, "%s: cannot read %s: %s", v->path, name, file_hdf5_reason());
}

static ohm_status open_datasets(voltage_file *v) {
    ohm_status status = open_dataset(v, "voltage", &v->cells);
    if (!status) status = open_dataset(v, "row_voltage", &v->row_lines);
    if (!status) status = open_dataset(v, "col_voltage", &v->col_lines);
    if (status) return status;
    if (v->cells >= 0) return check_shape(v, v->cells, "voltage", 2, &v->rows);
    if (v->row_lines < 0 || v->col_lines < 0)
        return error_set(OHM_BAD_FILE, "%s has no voltage, nor row_voltage and col_voltage", v->path);
    status = check_shape(v, v->row_lines, "row_voltage", 1, &v->rows);
    return status ? status : check_shape(v, v->col_lines, "col_voltage", 1, &v->cols);
}

// Reads count numbers of one step of a dataset.
static ohm_status read_step(const voltage_file *v, hid_t dataset, uint64_t step, uint64_t count,
                            float *values) {
    const hid_t space = H5Dget_space(dataset);
    hsize_t size[3] = {0}, start[3] = {step};
    H5Sget_simple_extent_dims(space, size, NULL);
    size[0] = 1;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, size, NULL);
    const hsize_t flat = count;
    const hid_t memory = H5Screate_simple(1, &flat, NULL);
    const bool done = file_did(H5Dread(dataset, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values));
    H5Sclose(memory);
    H5Sclose(space);
    return done ? OHM_OK : unreadable(v->path);
}

// Checks one step's values, and takes their ends.
static ohm_status check_values(const voltage_file *v, const char *name, uint64_t step, const float *values,
                               uint64_t count, uint64_t cols, double *low, double *high) {
    for (uint64_t i = 0; i < count; i++) {
        const double value = (double)values[i];
        *low = fmin(*low, value);
        *high = fmax(*high, value);
        if (fabs(value) <= STIMULUS_MAX) continue; // false for NaN
        char place[72];
        if (cols)
            snprintf(place, sizeof place, "%" PRIu64 ", %" PRIu64 ", %" PRIu64, step, i / cols, i % cols);
        else
            snprintf(place, sizeof place, "%" PRIu64 ", %" PRIu64, step, i);
        return error_set(OHM_BAD_FILE, "%s: %s[%s] is %g, not a voltage within 1000 V", v->path, name, place,
                         value);
    }
    return OHM_OK;
}

typedef struct ends {
    double low, high;
} ends;

// Reads all of a dataset once.
static ohm_status scan(const voltage_file *v, hid_t dataset, const char *name, uint64_t count, uint64_t cols,
                       ends *e) {
    float *values = malloc(count * sizeof *values);
    ohm_status status = values ? OHM_OK : error_no_memory("voltages");
    *e = (ends){INFINITY, -INFINITY};
    for (uint64_t step = 0; step < v->steps && !status; step++) {
        status = read_step(v, dataset, step, count, values);
        if (!status) status = check_values(v, name, step, values, count, cols, &e->low, &e->high);
    }
    free(values);
    return status;
}

static ohm_status scan_all(voltage_file *v) {
    ends rows, cols = {0};
    if (v->cells >= 0) {
        const ohm_status status = scan(v, v->cells, "voltage", v->rows * v->cols, v->cols, &rows);
        v->low = rows.low, v->high = rows.high;
        return status;
    }
    ohm_status status = scan(v, v->row_lines, "row_voltage", v->rows, 0, &rows);
    if (!status) status = scan(v, v->col_lines, "col_voltage", v->cols, 0, &cols);
    v->low = rows.low - cols.high, v->high = rows.high - cols.low;
    if (!status && fmax(-v->low, v->high) > STIMULUS_MAX)
        return error_set(OHM_BAD_FILE, "%s: row and column voltages may be %g V apart, more than 1000",
                         v->path, fmax(-v->low, v->high));
    return status;
}

// Opens the file, or the bytes of it that are kept. HDF5 takes two such files for one if their names are the
// same, so that each gets a name of its own.
static hid_t open_file(const input_file *in) {
    static _Atomic unsigned last;
    if (!in->bytes) return H5Fopen(in->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    char name[32];
    snprintf(name, sizeof name, "voltages %u", ++last);
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_fapl_core(access, (size_t)1 << 16, false);
    H5Pset_file_image(access, in->bytes, in->size);
    const hid_t file = in->size ? H5Fopen(name, H5F_ACC_RDONLY, access) : H5I_INVALID_HID;
    file_did(file); // keeps the reason
    H5Pclose(access);
    return file;
}

ohm_status voltage_file_open(const input_file *file, uint64_t rows, uint64_t cols, voltage_file *v) {
    *v = (voltage_file){.path = file->name, .cells = -1, .row_lines = -1, .col_lines = -1};
    v->rows = rows;
    v->cols = cols;
    file_quiet();
    v->file = open_file(file);
    ohm_status status = file_did(v->file) ? OHM_OK : unreadable(v->path);
    if (!status) status = open_datasets(v);
    if (!status) status = scan_all(v);
    if (status) voltage_file_close(v);
    return status;
}

void voltage_file_close(voltage_file *v) {
    if (v->cells >= 0) H5Dclose(v->cells);
    if (v->row_lines >= 0) H5Dclose(v->row_lines);
    if (v->col_lines >= 0) H5Dclose(v->col_lines);
    if (v->file >= 0) H5Fclose(v->file);
    *v = (voltage_file){.file = -1, .cells = -1, .row_lines = -1, .col_lines = -1};
}

ohm_status voltage_file_read_cells(const voltage_file *v, uint64_t step, float *values) {
    return read_step(v, v->cells, step % v->steps, v->rows * v->cols, values);
}

ohm_status voltage_file_read_lines(const voltage_file *v, uint64_t step, float *rows, float *cols) {
    const ohm_status status = read_step(v, v->row_lines, step % v->steps, v->rows, rows);
    return status ? status : read_step(v, v->col_lines, step % v->steps, v->cols, cols);
}

// ---- Cells ------------------------------------------------------------------------------------

static ohm_status add_cell(cell **cells, uint64_t *count, cell one) {
    if (*count == 0 || (*count & (*count - 1)) == 0) { // room for the next power of 2
        cell *more = realloc(*cells, (*count ? 2 * *count : 1) * sizeof *more);
        if (!more) return error_no_memory("a list of cells");
        *cells = more;
    }
    (*cells)[(*count)++] = one;
    return OHM_OK;
}

// Takes the cell of a line, if it has one.
static ohm_status read_cell(const char *line, const char *path, int number, uint64_t rows, uint64_t cols,
                            cell **cells, uint64_t *count) {
    cell one;
    int length = 0;
    if (line[0] == '#' || line[strspn(line, " \t\r\n")] == '\0') return OHM_OK;
    if (sscanf(line, "%" SCNu64 " , %" SCNu64 " %n", &one.row, &one.col, &length) != 2 || line[length])
        return error_set(OHM_BAD_FILE, "%s, line %d: write ROW,COL", path, number);
    if (one.row >= rows || one.col >= cols)
        return error_set(OHM_BAD_FILE, "%s, line %d: there is no cell in row %" PRIu64 ", column %" PRIu64,
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
    return error_set(OHM_BAD_FILE, "%s has no cells", path);
}

ohm_status cells_read(const input_file *file, uint64_t rows, uint64_t cols, cell **cells, uint64_t *count) {
    *cells = NULL;
    *count = 0;
    // An empty one has the byte behind it.
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
