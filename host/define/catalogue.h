// The catalogue: every model, stimulus and initial state, with all that parsing, checks, help and files need.
// Those who have them list them: models.c, initials.c, line_wires.c, and drive.c, from which nothing here
// follows but names.
#ifndef OHM_CATALOGUE_H
#define OHM_CATALOGUE_H

#include "../../kernels/physics.h"
#include "../ohmscape.h"

// What a specification is for.
typedef enum spec_role { ROLE_MODEL, ROLE_STIMULUS, ROLE_INITIAL, ROLE_WIRES, ROLE_COUNT } spec_role;

// "model", "stimulus", "init", "wires": the name of the option, the JSON key and the file's attribute.
extern const char *const spec_role_name[ROLE_COUNT];

// What a parameter that is a text holds (ohm_parameter.text): the path of a file, or several joined by +; or
// lines of a crossbar, r3+c0-7.
enum { SPEC_PATH = 1, SPEC_PATHS, SPEC_LINES };

typedef struct spec spec; // spec.h

// One entry. Its parameters are its own and, behind them, those of every device, which a text spells out only
// where they are not the default.
typedef struct catalogue_entry {
    const ohm_about *about;
    const ohm_parameter *own, *common;
    int own_count, count; // count is of both
    int kinetics;         // of a model
    bool ohmic;           // of a model: its current is its conductance times the voltage
    // What ranges of single parameters can't express. Errors: OHM_BAD_ARGUMENT. NULL: nothing.
    ohm_status (*check)(const spec *s);
    // Of a stimulus, what kernels draw of it: a distribution and its constants. NULL: nothing random, and 0 V
    // beside what its frames say.
    int (*distribution)(const spec *s);
    void (*derive)(const spec *s, float c[4]);
    // Of a stimulus, its period in s at a time step of dt. NULL: it has none.
    double (*period)(const spec *s, double dt);
    bool frames; // of a stimulus: its voltages, or some part of them, come from the host (kernels/frame.h)
} catalogue_entry;

// The i-th entry of a role, or NULL past the last. The first is the default.
const catalogue_entry *catalogue_get(spec_role role, int i);

// The same, at once, where i is known to be that of an entry or the one past the last: drives ask at every
// step.
const catalogue_entry *catalogue_at(spec_role role, int i);

// What they list, each ending in NULL.
extern const catalogue_entry *const catalogue_models[];   // in the order of kernels/models.h
extern const catalogue_entry *const catalogue_stimuli[];  // of which the drives are made (drive.h)
extern const catalogue_entry *const catalogue_initials[]; // in the order of kernels/distributions.h
extern const catalogue_entry *const catalogue_wires[];    // none and resistive

// The initial state that is read from a file, behind those that are distributions.
extern const catalogue_entry catalogue_initial_file;

const ohm_parameter *catalogue_parameter(const catalogue_entry *entry, int i);

// The parameter's default.
double catalogue_standard(const catalogue_entry *entry, int i);

// The place of a parameter of this key, of so many characters, or −1.
int catalogue_find(const catalogue_entry *entry, const char *key, int length);

#endif
