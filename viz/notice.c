#include "notice.h"
#include "../host/cli/cli.h"
#include "ui.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define GROUND_COLOR 0x5A1414F0u
#define FRAME_COLOR 0xE67864FFu
#define TEXT_COLOR 0xFFFFFFFFu

void notice_say(viewer *v, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(v->notice, sizeof v->notice, format, arguments);
    va_end(arguments);
    fprintf(stderr, "ohmscape: %s\n", v->notice);
}

void notice_error(viewer *v) {
    cli_fail(OHM_OK);
    snprintf(v->notice, sizeof v->notice, "%s", ohm_error_message());
    v->notice[strcspn(v->notice, "\n")] = '\0';
}

void notice_clear(viewer *v) {
    v->notice[0] = '\0';
}

// Takes from *text a line of as many words as fit into the width, at least one, and moves *text past it.
static void take_line(const char **text, double width, char *line, size_t size) {
    size_t length = 0;
    while ((*text)[length]) {
        const size_t next = length + strspn(*text + length, " "), word = strcspn(*text + next, " ");
        snprintf(line, size, "%.*s", (int)(next + word), *text);
        if (length && ui_text_width(line) > width) break;
        length = next + word;
    }
    snprintf(line, size, "%.*s", (int)length, *text);
    *text += length + strspn(*text + length, " ");
}

void notice_draw(const viewer *v, const layout *l) {
    enum { LINES = 8 };
    char line[LINES][sizeof v->notice];
    const double s = v->ui_scale, margin = 12 * s, height = 1.35 * ui_text_height();
    const double width = l->map.width - 2 * margin;
    int lines = 0;
    for (const char *text = v->notice; *text && lines < LINES; lines++)
        take_line(&text, width - 2 * margin, line[lines], sizeof line[lines]);
    if (lines == 0) return;
    const double x = l->map.x + margin, y = l->map.y + l->map.height - margin - (lines + 1) * height;
    ui_box(x, y, width, (lines + 1) * height, GROUND_COLOR);
    ui_frame(x, y, width, (lines + 1) * height, FRAME_COLOR);
    for (int i = 0; i < lines; i++) ui_text(x + margin, y + (i + 0.5) * height, 0, 0, TEXT_COLOR, line[i]);
}
