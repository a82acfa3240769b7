// Text, shapes and controls, drawn over what OpenGL has drawn. Dear ImGui does the work; this header is all
// that the rest, which is C, knows of it.
//
// Coordinates are pixels of the surface from its upper left corner. There is one interface a process.
#ifndef VIZ_UI_H
#define VIZ_UI_H

#include "surface.h"

#ifdef __cplusplus
extern "C" {
#endif

// Colours as 0xRRGGBBAA.
typedef uint32_t ui_color;

static inline ui_color ui_opaque(const uint8_t rgb[3]) {
    return (ui_color)rgb[0] << 24 | (ui_color)rgb[1] << 16 | (ui_color)rgb[2] << 8 | 0xFF;
}

// Starts on a surface whose text is scale times 13 pixels high. With a window, its mouse and keys are
// heard, after any callbacks that were set on it before.
void ui_open(const surface *s, double scale);
void ui_close(void);

// A frame: everything else here goes between these. seconds is the time since the last one.
void ui_begin(int width, int height, double seconds);
void ui_end(void);

// Whether the mouse or the keys are busy with a control, as of the last frame.
bool ui_wants_mouse(void);
bool ui_wants_keys(void);

// ---- Shapes -------------------------------------------------------------------------------------
// Within a window they are clipped to it; elsewhere they lie below all windows.

void ui_line(double x0, double y0, double x1, double y1, ui_color color, double width);
void ui_box(double x, double y, double width, double height, ui_color color);
void ui_frame(double x, double y, double width, double height, ui_color color);
void ui_dot(double x, double y, double radius, ui_color color);

// Text whose point (x, y) is at this share of its width and height: 0, 0 its upper left corner.
void ui_text(double x, double y, double across, double down, ui_color color, const char *text);
double ui_text_width(const char *text);
double ui_text_height(void);

// ---- Windows and controls -----------------------------------------------------------------------

void ui_window_begin(const char *title, double x, double y, double width, double height);
void ui_window_end(void);

// Lines that follow the mouse.
void ui_tooltip(const char *text);

void ui_label(const char *text);
void ui_section(const char *title);
void ui_same_line(void);
bool ui_button(const char *label);
bool ui_check(const char *label, bool *on);
bool ui_choice(const char *label, int *chosen, const char *const *names, int count);
// Drag or, with Ctrl and a click, type. True when the value changed; it stays within [low, high].
bool ui_slider(const char *label, double *value, double low, double high, const char *help);
// The same of whole numbers.
bool ui_whole(const char *label, double *value, double low, double high, const char *help);
bool ui_number(const char *label, uint64_t *value);
// A text to type. True when that was ended by other than Escape and has changed it.
bool ui_typed(const char *label, char *text, size_t size, const char *help);
// A title that opens and closes what follows, closed at first; whether it is open.
bool ui_fold(const char *title);

// A place of this height, across the window, to draw into. If the mouse holds it, *held is true and
// *mouse is how far along its width the mouse is, 0 to 1.
void ui_canvas(const char *name, double height, double *x, double *y, double *width, bool *held,
               double *mouse);

#ifdef __cplusplus
}
#endif

#endif
