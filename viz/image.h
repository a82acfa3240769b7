// The picture that the device has reduced, as a texture: float32, one channel, NaN where nothing is.
//
// Its values come by a buffer of OpenGL that OpenCL draws into, where both can share one, and otherwise
// from the host. Either way the texture holds the same bits.
#ifndef VIZ_IMAGE_H
#define VIZ_IMAGE_H

#include "../host/ohmscape_cl.h"

typedef struct image image;

// An image for crossbars on these devices, in the current OpenGL context. If shared is true the devices
// were opened by ohm_devices_open_gl. Errors: OHM_OUT_OF_MEMORY.
ohm_status image_create(ohm_devices *devices, bool shared, image **i);

// Legal on NULL.
void image_destroy(image *i);

// Lets the device draw a view into the image. The image has to be a shared one, and nothing else may use
// the crossbar meanwhile. Errors: those of ohm_crossbar_view, and OHM_NO_DEVICE when the driver fails to
// share a buffer after all: the image is as before.
ohm_status image_draw(image *i, ohm_crossbar *crossbar, const ohm_view *view, ohm_extremes *extremes);

// Takes the values of a view from the host: float32 [view.height, view.width].
void image_upload(image *i, const ohm_view *view, const float *values);

// Which view the image shows; width 0 before the first.
const ohm_view *image_view(const image *i);

// The texture, to be read with texelFetch: row 0 is the top of the view.
unsigned image_texture(const image *i);

#endif
