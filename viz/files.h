// Frames as files: pictures, and a recording.
#ifndef VIZ_FILES_H
#define VIZ_FILES_H

#include "viewer.h"

typedef struct files files;

// Errors: OHM_OUT_OF_MEMORY.
ohm_status files_create(files **f);

// Ends the recording, if there is one. Legal on NULL. Errors: those of record_close.
ohm_status files_close(files *f);

// Adds what has been drawn, and not presented yet, to the recording at path, which the first one starts. An
// error ends the recording: what there is of it is kept, as record_close does.
// Errors: OHM_IO_FAILED (the window has another size now), and those of record_open and record_close.
ohm_status files_record(files *f, const viewer *v, const char *path, unsigned fps);

// Saves it as a picture. Errors: those of png_write.
ohm_status files_save(files *f, const viewer *v, const char *path);

// A name for a picture of this step that no file has yet.
void files_free_name(const viewer *v, char *path, size_t size);

#endif
