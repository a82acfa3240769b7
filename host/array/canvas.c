#include "canvas.h"

void canvas_release(canvas *s) {
    buffer *const all[] = {s->cols, s->rows, s->totals, s->col_of, s->row_of, s->image, s->extremes};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) buffer_release(all[i]);
    *s = (canvas){0};
}
