#include "setup.h"
#include "../base/error.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../drive/input.h"
#include "../define/scale.h"
#include "../define/spec.h"
#include "../format/matrix_writer.h"
#include "guard.h"
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

setup setup_default(void) {
    return (setup){.definition = ohm_definition_default(), .device = "auto"};
}

// ---- Setters ----------------------------------------------------------------------------------

#define SETTER(name) ohm_status setup_set_##name(void *object, const char *text)
#define SIDE_SETTER(name, place)                                                                             \
    SETTER(name) {                                                                                           \
        return options_read_u64(#name, text, 1, OHM_MAX_SIDE, &((setup *)object)->place);                    \
    }
#define TEXT_SETTER(name, place)                                                                             \
    SETTER(name) {                                                                                           \
        ((setup *)object)->place = text;                                                                     \
        return OHM_OK;                                                                                       \
    }

SIDE_SETTER(neurons, neurons)
SIDE_SETTER(rows, definition.rows)
SIDE_SETTER(cols, definition.cols)
TEXT_SETTER(model, definition.model)
TEXT_SETTER(stimulus, definition.stimulus)
TEXT_SETTER(init, definition.initial)
TEXT_SETTER(wires, definition.wires)
TEXT_SETTER(device, device)
TEXT_SETTER(from, from)

SETTER(flux) {
    return options_set_flag(&((setup *)object)->definition.track_flux, text);
}

SETTER(precision) {
    ohm_precision *precision = &((setup *)object)->definition.precision;
    for (int i = 0; i < OHM_PRECISIONS; i++) {
        if (strcmp(text, ohm_precision_name(i)) != 0) continue;
        *precision = i;
        return OHM_OK;
    }
    return options_bad_value("precision", text, "auto, single or extended");
}

SETTER(seed) {
    return options_read_u64("seed", text, 0, UINT64_MAX, &((setup *)object)->definition.seed);
}

SETTER(dt) {
    double *dt = &((setup *)object)->definition.dt;
    const bool right = options_read_number(text, dt) && *dt > 0;
    return right ? OHM_OK : options_bad_value("dt", text, "a number above 0 and up to 1e6");
}

SETTER(fuse) {
    uint64_t value;
    const ohm_status status = options_read_auto("fuse", text, OHM_MAX_FUSE, &value);
    if (!status) ((setup *)object)->definition.fuse = (unsigned)value;
    return status;
}

SETTER(lanes) {
    uint64_t value;
    const ohm_status status = options_read_auto("lanes", text, 16, &value);
    if (!status) ((setup *)object)->definition.lanes = (unsigned)value;
    return status;
}

SETTER(band_rows) {
    return options_read_auto("band-rows", text, OHM_MAX_SIDE, &((setup *)object)->definition.band_rows);
}

// auto, or bytes.
static ohm_status read_memory(const char *name, const char *text, uint64_t automatic, uint64_t *value) {
    *value = automatic;
    return strcmp(text, "auto") == 0 ? OHM_OK : options_read_bytes(name, text, value);
}

SETTER(memory) {
    uint64_t *memory = &((setup *)object)->definition.memory;
    if (strcmp(text, "all") == 0) {
        *memory = OHM_RESIDENT;
        return OHM_OK;
    }
    const ohm_status status = read_memory("memory", text, 0, memory);
    if (!status && !*memory && strcmp(text, "auto") != 0) // which is auto to the library
        return options_bad_value("memory", text, "bytes above 0, such as 512MiB or 8GB");
    return status;
}

SETTER(host_memory) {
    return read_memory("host-memory", text, UINT64_MAX, &((setup *)object)->definition.host_memory);
}

TEXT_SETTER(scratch, definition.scratch)

ohm_status setup_take_matrix(const char *option, const char *text, const char **path) {
    *path = text;
    return matrix_writer_knows(text) ? OHM_OK
                                     : options_bad_value(option, text, "a name that ends in .npy or .h5");
}

// ---- Checks -----------------------------------------------------------------------------------

static bool was_given(uint64_t given, int place) {
    return given >> place & 1;
}

static ohm_status check_sides(setup *s, uint64_t given) {
    const bool sides = was_given(given, SETUP_ROWS) || was_given(given, SETUP_COLS);
    if (was_given(given, SETUP_NEURONS) && sides)
        return ohm_fail(OHM_BAD_ARGUMENT, "--neurons cannot be combined with --rows or --cols");
    if (!s->from && was_given(given, SETUP_ROWS) != was_given(given, SETUP_COLS))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "--rows and --cols must be given together; --neurons N gives N x N");
    if (was_given(given, SETUP_NEURONS)) s->definition.rows = s->definition.cols = s->neurons;
    return OHM_OK;
}

static ohm_status differs(const char *name, const char *from) {
    ohm_fail(OHM_BAD_ARGUMENT, "--%s differs from the value in %s", name, from);
    ohm_fail_hint("`ohmscape info %s` prints its parameters; omit --%s to use them", from, name);
    return OHM_BAD_ARGUMENT;
}

static ohm_status check_spec(spec_role role, const char *given, const char *saved, const char *from) {
    spec part, whole;
    ohm_status status = spec_parse(role, given, &part);
    if (!status) status = spec_parse(role, saved, &whole);
    if (status) return status;
    return spec_agrees(&part, &whole) ? OHM_OK : differs(spec_role_name[role], from);
}

// Options given with --from must agree with the file.
static ohm_status check_against_file(const setup *s, uint64_t given, const ohm_definition *saved) {
    const ohm_definition *mine = &s->definition;
    const bool rows = was_given(given, SETUP_ROWS) || was_given(given, SETUP_NEURONS);
    const bool cols = was_given(given, SETUP_COLS) || was_given(given, SETUP_NEURONS);
    if (rows && mine->rows != saved->rows)
        return differs(was_given(given, SETUP_ROWS) ? "rows" : "neurons", s->from);
    if (cols && mine->cols != saved->cols)
        return differs(was_given(given, SETUP_COLS) ? "cols" : "neurons", s->from);
    if (was_given(given, SETUP_DT) && mine->dt != saved->dt) return differs("dt", s->from);
    if (was_given(given, SETUP_SEED) && mine->seed != saved->seed) return differs("seed", s->from);
    if (was_given(given, SETUP_FLUX) && !saved->track_flux) return differs("flux", s->from);
    if (was_given(given, SETUP_PRECISION) && mine->precision != saved->precision)
        return differs("precision", s->from);
    ohm_status status = OHM_OK;
    if (was_given(given, SETUP_MODEL)) status = check_spec(ROLE_MODEL, mine->model, saved->model, s->from);
    if (!status && was_given(given, SETUP_INIT))
        status = check_spec(ROLE_INITIAL, mine->initial, saved->initial, s->from);
    return status;
}

// Scales a stimulus to the model that it drives.
static ohm_status scale_to(const char *model, spec *stimulus) {
    spec s;
    const ohm_status status = spec_parse(ROLE_MODEL, model, &s);
    return status ? status : scale_stimulus(stimulus, &s);
}

// A stimulus given with --from that differs from the file's takes effect at the file's step. If it is of
// another kind or reads other files, it also starts there.
static ohm_status check_stimulus(setup *s, const ohm_file_info *info) {
    spec saved, changed;
    ohm_status status = spec_parse(ROLE_STIMULUS, info->definition.stimulus, &saved);
    changed = saved;
    if (!status) status = spec_change(&changed, s->definition.stimulus);
    if (!status && changed.id != saved.id) status = scale_to(info->definition.model, &changed);
    if (status) return status;
    const int start = spec_find(&changed, "start");
    const bool another = changed.id != saved.id || strcmp(changed.path, saved.path) != 0;
    if (!another && memcmp(changed.value, saved.value, sizeof saved.value) == 0) return OHM_OK;
    if (another && start >= 0 && !(changed.given >> start & 1)) changed.value[start] = (double)info->step;
    spec_format(&changed, s->change);
    return OHM_OK;
}

// Whether a stimulus reads a file of this name.
static bool reads(const char *stimulus, const char *name) {
    spec s;
    char *rest;
    if (spec_parse(ROLE_STIMULUS, stimulus, &s)) return false;
    bool any = strcmp(s.path, name) == 0; // otherwise look among several, joined by +
    for (char *one = strtok_r(s.path, "+", &rest); one && !any; one = strtok_r(NULL, "+", &rest))
        any = strcmp(one, name) == 0;
    return any;
}

// Notes an input that is taken from the file although it has changed on disk.
static void note_outdated(setup *s, const ohm_file_info *info) {
    for (size_t i = 0; i < info->input_count; i++) {
        const ohm_input_info *one = &info->inputs[i];
        const bool used = !s->change[0] || reads(s->change, one->name);
        if (used && one->kept && input_has_changed(one->name, one->size, one->digest))
            snprintf(s->outdated, sizeof s->outdated, "%s", one->name);
    }
}

ohm_status setup_check(setup *s, uint64_t given, const ohm_file_info **info) {
    *info = NULL;
    ohm_status status = check_sides(s, given);
    if (status || !s->from) return status;
    status = ohm_file_open(s->from, &s->file);
    if (status) return status;
    *info = ohm_file_describe(s->file);
    status = check_against_file(s, given, &(*info)->definition);
    if (!status && was_given(given, SETUP_STIMULUS)) status = check_stimulus(s, *info);
    s->rewire = was_given(given, SETUP_WIRES);
    if (!status) note_outdated(s, *info);
    return status;
}

void setup_end(setup *s) {
    ohm_file_close(s->file);
    s->file = NULL;
}

static ohm_status check_input(const char *path, spec_role role, const char *text) {
    spec s;
    char *rest;
    if (!path || !text || spec_parse(role, text, &s))
        return OHM_OK;                 // other checks report what is wrong with it
    if (!file_is_same(path, s.path)) { // otherwise look among several, joined by +
        for (char *one = strtok_r(s.path, "+", &rest); one; one = strtok_r(NULL, "+", &rest))
            if (file_is_same(path, one))
                return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would replace a file of the %s", path,
                                spec_role_name[role]);
        return OHM_OK;
    }
    return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would replace the file of the %s", path,
                    spec_role_name[role]);
}

ohm_status setup_check_inputs(const char *path, const ohm_definition *d) {
    const ohm_status status = check_input(path, ROLE_STIMULUS, d->stimulus);
    return status ? status : check_input(path, ROLE_INITIAL, d->initial);
}

ohm_status setup_check_output(const char *path, const ohm_definition *d) {
    if (!path) return OHM_OK;
    const ohm_status status = setup_check_inputs(path, d);
    if (status) return status;
    const uint64_t synapses = d->rows * d->cols, planes = d->track_flux ? 3 : 1;
    const uint64_t each = sizeof(float) * (planes + (d->precision == OHM_PRECISION_EXTENDED));
    return ohm_save_check(path, synapses > UINT64_MAX / each ? UINT64_MAX : synapses * each);
}

// ---- Making -----------------------------------------------------------------------------------

static bool is_automatic(const setup *s) {
    return strcmp(s->device, "auto") == 0;
}

void setup_guard(const setup *s, bool quiet) {
    guard_start(is_automatic(s), quiet);
}

const char *setup_device(const setup *s) {
    return is_automatic(s) && guard_reason() ? "native" : s->device;
}

// Changes the wires, unless they are those of the file.
static ohm_status rewire(const setup *s, ohm_crossbar *c) {
    spec given, saved;
    ohm_status status = spec_parse(ROLE_WIRES, s->definition.wires, &given);
    if (!status) status = spec_parse(ROLE_WIRES, ohm_crossbar_definition(c)->wires, &saved);
    if (status || spec_agrees(&given, &saved)) return status;
    return ohm_crossbar_set_wires(c, s->definition.wires);
}

ohm_status setup_make(setup *s, ohm_devices *devices, ohm_crossbar **crossbar) {
    if (!s->from) return ohm_crossbar_create(devices, &s->definition, crossbar);
    ohm_status status = ohm_file_load(s->file, devices, &s->definition, crossbar);
    setup_end(s); // so that others can write to it during a long run
    // A stimulus that gives no voltages to lines can only come once the wires have gone, or go before they
    // come.
    const bool wired = s->rewire && strcmp(s->definition.wires, "none") != 0;
    if (!status && s->rewire && !wired) status = ohm_crossbar_set_wires(*crossbar, "none");
    if (!status && s->change[0]) status = ohm_crossbar_change(*crossbar, NULL, s->change);
    if (!status && wired) status = rewire(s, *crossbar);
    if (status) {
        ohm_crossbar_destroy(*crossbar);
        *crossbar = NULL;
        return status;
    }
    if (s->outdated[0])
        fprintf(
            stderr,
            "ohmscape: %s has changed since %s was saved; the copy in the saved file is used. To use the new "
            "file, rename it\n",
            s->outdated, s->from);
    return OHM_OK;
}

void setup_warn(const ohm_crossbar *crossbar) {
    const char *text;
    for (size_t i = 0; (text = ohm_crossbar_warning(crossbar, i)); i++)
        fprintf(stderr, "ohmscape: warning: %s\n", text);
}

void setup_say_storage(const ohm_crossbar *crossbar) {
    const ohm_storage s = ohm_crossbar_storage(crossbar);
    char all[NUMBER_MAX_TEXT], visiting[NUMBER_MAX_TEXT];
    if (!s.streamed) return;
    number_format_bytes(s.memory_bytes + s.file_bytes, all);
    number_format_bytes(s.visiting_bytes, visiting);
    fprintf(stderr,
            "ohmscape: the crossbar does not fit into the memory it may take: %s are in %s%s, and %s visit "
            "the device at a time\n",
            all, s.file_bytes ? "a file in " : "the host's memory", s.folder, visiting);
    if (s.pass_steps == 1)
        fprintf(stderr, "ohmscape: each step depends on the one before: all of it moves at every step\n");
}

void setup_say_fallback(const setup *s, const ohm_devices *devices) {
    const ohm_device_info *info = ohm_devices_info(devices, 0);
    const bool native = info->type == OHM_DEVICE_NATIVE;
    const char *reason = ohm_devices_fallback(devices);
    if (!reason && is_automatic(s)) reason = guard_reason();
    const char *hint = reason ? "hint: select that device with --device to see what to do\n" : "";
    if (!reason && is_automatic(s) && native) reason = "no OpenCL device found";
    if (!reason) return;
    fprintf(stderr, "ohmscape: %s; using %s\n%s", reason, native ? "the native engine" : info->name, hint);
}
