// Pictures of a crossbar, as the engines make them.
#ifndef OHM_PICTURE_H
#define OHM_PICTURE_H

#include "../../kernels/view.h"
#include "crossbar.h"

// What one picture takes. Neighbouring pixels of the image may show the same synapses, where a synapse is
// larger than a pixel: the engines work out each once, in the picture, from which the image is then filled.
typedef struct view_job {
    ohm_picture picture;
    ohm_physics physics;       // with the stimulus of the step that is shown
    drive_frame frame;         // of that step
    ohm_span *cols, *rows;     // picture.width and picture.height of them
    uint32_t width, height;    // of the image
    uint32_t *col_of, *row_of; // [width] and [height]: the picture's column and row that the image's shows
    ohm_extremes *extremes;    // where those of the image go, or NULL
} view_job;

// Pixel rows, or columns, first … end − 1.
typedef struct view_part {
    uint32_t first, end;
} view_part;

// Where the picture that the engines have drawn goes.
typedef ohm_status view_sink(ohm_crossbar *crossbar, const view_job *job, void *target);

// Draws a view, and hands it to the sink. *extremes receives those of the image unless it is NULL. Errors: as
// ohm_crossbar_view.
ohm_status crossbar_draw(ohm_crossbar *crossbar, const ohm_view *view, view_sink *sink, void *target,
                         ohm_extremes *extremes);

// The sink for float32 [height, width] on the host.
ohm_status crossbar_image(ohm_crossbar *crossbar, const view_job *job, void *image);

// The same into a buffer of the first engine, which is the only one.
ohm_status crossbar_image_into(ohm_crossbar *crossbar, const view_job *job, buffer *image);

#endif
