// INI texts, as people write them:
//
//   - sections [NAME] and lines KEY = VALUE or KEY: VALUE, indented or not, of any length;
//   - ; and # begin a comment, on a line of its own or behind a space;
//   - a value goes on in the lines below that are indented further, or after a \ at the end of a line; the
//   parts
//     are joined without a space. An indented line KEY = VALUE below a value that is complete is a key,
//     though: a part of a value follows one of , : + = or begins with one;
//   - a value may stand in double quotes;
//   - case does not matter in keys, nor whether they are written with - or _;
//   - lines may end as on Windows, and the text may begin with a byte order mark.
#ifndef OHM_INI_H
#define OHM_INI_H

#include "../ohmscape.h"

// Receives a section's name, with key NULL, when the section begins; and every key and value, the key in
// small letters with -, in the section of that name, "" before any.
typedef ohm_status ini_taker(void *object, const char *section, const char *key, const char *value);

// Reads the file at path until take fails. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_BAD_FILE (not an INI
// text) and those of take, with the file and the line.
ohm_status ini_read(const char *path, ini_taker *take, void *object);

#endif
