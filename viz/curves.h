// The plots of a training: accuracy and loss as they change with the epochs.
#ifndef VIZ_CURVES_H
#define VIZ_CURVES_H

#include "viewer.h"

void curves_draw(const viewer *v, const layout *l);

// "epoch 3.42    205200 samples    5100 samples/s".
void curves_describe(const viewer *v, char *text, size_t size);

#endif
