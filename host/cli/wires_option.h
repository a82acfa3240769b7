// --wires: the resistances of lines, as the commands take them.
#ifndef CLI_WIRES_OPTION_H
#define CLI_WIRES_OPTION_H

#include "../ohmscape.h"

#define WIRES_HELP                                                                                           \
    "lines have resistances: row=1, col=1, ohm of a segment; source=0, sense=0,\nohm at their terminals; "   \
    "drive=left or both; ground=bottom or both;\nfloat=LINES without terminals, r3+r5-9+c0; tol=1e-9, "      \
    "sweeps=500"

// What was given.
typedef struct wires_option {
    ohm_wires wires;
    const char *lines; // that float, or NULL
    bool given;
    bool *row, *col; // made of lines
} wires_option;

// Reads the option's text. Errors: OHM_BAD_ARGUMENT.
ohm_status wires_option_read(wires_option *o, const char *text);

// Makes the lists of floating lines for a crossbar of this size, to be freed by wires_option_free, legal in
// any state. Errors: OHM_BAD_ARGUMENT (not such lines, or outside the crossbar), OHM_OUT_OF_MEMORY.
ohm_status wires_option_finish(wires_option *o, uint64_t rows, uint64_t cols);
void wires_option_free(wires_option *o);

#endif
