// The controls of the panel that change the crossbar: its model, its stimulus and their parameters.
#ifndef VIZ_CONTROLS_H
#define VIZ_CONTROLS_H

#include "viewer.h"

// Reads the crossbar's parameters into the controls, none of them changed.
void controls_read(viewer *v);

// Reads only what is written beside them, and leaves the sliders where they are.
void controls_read_texts(viewer *v);

// Whether a text NAME:key=value,… is of this name.
bool controls_is_of(const char *text, const char *name);

// The text of a stimulus chosen by name: as it was, if it had a file, which no menu can choose.
const char *controls_remembered(const controls *c, const char *name);

// Draw the menus, and the parameters.
void controls_draw_menus(viewer *v);
void controls_draw(viewer *v);

#endif
