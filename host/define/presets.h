// Published devices by name: NAME@PRESET stands for the model NAME with the parameters of the preset.
#ifndef OHM_PRESETS_H
#define OHM_PRESETS_H

#include <stddef.h>

typedef struct preset {
    const char *model, *name;
    const char *summary;    // one line
    const char *parameters; // as in NAME:parameters
    const char *source;     // where the numbers are from
    const char *note;       // what the device has that the model has not, in lines; or NULL
} preset;

// The i-th preset, of all models, or NULL past the last.
const preset *presets_get(size_t i);

// The preset of a model whose name has so many characters, or NULL.
const preset *presets_find(const char *model, const char *name, size_t length);

#endif
