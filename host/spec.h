// Models, stimuli and initial states by name: the one grammar NAME:key=value,… and the tables from
// which parsing, checks, help and files are made. The tables themselves stand in kernels/.
#ifndef OHM_SPEC_H
#define OHM_SPEC_H

#include "../kernels/physics.h"
#include "ohmscape.h"

#define SPEC_MAX_PARAMETERS 8
#define SPEC_MAX_TEXT 512 // longest canonical text, with its end

// What a specification is for.
typedef enum spec_role { ROLE_MODEL, ROLE_STIMULUS, ROLE_INITIAL, ROLE_COUNT } spec_role;

// "model", "stimulus", "init": the name of the option, the JSON key and the file's attribute.
extern const char *const spec_role_name[ROLE_COUNT];

// One entry of a role's table.
typedef struct spec_entry {
    const ohm_about *about;
    const ohm_parameter *parameters;
    int count;
} spec_entry;

// The table of a role, of *count entries; the first is the default. An entry's place is its number
// in the enums of kernels/models.h and kernels/distributions.h.
const spec_entry *spec_table(spec_role role, int *count);

// A choice from a table, with the values of its parameters in the table's order.
typedef struct spec {
    spec_role role;
    int id; // place in the role's table
    double value[SPEC_MAX_PARAMETERS];
    unsigned given; // bit i: parameter i was in the text, the others are defaults
} spec;

const spec_entry *spec_entry_of(const spec *s);

// Parses NAME or NAME:key=value,…; what is not given takes its default.
// Errors: OHM_BAD_ARGUMENT: unknown name or key, a key twice, not a number, out of range.
ohm_status spec_parse(spec_role role, const char *text, spec *s);

// Parses text of the same name as s, over the values that s has; on failure s is as before.
// Errors: OHM_BAD_ARGUMENT, as spec_parse, and another name.
ohm_status spec_change(spec *s, const char *text);

// Checks values that came from elsewhere, as spec_parse does.
ohm_status spec_check(const spec *s);

// Writes the text from which spec_parse makes the same spec, every parameter given.
void spec_format(const spec *s, char text[SPEC_MAX_TEXT]);

// Whether everything given in part also holds in whole.
bool spec_agrees(const spec *part, const spec *whole);

// The kernels' constants for these three and dt, and for the seed.
ohm_physics spec_derive(const spec specs[ROLE_COUNT], double dt, uint64_t seed);

#endif
