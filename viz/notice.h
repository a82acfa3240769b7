// What went wrong with something that was done in the window: said on stderr and shown over the picture, and
// the window goes on.
#ifndef VIZ_NOTICE_H
#define VIZ_NOTICE_H

#include "viewer.h"

// Says and shows a line.
void notice_say(viewer *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Says this thread's last error, as a failed command does, and shows its first line.
void notice_error(viewer *v);

// Takes it away: the next key or click has been heard.
void notice_clear(viewer *v);

// Draws it at the foot of the map, if there is one.
void notice_draw(const viewer *v, const layout *l);

#endif
