// ohmscape iv: the current through one device, or through many that differ, driven by a wave.
#include "child.h"
#include "cli.h"
#include "guard.h"
#include "gnuplot.h"
#include "rescue.h"
#include "setup.h"
#include "trouble.h"
#include "../base/error.h"
#include "../define/spec.h"
#include "commands.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct iv_options {
    setup setup;
    uint64_t count, periods, steps; // number of devices; steps is only for stimuli other than waves
    const char *output, *plot;
} iv_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)

SETTER(count) {
    return options_read_u64("devices", text, 1, 1000000, &((iv_options *)object)->count);
}

SETTER(periods) {
    return options_read_u64("periods", text, 1, 1000000, &((iv_options *)object)->periods);
}

SETTER(steps) {
    return options_read_u64("steps", text, 1, 100000000, &((iv_options *)object)->steps);
}

SETTER(output) {
    ((iv_options *)object)->output = text;
    return OHM_OK;
}

SETTER(plot) {
    ((iv_options *)object)->plot = text;
    return gnuplot_knows(text) ? OHM_OK : options_bad_value("plot", text, "a name that ends in .png or .svg");
}

static const option_entry iv_entries[] = {
    {"model", 0, "MODEL", "memristor model (default sin-state); spreads make devices differ",
     setup_set_model},
    {"stimulus", 0, "STIMULUS",
     "the voltage (default: a sine wave whose amplitude and period suit\nthe model)", setup_set_stimulus},
    {"periods", 0, "P", "periods of the wave, 1 to 1000000 (default 3)", set_periods},
    {"steps", 't', "T", "steps, 1 to 1e8 (default: enough for the periods)", set_steps},
    {"devices", 'N', "N", "how many devices, 1 to 1000000 (default 1)", set_count},
    {"dt", 0, "DT", "time step in s (default: the model's, or a thousandth of a\nperiod if that is shorter)",
     setup_set_dt},
    {"seed", 0, "S", "seed of all randomness, 0 to 2^64 - 1 (default 1)", setup_set_seed},
    {"init", 0, "INIT", "initial states, 1 being most conductive (default constant:value=0.1)",
     setup_set_init},
    {"device", 0, "DEVICE", "device to compute on (default native), as for run", setup_set_device},
    {"output", 'o', "F.csv", "output file (default standard output, unless --plot is given)", set_output},
    {"plot", 0, "F", "draw I against V with gnuplot, as F.png or F.svg", set_plot},
    {0},
};

// ---- The drive --------------------------------------------------------------------------------

// A run: its steps, and how many of them there are per written row.
typedef struct drive {
    uint64_t steps, every, period; // in steps; period is 0 if the stimulus is not a wave
    char stimulus[SPEC_MAX_TEXT];
} drive;

// The default wave, with the amplitude of the model's default voltages.
static ohm_status default_stimulus(const spec *model, char text[SPEC_MAX_TEXT]) {
    const ohm_about *about = spec_entry_of(model)->about;
    spec s;
    const ohm_status status = spec_parse(ROLE_STIMULUS, about->stimulus, &s);
    if (status) return status;
    snprintf(text, SPEC_MAX_TEXT, "wave:amplitude=%.9g,frequency=%.9g", spec_value(&s, "hi"),
             1 / about->period);
    return OHM_OK;
}

// The period of a stimulus in s at a time step, or 0 if it has none.
static double period_of(const spec *s, double dt) {
    const catalogue_entry *entry = spec_entry_of(s);
    return entry->period ? entry->period(s, dt) : 0;
}

static ohm_status plan_drive(iv_options *o, drive *d) {
    ohm_definition *definition = &o->setup.definition;
    spec model, s;
    ohm_status status = spec_parse(ROLE_MODEL, definition->model, &model);
    if (status) return status;
    if (!definition->stimulus) {
        status = default_stimulus(&model, d->stimulus);
        definition->stimulus = d->stimulus;
    }
    if (!status) status = spec_parse(ROLE_STIMULUS, definition->stimulus, &s);
    if (status) return status;
    // A period given in steps, which is 0 s at dt = 0, suits any time step.
    const double own = spec_entry_of(&model)->about->dt, period = period_of(&s, 0);
    if (!definition->dt) definition->dt = period > 0 && period / 1000 < own ? period / 1000 : own;
    d->period = (uint64_t)llround(fmin(period_of(&s, definition->dt) / definition->dt, 1e15));
    d->steps = o->steps ? o->steps : d->period * o->periods;
    d->every = d->period > 1000 ? d->period / 1000 : 1;
    if (!d->steps) return ohm_fail(OHM_BAD_ARGUMENT, "%s has no period: give --steps", definition->stimulus);
    if (d->steps / d->every > 10000000)
        return ohm_fail(OHM_BAD_ARGUMENT, "--periods: %" PRIu64 " periods have more than 1e10 steps",
                        o->periods);
    return OHM_OK;
}

// ---- Sampling ---------------------------------------------------------------------------------

// One written row. For one device it has the current, state and resistance; for many the distribution of the
// currents, and means.
typedef struct moment {
    double time, voltage;
    double current[5]; // minimum, 10 %, median, 90 %, maximum
    double state, resistance;
} moment;

typedef struct samples {
    moment *moment;
    size_t count;
    float *voltage, *current, *state; // of every device
    uint64_t devices;
} samples;

static void samples_free(samples *s) {
    free(s->moment);
    free(s->voltage);
    free(s->current);
    free(s->state);
}

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Computes the current through each device at the voltage of the next step, before that step is done.
static ohm_status sample(ohm_crossbar *c, samples *s) {
    const uint64_t step = ohm_crossbar_step(c), n = s->devices;
    ohm_status status = ohm_crossbar_read_voltage(c, step, 0, 1, s->voltage);
    if (!status) status = ohm_crossbar_read_current(c, 0, 1, s->voltage, s->current);
    if (!status) status = ohm_crossbar_read_state(c, 0, 1, s->state);
    if (status) return status;
    moment *m = &s->moment[s->count++];
    *m = (moment){.time = (double)step * ohm_crossbar_definition(c)->dt, .voltage = (double)s->voltage[0]};
    for (uint64_t i = 0; i < n; i++) m->state += (double)s->state[i] / (double)n;
    for (uint64_t i = 0; i < n; i++)
        m->resistance += s->current[i] != 0 ? (double)s->voltage[i] / (double)s->current[i] / (double)n : 0;
    qsort(s->current, n, sizeof *s->current, by_value);
    for (int i = 0; i < 5; i++) {
        static const double place[5] = {0, 0.1, 0.5, 0.9, 1};
        m->current[i] = (double)s->current[llround(place[i] * (double)(n - 1))];
    }
    return OHM_OK;
}

static ohm_status make_room(const drive *d, uint64_t devices, samples *s) {
    s->devices = devices;
    s->moment = malloc((d->steps / d->every + 1) * sizeof *s->moment);
    s->voltage = malloc(devices * sizeof(float));
    s->current = malloc(devices * sizeof(float));
    s->state = malloc(devices * sizeof(float));
    return s->moment && s->voltage && s->current && s->state ? OHM_OK : ohm_fail_memory("the samples");
}

static ohm_status take_samples(const drive *d, ohm_crossbar *c, samples *s) {
    ohm_status status = make_room(d, ohm_crossbar_definition(c)->cols, s);
    for (uint64_t done = 0; done < d->steps && !status && !cli_caught(); done += d->every) {
        const uint64_t left = d->steps - done;
        status = sample(c, s);
        if (!status) status = ohm_crossbar_advance(c, left < d->every ? left : d->every);
    }
    return status;
}

// What the writers of results need.
typedef struct job {
    const iv_options *options;
    const drive *drive;
    const samples *samples;
} job;

// ---- Writing ----------------------------------------------------------------------------------

static void print_csv(FILE *out, const samples *s) {
    if (s->devices == 1)
        fprintf(out, "time_s,voltage_V,current_A,state,resistance_ohm\n");
    else
        fprintf(out, "time_s,voltage_V,current_min_A,current_p10_A,current_median_A,current_p90_A,"
                     "current_max_A,state_mean\n");
    for (size_t i = 0; i < s->count; i++) {
        const moment *m = &s->moment[i];
        fprintf(out, "%.9g,%.9g", m->time, m->voltage);
        if (s->devices == 1) {
            fprintf(out, ",%.9g,%.9g,", m->current[0], m->state);
            if (m->current[0] != 0) fprintf(out, "%.9g", m->resistance); // undefined at 0 V
        } else {
            for (int k = 0; k < 5; k++) fprintf(out, ",%.9g", m->current[k]);
            fprintf(out, ",%.9g", m->state);
        }
        fprintf(out, "\n");
    }
}

static ohm_status write_csv(void *object, const char *path) {
    const job *j = object;
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    FILE *out = status ? NULL : fopen(r.temporary, "w");
    if (out) print_csv(out, j->samples);
    if (!status && (!out || fflush(out) | ferror(out)))
        status = ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", path, strerror(errno));
    if (out) fclose(out);
    if (!status) status = ohm_replacement_finish(&r);
    ohm_replacement_abandon(&r);
    return status;
}

// ---- Drawing ----------------------------------------------------------------------------------

// Writes the samples as a gnuplot data block. The band between two curves is one polygon for each run of
// rising or falling voltage. An empty line ends a polygon.
static void write_block(FILE *out, const samples *s, size_t first) {
    fprintf(out, "$iv << END\n");
    for (size_t i = first; i < s->count; i++) {
        const moment *m = &s->moment[i];
        fprintf(out, "%.9g %.9g %.9g %.9g %.9g\n", m->voltage, m->current[1], m->current[2], m->current[3],
                m->time);
        if (i == first || i + 1 == s->count || s->devices == 1) continue;
        const bool rose = m->voltage > m[-1].voltage, rises = m[1].voltage > m->voltage;
        if (rose != rises)
            fprintf(out, "\n%.9g %.9g %.9g %.9g %.9g\n", m->voltage, m->current[1], m->current[2],
                    m->current[3], m->time);
    }
    fprintf(out, "END\n");
}

// The first sample of the last period. Only one period is drawn, since bands would cover each other.
static size_t last_period(const drive *d, const samples *s) {
    const size_t each = d->period / d->every + 1;
    return d->period && s->count > each ? s->count - each : 0;
}

static void write_script(FILE *out, const drive *d, const iv_options *o, const samples *s, const char *format,
                         const char *path) {
    fprintf(out, "set terminal %s size 800,600 font 'DejaVu Sans,12'\nset output ", format);
    gnuplot_write_quoted(out, path);
    fprintf(out, "\nset title ");
    gnuplot_write_quoted(out, o->setup.definition.model);
    fprintf(out,
            " noenhanced\nset xlabel 'voltage (V)'\nset ylabel 'current (A)'\nset grid\nset zeroaxis lt -1\n"
            "set format y '%%.1s%%c'\nset format x '%%g'\n");
    write_block(out, s, s->devices > 1 ? last_period(d, s) : 0);
    if (s->devices == 1)
        fprintf(out, "set cblabel 'time (s)'\nset format cb '%%.1s%%c'\nset palette defined (0 '#4477aa', 1 "
                     "'#ee6677')\n"
                     "plot $iv using 1:3:5 with lines lw 2 lc palette notitle\n");
    else
        fprintf(out, "set key top left\nset style fill transparent solid 0.35 noborder\n"
                     "plot $iv using 1:2:4 with filledcurves lc rgb '#4477aa' title '80 %% of the devices', "
                     "$iv using 1:3 with lines lw 2 lc rgb '#224466' title 'median'\n");
    fprintf(out, "unset output\n");
}

static void write_plot(const void *object, FILE *out, const char *format, const char *path) {
    const job *j = object;
    write_script(out, j->drive, j->options, j->samples, format, path);
}

static ohm_status draw(void *object, const char *path) {
    return gnuplot_draw(path, write_plot, object);
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status run_iv(const iv_options *o, const drive *d, samples *s) {
    ohm_devices *devices;
    ohm_crossbar *c = NULL;
    setup_guard(&o->setup, false);
    ohm_status status = ohm_devices_open(setup_device(&o->setup), &devices);
    if (!status) status = ohm_crossbar_create(devices, &o->setup.definition, &c);
    if (!status) setup_say_fallback(&o->setup, devices);
    guard_settled();
    if (!status) setup_warn(c);
    if (!status) status = take_samples(d, c, s);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    return status;
}

static void write_file(const char *path, rescue_write *write, job *j, troubles *t) {
    char *where;
    troubles_note(t, rescue_at(path, write, j, &where));
    free(where);
}

// Writes all results. If one fails, the others are still written.
static void write_all(job *j, troubles *t) {
    const iv_options *o = j->options;
    if (o->output) write_file(o->output, write_csv, j, t);
    if (o->plot) write_file(o->plot, draw, j, t);
    if (!o->output && !o->plot) print_csv(stdout, j->samples);
    troubles_note(t, cli_flush());
}

static ohm_status check_outputs(const iv_options *o) {
    ohm_status status = o->output ? setup_check_inputs(o->output, &o->setup.definition) : OHM_OK;
    if (!status && o->plot) status = setup_check_inputs(o->plot, &o->setup.definition);
    if (!status && o->output) status = ohm_save_check(o->output, 0);
    if (!status && o->plot) status = ohm_save_check(o->plot, 0);
    return status || !o->plot ? status : gnuplot_check();
}

static int iv(int argc, char **argv) {
    iv_options o = {.setup = setup_default(), .count = 1, .periods = 3};
    o.setup.device = "native";
    o.setup.definition.initial = "constant:value=0.1";
    drive d = {0};
    samples s = {0};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_iv, &o, argc, argv, &given, &first);
    if (!status && first < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "iv takes no argument \"%s\"", argv[first]);
    if (!status) status = plan_drive(&o, &d);
    o.setup.definition.rows = 1;
    o.setup.definition.cols = o.count;
    if (!status) status = check_outputs(&o);
    cli_catch_signals();
    if (!status) status = run_iv(&o, &d, &s);
    troubles t = {0};
    troubles_note(&t, status);
    if (s.count) write_all(&(job){&o, &d, &s}, &t);
    samples_free(&s);
    const int code = troubles_tell(&t);
    return code || !cli_caught() ? code : 128 + cli_caught();
}

const command command_iv = {
    .name = "iv",
    .arguments = "",
    .summary = "Trace the current-voltage loop of a device",
    .options = iv_entries,
    .run = iv,
};
