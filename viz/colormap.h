// Colour maps: from the 256 levels of a value to colours of the screen (sRGB).
#ifndef VIZ_COLORMAP_H
#define VIZ_COLORMAP_H

#include <stdint.h>

// The first is the default.
typedef enum colormap {
    COLORMAP_JET,
    COLORMAP_VIRIDIS,
    COLORMAP_MAGMA,
    COLORMAP_CIVIDIS,
    COLORMAP_COOLWARM,
    COLORMAP_GRAY,
    COLORMAP_COUNT
} colormap;

extern const char *const colormap_name[COLORMAP_COUNT];

// The map of that name, or -1.
int colormap_find(const char *name);

// Its colours from the lowest value to the highest.
void colormap_table(colormap m, uint8_t rgb[256][3]);

#endif
