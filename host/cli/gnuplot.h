// Pictures that gnuplot draws.
#ifndef CLI_GNUPLOT_H
#define CLI_GNUPLOT_H

#include "../ohmscape.h"

#include <stdio.h>

// Whether a name ends in .png or .svg.
bool gnuplot_knows(const char *path);

// Whether gnuplot is there. Errors: OHM_NO_DEVICE.
ohm_status gnuplot_check(void);

// Writes gnuplot's commands for a picture: those from "set terminal FORMAT" and "set output PATH" on.
typedef void gnuplot_script(const void *object, FILE *out, const char *format, const char *path);

// Draws a picture, which takes the place of an old one when it is whole. Errors: OHM_IO_FAILED,
// OHM_NO_DEVICE, OHM_OUT_OF_MEMORY.
ohm_status gnuplot_draw(const char *path, gnuplot_script *script, const void *object);

// Writes a text in gnuplot's quotes.
void gnuplot_write_quoted(FILE *out, const char *text);

#endif
