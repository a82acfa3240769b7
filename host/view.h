// Pictures of a crossbar, as the engines make them.
#ifndef OHM_HOST_VIEW_H
#define OHM_HOST_VIEW_H

#include "../kernels/view.h"
#include "stimulus.h"

// What one picture takes.
typedef struct view_job {
    ohm_picture picture;
    ohm_physics physics;   // with the stimulus of the step that is shown
    stimulus_frame frame;  // of that step
    ohm_span *cols, *rows; // picture.width and picture.height of them
} view_job;

// Pixel rows, or columns, first … end − 1.
typedef struct view_part {
    uint32_t first, end;
} view_part;

// The pixel rows that show any of so many rows of the crossbar.
view_part view_part_of(const view_job *job, uint64_t row0, uint64_t rows);

#endif
