// Models, stimuli and initial states by name: the one grammar NAME:key=value,… over the catalogue.
#ifndef OHM_SPEC_H
#define OHM_SPEC_H

#include "catalogue.h"

#define SPEC_MAX_PARAMETERS OHM_MAX_PARAMETERS
#define SPEC_MAX_TEXT OHM_MAX_SPEC_TEXT // longest canonical text, with its end
#define SPEC_MAX_PATH 512

// "none", "normal", "lognormal", "uniform".
extern const char *const spec_spread_name[OHM_SPREAD_KINDS];

// How a parameter is spread over the devices.
typedef struct spec_spread {
    uint32_t kind;
    double sigma;
} spec_spread;

// A choice from a table, with the values of its parameters in the table's order.
struct spec {
    spec_role role;
    int id; // place in the role's table
    double value[SPEC_MAX_PARAMETERS];
    spec_spread spread[SPEC_MAX_PARAMETERS];
    char path[SPEC_MAX_PATH]; // the value of its parameter that is a text, of which it has one at most
    uint64_t given;           // bit i: parameter i was in the text, the others are defaults
};

const catalogue_entry *spec_entry_of(const spec *s);

// The place of a parameter in the table, or −1; and its value, which has to be there.
int spec_find(const spec *s, const char *key);
double spec_value(const spec *s, const char *key);

// The defaults of an entry of a role's table, without any check.
void spec_defaults(spec_role role, int id, spec *s);

// Parses NAME, NAME@PRESET (presets.h) or either with :key=value,…; what is not given takes its default. A
// device's parameter may be followed by how it is spread, 100~lognormal:0.1.
// Errors: OHM_BAD_ARGUMENT: unknown name or key, a key twice, not a number, out of range, a spread that
// cannot be.
ohm_status spec_parse(spec_role role, const char *text, spec *s);

// Parses text of the same name as s, over the values that s has, or of another name; on failure s is as
// before. Errors: OHM_BAD_ARGUMENT, as spec_parse.
ohm_status spec_change(spec *s, const char *text);

// Checks values that came from elsewhere, as spec_parse does.
ohm_status spec_check(const spec *s);

// Whether a parameter has another value than its default.
bool spec_differs(const spec *s, int i);

// Whether texts and files say its value: a model's or a stimulus's own always; those of every device, and a
// path, if it is not the default; and a number of sub-steps unless it is 1, since a file that does not say it
// was made with 1.
bool spec_is_written(const spec *s, int i);

// Writes the value of parameter i as spec_parse takes it, with its spread: 100~lognormal:0.1.
void spec_format_value(const spec *s, int i, char *text, size_t size);

// Writes the text from which spec_parse makes the same spec.
void spec_format(const spec *s, char text[SPEC_MAX_TEXT]);

// The path of a file in a folder, whose text ends in a slash, from its path there; and a text of a spec in
// which the paths of files are such ones. An absolute path stays as it is. To be freed with free(); NULL if
// out of memory. What is wrong in a text stays so.
char *spec_path_in(const char *folder, const char *path);
char *spec_text_in(spec_role role, const char *folder, const char *text);

// Whether everything given in part also holds in whole.
bool spec_agrees(const spec *part, const spec *whole);

#endif
