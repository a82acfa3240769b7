// OpenGL programs from the text of their shaders.
#ifndef VIZ_PROGRAM_H
#define VIZ_PROGRAM_H

#include "../host/ohmscape.h"

#include <epoxy/gl.h>

// Builds a program. Errors: OHM_BUILD_FAILED, with the driver's log.
ohm_status program_build(const char *vertex, const char *fragment, GLuint *program);

#endif
