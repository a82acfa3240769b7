// Published devices by name: each can be made, keeps all its numbers in what is saved, and NeuroSim's climb
// and fall as its formula says. And stimuli that are named without values take the scale of the model.
#include "../host/define/presets.h"
#include "../host/define/spec.h"
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// ---- Presets --------------------------------------------------------------------------------------

static void every_preset_runs(void **state) {
    (void)state;
    const preset *p;
    size_t count = 0;
    for (; (p = presets_get(count)); count++) {
        char name[96];
        ohm_definition d = ohm_definition_default();
        snprintf(name, sizeof name, "%s@%s", p->model, p->name);
        d.model = name;
        ohm_crossbar *c = create(native, &d);
        REQUIRE(ohm_crossbar_advance(c, 20));
        assert_null(strchr(ohm_crossbar_definition(c)->model, '@'));
        ohm_crossbar_destroy(c);
    }
    assert_int_equal(count, 6 + 10 + 1);
}

static void text_of(const char *text, char canonical[SPEC_MAX_TEXT]) {
    spec s;
    REQUIRE(spec_parse(ROLE_MODEL, text, &s));
    spec_format(&s, canonical);
}

// What follows a preset comes over it, and what has no spread in the preset has none.
static void presets_can_be_changed(void **state) {
    (void)state;
    char found[SPEC_MAX_TEXT], expected[SPEC_MAX_TEXT];
    text_of("linear-step@PCMO:r_on=1e6,noise_add=0", found);
    text_of("linear-step:dw_min=0.06250815,up_down=-0.446819,r_on=1e6,r_off=157.32e6,w_min=-0.5,w_max=0.5,"
            "gamma_up=0.930633,gamma_down=0.999907,noise=0",
            expected);
    assert_string_equal(found, expected);
    spec s;
    refused(spec_parse(ROLE_MODEL, "linear-step@Pcmo", &s), OHM_BAD_ARGUMENT,
            "linear-step has no preset \"Pcmo\"; available: EpiRAM");
    refused(spec_parse(ROLE_MODEL, "mmss@PCMO", &s), OHM_BAD_ARGUMENT,
            "mmss has no preset \"PCMO\"; available: none");
    refused(spec_parse(ROLE_MODEL, "linear-step@PCMO:r_on=1,r_on=2", &s), OHM_BAD_ARGUMENT,
            "r_on is given twice");
    refused(spec_parse(ROLE_STIMULUS, "wave@PCMO", &s), OHM_BAD_ARGUMENT, "no preset");
}

// aihwkit's up_down b and dw (pulsed.h): pulses up are dw (1 + min(b, 0)), pulses down dw (1 - max(b, 0)).
static void asymmetry_is_mapped(void **state) {
    (void)state;
    spec s;
    REQUIRE(spec_parse(ROLE_MODEL, "exp-step@ReRamES", &s));
    const double dw = spec_value(&s, "dw_min"), b = spec_value(&s, "up_down");
    assert_near(dw * (1 + b), 0.00135, 1e-11, "up");
    assert_near(dw * (1 - b), 0.00135 * (1 - 0.259359), 1e-11, "down");
}

// A device of NeuroSim, by the table of its paper.
typedef struct staircase {
    const char *preset;
    int up, down;                        // levels
    double r_on, r_off;                  // Ω
    double nonlinear_up, nonlinear_down; // γ
} staircase;

static const staircase staircases[] = {
    {"EpiRAM", 256, 256, 81e3, 4.0662e6, 0.195859, 0.195859},
    {"Ag-a-Si", 97, 100, 26e6, 325e6, 0.762282, 0.986513},
    {"AlOx-HfO2", 40, 40, 16.9e3, 74.87e3, 0.661006, 0.237699},
    {"TaOx-HfOx", 128, 128, 100e3, 1e6, 0.0158381, 0.245233},
    {"TaOx-TiO2", 102, 102, 5e6, 10e6, 0.638332, 0.622694},
    {"PCMO", 50, 50, 23e6, 157.32e6, 0.930633, 0.999907},
};

// G = B (1 - e^(-P/A)) + G_min after P pulses up, of P_max that go from G_min to G_max.
static double climbed(int pulses, int most, double gamma, double low, double high) {
    const double a = most / log((1 + gamma) / (1 - gamma));
    return (high - low) / (1 - exp(-most / a)) * (1 - exp(-pulses / a)) + low;
}

static double conductance_of(ohm_crossbar *c) {
    float value[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_probe(c, 0, 0, value));
    return (double)value[OHM_CONDUCTANCE];
}

// Within 1e-4 of the range, which the six digits of the presets leave: of PCMO, whose gamma_down is nearly 1,
// 4e-5.
static void check_staircase(const staircase *s) {
    char model[96];
    const double low = 1 / s->r_off, high = 1 / s->r_on;
    double worst = 0;
    ohm_definition d = ohm_definition_default();
    snprintf(model, sizeof model, "linear-step@%s:noise_add=0", s->preset);
    d.rows = d.cols = 1;
    d.model = model;
    d.stimulus = "constant:value=1";
    d.initial = "constant:value=0";
    ohm_crossbar *c = create(native, &d);
    for (int i = 0; i <= s->up; i++) {
        worst = fmax(worst, fabs(conductance_of(c) - climbed(i, s->up, s->nonlinear_up, low, high)));
        if (i < s->up) REQUIRE(ohm_crossbar_advance(c, 1));
    }
    const double top = conductance_of(c);
    REQUIRE(ohm_crossbar_change(c, NULL, "constant:value=-1"));
    for (int i = 1; i <= s->down; i++) {
        REQUIRE(ohm_crossbar_advance(c, 1));
        const double fallen = high + low - climbed(i, s->down, s->nonlinear_down, low, high);
        worst = fmax(worst, fabs(conductance_of(c) - fallen));
    }
    print_message("  %s: %g of G_max at the top, off by at most %.2g of the range\n", s->preset, top / high,
                  worst / (high - low));
    assert_true(worst < 1e-4 * (high - low));
    ohm_crossbar_destroy(c);
}

static void staircases_are_those_of_neurosim(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(staircases); i++) check_staircase(&staircases[i]);
}

// ---- The scale of a stimulus ----------------------------------------------------------------------

static const char *stimulus_of(const char *model, const char *stimulus) {
    static char text[SPEC_MAX_TEXT];
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 2;
    d.model = model;
    d.stimulus = stimulus;
    ohm_crossbar *c = create(native, &d);
    snprintf(text, sizeof text, "%s", ohm_crossbar_definition(c)->stimulus);
    ohm_crossbar_destroy(c);
    return text;
}

// Those of files need one.
static void every_pair_of_model_and_stimulus_is_made(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++)
        for (size_t k = 0; ohm_stimulus_name(k); k++) {
            const char *stimulus = ohm_stimulus_name(k);
            if (strcmp(stimulus, "pattern") != 0 && strcmp(stimulus, "file") != 0)
                (void)stimulus_of(ohm_model_name(i), stimulus);
        }
}

static void a_named_stimulus_takes_the_scale_of_the_model(void **state) {
    (void)state;
    assert_string_equal(stimulus_of("sin-state", "uniform"), "uniform:lo=-5,hi=5");
    assert_string_equal(stimulus_of("sin-state", "constant"), "constant:value=1");
    assert_string_equal(stimulus_of("vteam", "uniform"), "uniform:lo=-0.5,hi=0.5");
    assert_string_equal(stimulus_of("vteam", "uniform:lo=0"), "uniform:lo=0,hi=0.5");
    assert_string_equal(stimulus_of("vteam", "normal:mean=0.1"), "normal:mean=0.1,sd=0.1");
    assert_string_equal(stimulus_of("stanford-pku", "lines"), "lines:lo=-0.75,hi=0.75");
    assert_non_null(strstr(stimulus_of("stanford-pku", "wave:offset=0.1"), "amplitude=1.5,offset=0.1"));
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c;
    d.model = "vteam";
    d.stimulus = "uniform:lo=1";
    refused(ohm_crossbar_create(native, &d, &c), OHM_BAD_ARGUMENT, "lo=1 exceeds hi=0.5");
}

static void a_changed_stimulus_takes_it_too(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.model = "vteam";
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_change(c, NULL, "constant"));
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, "constant:value=0.5");
    REQUIRE(ohm_crossbar_change(c, NULL, "constant:value=0.3"));
    REQUIRE(ohm_crossbar_change(c, NULL, "constant"));
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, "constant:value=0.3"); // what it was
    ohm_crossbar_destroy(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_preset_runs),
        cmocka_unit_test(presets_can_be_changed),
        cmocka_unit_test(asymmetry_is_mapped),
        cmocka_unit_test(staircases_are_those_of_neurosim),
        cmocka_unit_test(every_pair_of_model_and_stimulus_is_made),
        cmocka_unit_test(a_named_stimulus_takes_the_scale_of_the_model),
        cmocka_unit_test(a_changed_stimulus_takes_it_too),
    };
    return cmocka_run_group_tests_name("presets", tests, open_native, close_native);
}
