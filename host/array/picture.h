// Pictures of a crossbar, as the engines make them.
#ifndef OHM_HOST_VIEW_H
#define OHM_HOST_VIEW_H

#include "../../kernels/view.h"
#include "../drive/drive.h"

// What one picture takes. Neighbouring pixels of the image may show the same synapses, where a synapse is
// larger than a pixel: the engines work out each once, in the picture, from which the image is then filled.
typedef struct view_job {
    ohm_picture picture;
    ohm_physics physics;       // with the stimulus of the step that is shown
    drive_frame frame;         // of that step
    ohm_span *cols, *rows;     // picture.width and picture.height of them
    uint32_t width, height;    // of the image
    uint32_t *col_of, *row_of; // [width] and [height]: the picture's column and row that the image's shows
} view_job;

// Pixel rows, or columns, first … end − 1.
typedef struct view_part {
    uint32_t first, end;
} view_part;

// Row y of the image, from the picture's totals, int64 [picture.height, picture.width].
void view_fill_row(const view_job *job, const int64_t *totals, uint32_t y, float *image);

// The pixel rows that show any of so many rows of the crossbar.
view_part view_part_of(const view_job *job, uint64_t row0, uint64_t rows);

#endif
