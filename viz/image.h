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

// Lends OpenCL the image's buffer, with room for the values of a view: waits for OpenGL, and enqueues in the
// first device's queue that *buffer is acquired. Until image_take_back OpenCL may use it; the texture can be
// drawn all the while. The image must be a shared one that has not lent its buffer yet.
// Errors: OHM_NO_DEVICE if the driver fails to share a buffer after all. Nothing is lent then.
ohm_status image_lend(image *i, const ohm_view *view, cl_mem *buffer);

// Takes the buffer back, which waits for OpenCL, and then the values of the view from it; of no view if that
// is NULL. Does nothing if the buffer is not lent. Errors: OHM_NO_DEVICE if the driver fails. The texture is
// as before then.
ohm_status image_take_back(image *i, const ohm_view *view);

// Takes the values of a view from the host: float32 [view.height, view.width].
void image_upload(image *i, const ohm_view *view, const float *values);

// Which view the image shows; width 0 before the first.
const ohm_view *image_view(const image *i);

// The texture, to be read with texelFetch: row 0 is the top of the view.
unsigned image_texture(const image *i);

#endif
