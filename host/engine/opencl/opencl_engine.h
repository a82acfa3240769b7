// The inside of the OpenCL engine, for the files that make it up.
#ifndef OHM_OPENCL_ENGINE_H
#define OHM_OPENCL_ENGINE_H

#include "opencl.h"

enum { KERNEL_FILL, KERNEL_SETTLE, KERNEL_ADVANCE, KERNEL_DIGEST, KERNEL_TALLY, KERNEL_COUNT };

// What pictures are drawn with, made when the first is.
typedef struct opencl_picture {
    cl_kernel band, image;
    cl_mem cols, rows, totals;
    cl_mem col_of, row_of; // what the image shows of them
    cl_mem pixels;         // the finished image, when the host asks for it
    size_t cols_bytes, rows_bytes, totals_bytes, col_of_bytes, row_of_bytes, pixels_bytes;
} opencl_picture;

// The field that is on the device: of a version (stimulus.h), an image's rows from row0 on.
typedef struct opencl_field {
    cl_mem values;
    size_t bytes; // room for so many
    uint64_t version;
    u32 row0, rows;
} opencl_field;

typedef struct opencl_engine {
    engine base;
    opencl_device *device;
    cl_kernel kernel[KERNEL_COUNT];
    unsigned group; // work-items in a group that tallies
    bool rehearsed; // every kernel has been launched
    opencl_picture picture;
    opencl_field field;
} opencl_engine;

extern const engine_class opencl_class;

typedef struct opencl_band {
    band base;
    cl_mem plane[PLANE_COUNT];
} opencl_band;

// One kernel argument.
typedef struct argument {
    size_t size;
    const void *value;
} argument;

#define ARGUMENT(x)                                                                                          \
    { sizeof(x), &(x) }

ohm_status opencl_set_arguments(cl_kernel kernel, const argument *arguments, cl_uint count);

// The grid of a kernel with a work-item for each strip of a band of this shape.
void opencl_grid(const ohm_shape *shape, unsigned lanes, size_t global[2], size_t local[2]);

// The options that shape the code of a problem's kernels, group work-items in a group that tallies.
// Quantities are kernel arguments, so changing one never rebuilds.
#define OPENCL_MAX_OPTIONS 384
void opencl_format_options(const problem *p, unsigned lanes, unsigned group, char text[OPENCL_MAX_OPTIONS]);

// A program for the engine's problem, from one of the kernel files.
// Errors: as opencl_build.
ohm_status opencl_engine_build(const opencl_engine *e, const kernel_file *file, cl_program *program);

// Brings what a band of this shape needs of a frame's field to the device, and says where it is in
// *geometry and in e->field.
ohm_status opencl_send_field(opencl_engine *e, const ohm_shape *shape, const drive_frame *frame,
                             ohm_frame *geometry);

// A buffer of at least so many bytes, its old content lost if it has to grow.
ohm_status opencl_make_room(const opencl_engine *e, cl_mem *buffer, size_t *has, size_t bytes);

// The engine's functions that draw (engine.h), and the end of what they made.
ohm_status opencl_view_begin(engine *e, const view_job *job);
ohm_status opencl_view_band(band *b, const view_job *job);
ohm_status opencl_view_totals(engine *e, const view_job *job, view_part part, int64_t *totals);
ohm_status opencl_view_image(engine *e, const view_job *job, float *image);
void opencl_view_release(opencl_engine *e);
void opencl_view_release_kernels(opencl_engine *e);

#endif
