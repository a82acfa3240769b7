// How long a step may be: where Euler's method is not stable a step is refused, where it is not accurate
// there is a warning, and at its defaults every model's loop of current and voltage is the one of its
// published equations.
#include "equations.h"
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// ---- Loops ----------------------------------------------------------------------------------------

// A model at its defaults, driven by the wave of `ohmscape iv`.
typedef struct loop {
    const char *model;
    const equation *equation;
    double amplitude, period, dt; // V, s, s
    double start, low, high;      // of its state
    int fine;                     // steps of the reference in one of its steps
} loop;

static const loop loops[] = {
    {"linear-ion-drift", &ion_default, 1, 1, 1e-4, 0.1, 0, 1, 1},
    {"vteam", &vteam, 0.5, 2e-7, 1e-11, 0.9, 0, 1, 1},
    {"yakopcic", &yakopcic, 0.5, 0.01, 1e-5, 0.01 + 0.1 * 0.99, 0.01, 1, 10},
    {"mmss", &mmss, 1, 1e-3, 1e-6, 0.1, 0, 1, 10},
    {"stanford-pku", &stanford, 1.5, 1e-6, 5e-10, 1.55e-9, 0.2e-9, 1.7e-9, 100},
};

// The state after some time, by the midpoint rule, within its bounds.
static double solve_bounded(const loop *l, const drive *d, double state, double from, double time,
                            int steps) {
    const double h = time / steps;
    for (int i = 0; i < steps; i++) {
        const double t = from + h * i, half = state + h / 2 * l->equation->rate(state, drive_at(d, t));
        const double middle = fmin(fmax(half, l->low), l->high);
        state += h * l->equation->rate(middle, drive_at(d, t + h / 2));
        state = fmin(fmax(state, l->low), l->high);
    }
    return state;
}

// The greatest and the least current in the third period: found, and of the equations.
static void peaks_of(const loop *l, double found[2], double expected[2]) {
    char stimulus[96];
    const drive d = {0, l->amplitude, 1 / l->period, 0};
    const int steps = (int)lround(l->period / l->dt), every = steps > 1000 ? steps / 1000 : 1;
    ohm_definition definition = ohm_definition_default();
    snprintf(stimulus, sizeof stimulus, "wave:amplitude=%g,frequency=%.17g", l->amplitude, 1 / l->period);
    definition.rows = definition.cols = 1;
    definition.model = l->model;
    definition.stimulus = stimulus;
    definition.initial = "constant:value=0.1";
    definition.dt = l->dt;
    ohm_crossbar *c = create(native, &definition);
    double state = l->start;
    for (int i = 0; i < 3 * steps; i += every) {
        float voltage, current;
        REQUIRE(ohm_crossbar_read_voltage(c, (uint64_t)i, 0, 1, &voltage));
        REQUIRE(ohm_crossbar_read_current(c, 0, 1, &voltage, &current));
        const double exact = l->equation->current(state, drive_at(&d, i * l->dt));
        for (int k = 0; k < 2 && i >= 2 * steps; k++) {
            const double sign = k ? -1 : 1;
            found[k] = fmax(found[k], sign * (double)current);
            expected[k] = fmax(expected[k], sign * exact);
        }
        REQUIRE(ohm_crossbar_advance(c, (uint64_t)every));
        state = solve_bounded(l, &d, state, i * l->dt, every * l->dt, every * l->fine);
    }
    ohm_crossbar_destroy(c);
}

// stanford-pku's was 4.1 mA with one sub-step, where LSODA gives 20.6 mA.
static void loops_are_those_of_the_equations(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(loops); i++) {
        double found[2] = {0, 0}, expected[2] = {0, 0};
        peaks_of(&loops[i], found, expected);
        print_message("  %s: %.4g and %.4g A, by the equations %.4g and %.4g A\n", loops[i].model, found[0],
                      -found[1], expected[0], -expected[1]);
        for (int k = 0; k < 2; k++) assert_near(found[k], expected[k], 0.02 * expected[k], loops[i].model);
        if (loops[i].equation == &stanford) assert_near(expected[0], 20.63e-3, 0.05e-3, "LSODA's");
    }
}

// ---- Stability ------------------------------------------------------------------------------------

static ohm_status try(const char *model, const char *stimulus, double dt, char warning[512]) {
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c;
    d.model = model;
    d.stimulus = stimulus;
    d.dt = dt;
    const ohm_status status = ohm_crossbar_create(native, &d, &c);
    const char *text = status ? NULL : ohm_crossbar_warning(c, 0);
    snprintf(warning, 512, "%s", text ? text : "");
    if (!status) assert_null(ohm_crossbar_warning(c, text ? 1 : 0));
    ohm_crossbar_destroy(c);
    return status;
}

// At −1 V from x = 1 the slope of linear-ion-drift's rate is −15900/s: 2/15900 s is the limit.
static void ends_are_looked_at(void **state) {
    (void)state;
    char warning[512];
    refused(try("linear-ion-drift", "uniform:lo=-1,hi=1", 4.3e-4, warning), OHM_BAD_ARGUMENT,
            "stable up to dt=0.00012, or with substeps=4");
    refused(try("linear-ion-drift", "uniform:lo=-1,hi=1", 1.3e-4, warning), OHM_BAD_ARGUMENT, "stable");
    REQUIRE(try("linear-ion-drift", "uniform:lo=-1,hi=1", 1.25e-4, warning));
    REQUIRE(try("linear-ion-drift", "constant:value=1", 4.3e-4, warning)); // towards x = 1 it grows
}

// MemTorch's VTEAM: 21 times the range in a step, which ends at the bound as it should.
static void a_rate_without_slope_is_stable(void **state) {
    (void)state;
    char warning[512];
    REQUIRE(try("vteam", "uniform:lo=-1,hi=1", 1e-10, warning));
    assert_string_equal(warning, "");
    refused(try("vteam:window=exponential", "uniform:lo=-1,hi=1", 1e-10, warning), OHM_BAD_ARGUMENT,
            "stable");
}

// ---- Accuracy -------------------------------------------------------------------------------------

static void defaults_come_without_a_warning(void **state) {
    (void)state;
    char warning[512];
    for (size_t i = 0; ohm_model_name(i); i++) {
        REQUIRE(try(ohm_model_name(i), NULL, 0, warning));
        if (*warning) fail_msg("%s at its defaults: %s", ohm_model_name(i), warning);
    }
}

// A stable step that is not accurate is told, and what is advised is enough.
static void a_long_step_is_told_with_advice(void **state) {
    (void)state;
    static const struct {
        const char *model;
        double dt;
    } cases[] = {{"stanford-pku:substeps=1", 0}, {"mmss", 1e-4}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char warning[512], model[128];
        unsigned long substeps = 0;
        REQUIRE(try(cases[i].model, NULL, cases[i].dt, warning));
        print_message("  %s\n", warning);
        const char *advice = strstr(warning, "substeps=");
        if (!advice || sscanf(advice, "substeps=%lu", &substeps) != 1)
            fail_msg("no advice for %s: \"%s\"", cases[i].model, warning);
        snprintf(model, sizeof model, "%.*s:substeps=%lu", (int)strcspn(cases[i].model, ":"), cases[i].model,
                 substeps);
        REQUIRE(try(model, NULL, cases[i].dt, warning));
        assert_string_equal(warning, "");
    }
}

// ---- Exponents ------------------------------------------------------------------------------------

static void exponents_stay_in_reach(void **state) {
    (void)state;
    static const struct {
        const char *model, *stimulus, *part;
    } cases[] = {
        {"yakopcic:b=20", "constant:value=5", "b V reaches 100 at 5 V"},
        {"yakopcic:b=15~uniform:5", "constant:value=5", "b V reaches 100 at 5 V"},
        {"yakopcic", "constant:value=1000", "V in e^V reaches 1e+03"},
        {"stanford-pku:v0=0.02", "uniform:lo=-2,hi=2", "V/v0 reaches 100 at -2 V"},
        {"stanford-pku:v0=0.02,v_read=2", "constant:value=1", "v_read/v0 reaches 100"},
        {"stanford-pku:g0=1e-11", "constant:value=1", "g_max/g0 reaches 170"},
        {"stanford-pku:gamma0=100", "constant:value=1", "gamma0 a0 q V/(t_ox k T) reaches"},
        {"stanford-pku:e_a=2,t0=200", "constant:value=1", "q e_a/(k t0) reaches 116"},
        {"vteam:alpha_off=10", "constant:value=1000", "alpha_off ln(V/v_off - 1) reaches 108 at 1000 V"},
    };
    char warning[512];
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        refused(try(cases[i].model, cases[i].stimulus, 1e-15, warning), OHM_BAD_ARGUMENT, cases[i].part);
    REQUIRE(try("yakopcic:b=17", "constant:value=5", 1e-9, warning));
}

// A current is read only at a voltage at which it can be told.
static void currents_that_cannot_be_told_are_refused(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.model = "yakopcic:b=20";
    d.rows = 1;
    d.cols = 2;
    ohm_crossbar *c = create(native, &d);
    const float fine[2] = {4.3f, -4.3f}, beyond[2] = {0.1f, -4.5f};
    float current[2];
    REQUIRE(ohm_crossbar_read_current(c, 0, 1, fine, current));
    refused(ohm_crossbar_read_current(c, 0, 1, beyond, current), OHM_BAD_ARGUMENT,
            "the current at -4.5 V cannot be computed: the exponential of b V is limited to 4.4 V");
    refused(ohm_crossbar_probe_current(c, 0, 0, 10, current), OHM_BAD_ARGUMENT, "at 10 V cannot be computed");
    ohm_crossbar_destroy(c);
}

// ---- Windows --------------------------------------------------------------------------------------

// Where a state ends after a long time at a voltage.
static double end_at(const char *model, const char *stimulus) {
    float state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.model = model;
    d.stimulus = stimulus;
    d.initial = "constant:value=0.5";
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, 100000));
    REQUIRE(ohm_crossbar_read_state(c, 0, 1, &state));
    ohm_crossbar_destroy(c);
    return (double)state;
}

// The state goes to either end; where a_on is above a_off it is held between them.
static void the_exponential_window_leaves_room(void **state) {
    (void)state;
    char warning[512];
    assert_true(end_at("vteam:window=exponential", "constant:value=0.5") > 0.99);
    assert_true(end_at("vteam:window=exponential", "constant:value=-0.5") < 0.01);
    refused(try("vteam:window=exponential,a_on=1.8e-9,a_off=1.2e-9", NULL, 0, warning), OHM_BAD_ARGUMENT,
            "confines the state to between a_on and a_off");
    refused(try("vteam:window=exponential,a_off=-1e-9", NULL, 0, warning), OHM_BAD_ARGUMENT,
            "confines the state");
    REQUIRE(try("vteam:a_on=1.8e-9,a_off=1.2e-9", NULL, 0, warning)); // no window
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loops_are_those_of_the_equations),
        cmocka_unit_test(ends_are_looked_at),
        cmocka_unit_test(a_rate_without_slope_is_stable),
        cmocka_unit_test(defaults_come_without_a_warning),
        cmocka_unit_test(a_long_step_is_told_with_advice),
        cmocka_unit_test(exponents_stay_in_reach),
        cmocka_unit_test(currents_that_cannot_be_told_are_refused),
        cmocka_unit_test(the_exponential_window_leaves_room),
    };
    return cmocka_run_group_tests_name("accuracy", tests, open_native, close_native);
}
