// Recording a film: frames go to ffmpeg, run as a program, which writes an H.264 file as they come.
//
// The file is written beside its place, under another name, and takes the place when it is whole: a film that
// fails leaves the one that was there. ffmpeg is out of reach of a Ctrl-C in the terminal:
// the recording ends with record_close.
//
// A recording that is cut short is still a film. Should ffmpeg fail or be killed, the frames up to a second
// or so before are kept: in the film's place if that was free, else beside it (film.cut.mp4), which the
// error's hint says. Should this process be killed, ffmpeg finishes the file beside the film's place.
#ifndef VIZ_RECORD_H
#define VIZ_RECORD_H

#include "../host/ohmscape.h"

typedef struct recorder recorder;

// Whether a film could be recorded at path, without touching one that is there: its ending says a format
// (.mp4 or .mkv), it can be written, and this machine's ffmpeg encodes H.264, which is tried.
// Errors: OHM_BAD_ARGUMENT (another ending), OHM_IO_FAILED.
ohm_status record_check(const char *path);

// Whether a film can have width x height pixels. Errors: OHM_BAD_ARGUMENT.
ohm_status record_check_size(unsigned width, unsigned height);

// Starts a film of width x height pixels, from 2 x 2 to 8192 x 8192; of an odd size the last column or row is
// left out, which H.264's halved colour resolution has no place for. A file at path stays until record_close.
// On success close *r with record_close; on failure it is NULL.
// Errors: those of record_check, OHM_BAD_ARGUMENT (a size or a rate out of range), OHM_OUT_OF_MEMORY.
ohm_status record_open(const char *path, unsigned width, unsigned height, unsigned frames_per_second,
                       recorder **r);

// Adds a frame: red, green and blue of 8 bits each (sRGB), rows from the top, without padding. Waits
// while ffmpeg is behind.
// Errors: OHM_IO_FAILED when ffmpeg has ended, with what it said; the recorder can then only be closed.
ohm_status record_frame(recorder *r, const uint8_t *rgb);

// Ends the film, waits until ffmpeg has finished the file, puts it in its place, and frees the recorder in
// any case. Legal on NULL. Errors: OHM_IO_FAILED when the film is not whole, also if record_frame has said so
// before; with a hint that says where what there is of it is.
ohm_status record_close(recorder *r);

#endif
