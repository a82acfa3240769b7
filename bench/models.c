// How fast each model is on each device, compared with sin-state on the same device; what device-to-device
// variability of a parameter costs; and how fast the same models are in NumPy (bench/peers_models.py).
#include "moments.h"
#include "cases.h"
#include "python.h"
#include "table.h"
#include "../host/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char ohm_bench_peers_models[]; // peers_models.py, embedded by the build; it ends in 0

enum { FUSE = 16, MODEL_CASES = 64 };

// ---- What is measured -------------------------------------------------------------------------

typedef struct model_case {
    const char *model, *plain; // plain: the same model without variability, if it has any
    ohm_crossbar *crossbar;    // on the first device
} model_case;

typedef struct model_cases {
    size_t count;
    model_case list[MODEL_CASES];
} model_cases;

// Variants measured in addition to each model at its defaults: windows, and one parameter with variability.
static const struct {
    const char *name, *model;
    bool spread;
} variants[] = {
    {"sin-state", "sin-state:beta=0.5~lognormal:0.1", true},
    {"linear-ion-drift", "linear-ion-drift:window=joglekar,p=2", false},
    {"linear-ion-drift", "linear-ion-drift:mu=1e-14~lognormal:0.1", true},
    {"vteam", "vteam:k_on=-10~lognormal:0.1", true},
    {"yakopcic", "yakopcic:a_p=4000~lognormal:0.1", true},
    {"mmss", "mmss:tau=1e-4~lognormal:0.1", true},
};

static void add_case(model_cases *c, const char *model, const char *plain) {
    if (c->count < MODEL_CASES) c->list[c->count++] = (model_case){.model = model, .plain = plain};
}

static void add_variants(model_cases *c, const char *name) {
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++)
        if (strcmp(variants[i].name, name) == 0)
            add_case(c, variants[i].model, variants[i].spread ? name : NULL);
}

// Models are measured with one sub-step per step. Some have many by default.
static const char *one_substep(const char *name) {
    if (strcmp(name, "jart-vcm") == 0) return "jart-vcm:substeps=1";
    return strcmp(name, "stanford-pku") == 0 ? "stanford-pku:substeps=1" : name;
}

// Takes all models, or only sin-state and the model that --model names.
static void find_cases(const bench *b, model_cases *c) {
    const char *one = b->options->one_model ? b->options->model : NULL;
    const char *name;
    for (size_t i = 0; (name = ohm_model_name(i)) && !one; i++) {
        add_case(c, one_substep(name), NULL);
        add_variants(c, name);
    }
    if (!one) return;
    if (strcmp(one, "sin-state") != 0) add_case(c, "sin-state", NULL);
    add_case(c, one, NULL);
    add_variants(c, one);
}

// ---- NumPy ------------------------------------------------------------------------------------

// One process runs all NumPy models in turn.
typedef struct numpy {
    child child;
    char version[128];
} numpy;

typedef struct model_peer {
    numpy *numpy;
    ohm_crossbar *crossbar; // our own, of the same model and size, for comparison
    uint64_t steps;         // after which the moments were computed
    moments moments;
} model_peer;

static void end_numpy(void *object) {
    numpy *n = object;
    child_end(&n->child);
    free(n);
}

// Starts the process, which ends with the list. Errors: OHM_NO_DEVICE without NumPy, OHM_OUT_OF_MEMORY.
static ohm_status start_numpy(const bench *b, case_list *l, numpy **n) {
    cJSON *hello;
    *n = calloc(1, sizeof **n);
    if (!*n) return ohm_fail_memory("a peer");
    bench_say(b, "starting NumPy");
    const ohm_status status =
        python_start(ohm_bench_peers_models, (const char *const[]){NULL}, &(*n)->child, &hello);
    if (status)
        free(*n);
    else
        cases_own(l, *n, end_numpy);
    if (!status)
        snprintf((*n)->version, sizeof(*n)->version, "%s, Python %s", python_text(hello, "version"),
                 python_text(hello, "python"));
    cJSON_Delete(hello);
    return status;
}

// Writes the request for a number of steps of a crossbar's definition.
static char *question(const ohm_definition *d, uint64_t steps) {
    cJSON *task = cJSON_CreateObject();
    cJSON_AddStringToObject(task, "model", d->model);
    cJSON_AddStringToObject(task, "stimulus", d->stimulus);
    cJSON_AddStringToObject(task, "init", d->initial);
    cJSON_AddNumberToObject(task, "dt", d->dt);
    cJSON_AddNumberToObject(task, "side", (double)d->rows);
    cJSON_AddNumberToObject(task, "steps", (double)steps);
    char *line = cJSON_PrintUnformatted(task);
    cJSON_Delete(task);
    return line;
}

// The caller deletes *answer, also on failure.
static ohm_status ask(numpy *n, const ohm_definition *d, uint64_t steps, cJSON **answer) {
    char *line = question(d, steps);
    *answer = NULL;
    if (!line) return ohm_fail_memory("a peer");
    const ohm_status status = python_ask(&n->child, line, answer);
    cJSON_free(line);
    if (status) return status;
    const char *refused = python_text(*answer, "refused");
    return refused ? ohm_fail(OHM_NO_DEVICE, "%s", refused) : OHM_OK;
}

// Runs the same steps in both and compares the results. *seconds receives the time that NumPy took.
static ohm_status go_along(numpy *n, ohm_crossbar *c, uint64_t steps, uint64_t *known, moments *m,
                           double *seconds) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    cJSON *answer;
    ohm_status status = ask(n, d, steps, &answer);
    if (!status && *known != steps) {
        status = ohm_crossbar_restart(c, d->seed);
        if (!status) status = ohm_crossbar_advance(c, steps);
        if (!status) status = moments_read(c, m);
        *known = status ? 0 : steps;
    }
    if (!status)
        status = moments_check(m, steps, python_number(answer, "mean"), python_number(answer, "std"));
    *seconds = status ? 0 : python_number(answer, "seconds");
    cJSON_Delete(answer);
    return status;
}

static ohm_status run_peer(bench_case *e, uint64_t steps, sample *s) {
    model_peer *p = e->object;
    s->launches = steps;
    return go_along(p->numpy, p->crossbar, steps, &p->steps, &p->moments, &s->wall);
}

// ---- Trials -----------------------------------------------------------------------------------

// A sample has few steps. They hardly move states that are spread over the whole range, so a wrong update
// rule might go unnoticed. Trials therefore start with all devices in one state and apply voltages of one
// sign: the states that follow depend on the update rule alone.
enum { TRIAL_SIDE = 256, TRIAL_STEPS = 32 };

static ohm_status try_from(const bench *b, numpy *n, const ohm_definition *like, const char *stimulus,
                           const char *initial) {
    ohm_definition d = *like;
    ohm_crossbar *c = NULL;
    moments m;
    uint64_t known = 0;
    double seconds;
    d.rows = d.cols = TRIAL_SIDE;
    d.stimulus = stimulus;
    d.initial = initial;
    ohm_status status = ohm_crossbar_create(b->contender[0].devices, &d, &c);
    if (!status) status = go_along(n, c, TRIAL_STEPS, &known, &m, &seconds);
    ohm_crossbar_destroy(c);
    return status;
}

// Reads the bounds of uniform voltages. The peer refuses other stimuli.
static void bounds_of(const ohm_crossbar *c, double *lo, double *hi) {
    ohm_parameter_info parameter[OHM_MAX_PARAMETERS];
    const size_t count = ohm_crossbar_stimulus_parameters(c, parameter);
    *lo = *hi = 0;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(parameter[i].key, "lo") == 0) *lo = parameter[i].value;
        if (strcmp(parameter[i].key, "hi") == 0) *hi = parameter[i].value;
    }
}

// Tries states near both ends, with voltages of both signs.
static ohm_status try_peer(const bench *b, numpy *n, ohm_crossbar *c) {
    static const char *const initial[] = {"uniform:lo=0.2,hi=0.2", "uniform:lo=0.8,hi=0.8"};
    char down[96], up[96];
    double lo, hi;
    bounds_of(c, &lo, &hi);
    snprintf(down, sizeof down, "uniform:lo=%.17g,hi=0", lo);
    snprintf(up, sizeof up, "uniform:lo=0,hi=%.17g", hi);
    ohm_status status = OHM_OK;
    for (int i = 0; i < 4 && !status && !cli_caught(); i++)
        status = try_from(b, n, ohm_crossbar_definition(c), i & 1 ? up : down, initial[i >> 1]);
    return status;
}

// ---- Lining up --------------------------------------------------------------------------------

static ohm_status add_peer(bench *b, case_list *l, numpy *n, const model_case *c) {
    bench_row r = cases_row(l, ROW_PEER, "numpy-float32");
    r.model = c->model;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": trying %s %s", l->side, l->side, r.device, r.model);
    const ohm_status tried = try_peer(b, n, c->crossbar);
    if (tried) return cases_fail(b, r, tried);
    model_peer *p = calloc(1, sizeof *p);
    if (!p) return ohm_fail_memory("a peer");
    p->numpy = n;
    p->crossbar = c->crossbar;
    cases_own(l, p, free);
    snprintf(r.note, sizeof r.note, "%s", n->version);
    const bench_case e = {.run = run_peer, .object = p, .least = 1};
    return cases_add(b, l, &r, &e);
}

// Skips a peer if there is no memory for the crossbar. The crossbar's own row tells the reason.
static ohm_status skip_peer(bench *b, const case_list *l, const char *model, ohm_status reason) {
    bench_row r = cases_row(l, ROW_PEER, "numpy-float32");
    r.model = model;
    return cases_fail(b, r, reason);
}

static ohm_status add_peers(bench *b, case_list *l, const model_cases *c) {
    numpy *n;
    const ohm_status started = start_numpy(b, l, &n);
    ohm_status status = started == OHM_OUT_OF_MEMORY ? started : OHM_OK;
    for (size_t i = 0; i < c->count && !status && !cli_caught(); i++) {
        const model_case *it = &c->list[i];
        if (it->plain) continue; // the NumPy models have no variability
        if (started)
            status = skip_peer(b, l, it->model, started);
        else if (it->crossbar)
            status = add_peer(b, l, n, it);
        else
            status = skip_peer(b, l, it->model,
                               ohm_fail(OHM_NO_DEVICE, "the first device has no crossbar of this model"));
    }
    return status;
}

static ohm_status add_device(bench *b, case_list *l, contender *c, model_cases *cases) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < cases->count && !status && !cli_caught(); i++) {
        model_case *it = &cases->list[i];
        ohm_crossbar *made;
        bench_say(b, "%" PRIu64 " x %" PRIu64 ": making %s %s", l->side, l->side, c->info.id, it->model);
        status = cases_add_model(b, l, c, it->model, it->plain, FUSE, &made);
        if (c == b->contender) it->crossbar = made;
    }
    return status;
}

// Whether all devices can hold all their crossbars at once, next to NumPy's largest model.
static bool all_fit(const bench *b, uint64_t side, const model_cases *c) {
    uint64_t states = 16;
    for (size_t i = 0; i < b->contender_count; i++)
        if (on_host(&b->contender[i].info)) states += c->count;
    return states * state_bytes(side) < ohm_memory_available() / 10 * 9;
}

// Measures devices first … end − 1 together. NumPy is measured along with device 0.
static ohm_status measure(bench *b, model_cases *c, size_t first, size_t end) {
    case_list *l;
    ohm_status status = cases_create(b, "models", bench_one_side(b), &l);
    for (size_t i = first; i < end && !status; i++) status = add_device(b, l, &b->contender[i], c);
    if (!status && first == 0) status = add_peers(b, l, c);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

ohm_status part_models(bench *b) {
    model_cases cases = {0};
    find_cases(b, &cases);
    if (all_fit(b, bench_one_side(b), &cases)) return measure(b, &cases, 0, b->contender_count);
    ohm_status status = OHM_OK;
    for (size_t d = 0; d < b->contender_count && !status && !cli_caught(); d++)
        status = measure(b, &cases, d, d + 1);
    return status;
}
