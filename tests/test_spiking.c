// Spiking networks: the neurons, the rules and the overlap of waveforms against their formulas, and the same
// bits on every engine, lane width and split, and after a file.
#include "sample.h"

#include "../host/drive/neurons.h"
#include "../host/drive/rule.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// ---- Neurons ----------------------------------------------------------------------------------

static const neuron_law LAW = {.rest = -0.074,
                               .threshold = -0.054,
                               .reset = -0.06,
                               .gain = 2,
                               .theta_plus = 0.001,
                               .theta_keep = 0.99,
                               .refractory = 3};

static void decay_is_the_exponential(void **state) {
    (void)state;
    for (double x = 0; x < 60; x += 0.013) {
        const double right = exp(-x);
        if (fabs(neurons_decay(x) - right) > 1e-12 * right) fail_msg("decay of %g", x);
    }
    assert_true(neurons_decay(1e9) == 0);
}

// Between spikes v(t) = rest + R I (1 − exp(−t/τ)) + (v(0) − rest) exp(−t/τ).
static void membranes_follow_the_closed_form(void **state) {
    (void)state;
    neurons n;
    neuron_law law = LAW;
    const double tick = 1e-3, tau = 0.013, current = 0.004, resistance = law.gain / (1 - exp(-tick / tau));
    law.keep = neurons_decay(tick / tau);
    law.threshold = 1;
    REQUIRE(neurons_make(&n, &law, 1));
    n.v[0] = -0.09;
    for (int i = 1; i <= 100; i++) {
        neurons_step(&n, &current, NULL);
        const double left = exp(-i * tick / tau);
        assert_near(n.v[0], law.rest + resistance * current * (1 - left) + (-0.09 - law.rest) * left, 1e-12,
                    "a membrane potential");
    }
    neurons_free(&n);
}

static void spikes_reset_rest_and_adapt(void **state) {
    (void)state;
    neurons n;
    const double strong = 1, none = 0;
    neuron_law law = LAW;
    law.keep = 0.9;
    REQUIRE(neurons_make(&n, &law, 1));
    neurons_step(&n, &strong, NULL);
    assert_int_equal(n.fired_count, 1);
    assert_near(n.v[0], law.reset, 0, "a potential after a spike");
    assert_near(n.theta[0], law.theta_plus, 0, "an adaptation");
    for (int i = 0; i < 3; i++) {
        neurons_step(&n, &strong, NULL);
        assert_int_equal(n.fired_count, 0);
        assert_near(n.v[0], law.reset, 0, "a potential after a spike");
    }
    neurons_step(&n, &none, NULL);
    assert_near(n.v[0], law.rest + 0.9 * (law.reset - law.rest), 1e-15, "a neuron");
    assert_near(n.theta[0], 0.001 * pow(0.99, 4), 1e-15, "a neuron");
    neurons_free(&n);
}

static void neurons_act_on_others(void **state) {
    (void)state;
    neurons n;
    neuron_law law = LAW;
    const double current[4] = {0.02, 0.03, 0, 0.03};
    law.keep = 1;
    law.lateral = LATERAL_WINNER;
    REQUIRE(neurons_make(&n, &law, 4));
    neurons_step(&n, current, NULL);
    assert_int_equal(n.fired_count, 1);
    assert_int_equal(n.fired[0], 1); // of the two strongest the first
    for (int i = 0; i < 4; i++) assert_near(n.v[i], law.reset, 0, "a potential");
    neurons_free(&n);
    law.lateral = LATERAL_INHIBIT;
    law.inhibition = 0.005;
    law.lowest = -0.085;
    REQUIRE(neurons_make(&n, &law, 4));
    neurons_step(&n, current, NULL);
    assert_int_equal(n.fired_count, 3);
    assert_near(n.v[2], -0.085, 0, "a potential at its lowest"); // not 15 mV lower
    assert_near(n.v[1], law.reset, 0, "a potential");
    neurons_free(&n);
}

// ---- Networks ---------------------------------------------------------------------------------

static ohm_crossbar *network(ohm_devices *devices, const char *model, uint64_t rows, uint64_t cols,
                             const char *stimulus) {
    ohm_definition d = ohm_definition_default();
    d.rows = rows;
    d.cols = cols;
    d.model = model;
    d.stimulus = stimulus;
    return create(devices, &d);
}

// Writes spikes, (step, input), as .npy, and returns a stimulus that takes them.
static const char *spikes_file(const char *options, const float *spikes, int count) {
    static char stimulus[512];
    char path[64], header[118];
    snprintf(path, sizeof path, "/tmp/ohmscape-spikes-%d.npy", (int)getpid());
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    memset(header, ' ', sizeof header);
    header[snprintf(header, sizeof header, "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, 2), }",
                    count)] = ' ';
    header[117] = '\n';
    fwrite("\x93NUMPY\x01\x00\x76\x00", 1, 10, f);
    fwrite(header, 1, sizeof header, f);
    fwrite(spikes, sizeof *spikes, 2 * (size_t)count, f);
    fclose(f);
    snprintf(stimulus, sizeof stimulus, "spiking:file=%s,input=spikes,%s", path, options);
    return stimulus;
}

#define KICKED "refractory=0,network=recurrent,kick=1,weight=0"

// Every input's spike fires its neuron: neuron 0 at step 5, neuron 1 after some steps.
static ohm_crossbar *two_spikes(const char *model, const char *options, int apart, uint64_t steps) {
    const float first[4] = {5, 0, 5.0f + (float)apart, 1}, swapped[4] = {5.0f - (float)-apart, 1, 5, 0};
    char all[256];
    snprintf(all, sizeof all, KICKED ",%s", options);
    const char *stimulus = spikes_file(all, apart > 0 ? first : swapped, 2);
    ohm_crossbar *c = network(native, model, 2, 2, stimulus);
    REQUIRE(ohm_crossbar_advance(c, steps));
    assert_int_equal(ohm_crossbar_spike_count(c), 2);
    return c;
}

static double state_of(ohm_crossbar *c, uint64_t row, uint64_t col) {
    double exact, flux;
    REQUIRE(ohm_crossbar_probe_exact(c, row, col, &exact, &flux));
    return exact;
}

// The window of the pair rule at devices 0 → 1, whose row's neuron is 0.
static void pairs_change_by_the_window(void **state) {
    static const int apart[] = {1, 2, 7, 20, 50, -1, -3, -4};
    (void)state;
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        ohm_crossbar *before = network(native, "sin-state", 2, 2, "constant:value=0");
        ohm_crossbar *c = two_spikes("sin-state", "plasticity=pair", apart[i], 80);
        const double changed = state_of(c, 0, 1) - state_of(before, 0, 1);
        const double right = apart[i] > 0 ? 0.01 * exp(-apart[i] / 20.0) : -0.0105 * exp(apart[i] / 20.0);
        if (!(fabs(changed - right) <= 1e-5 * 0.01))
            fail_msg("%d ms apart: %.9g, not %.9g", apart[i], changed, right);
        ohm_crossbar_destroy(c);
        ohm_crossbar_destroy(before);
    }
}

// Neuron 1 fires 4 ms after input 0: the device of input 1, which fires with it, is left by the target too.
static void a_target_lowers_the_silent(void **state) {
    (void)state;
    ohm_crossbar *before = network(native, "sin-state", 2, 2, "constant:value=0");
    ohm_crossbar *c = two_spikes("sin-state", "plasticity=pair,a_minus=0,target=0.5", 4, 20);
    assert_near(state_of(c, 0, 1) - state_of(before, 0, 1), 0.01 * (exp(-0.2) - 0.5), 1e-7, "a change");
    // Neuron 0 fires first, with a trace of its own of 1 and none of input 1.
    assert_near(state_of(c, 1, 0) - state_of(before, 1, 0), -0.01 * 0.5, 1e-7, "a change");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(before);
}

// vteam's larger state conducts less: the same spikes lower it.
static void rules_raise_the_conductance(void **state) {
    (void)state;
    ohm_crossbar *before = network(native, "vteam", 2, 2, "constant:value=0");
    ohm_crossbar *c = two_spikes("vteam", "plasticity=pair", 4, 20);
    float g0[OHM_QUANTITIES], g1[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_probe(before, 0, 1, g0));
    REQUIRE(ohm_crossbar_probe(c, 0, 1, g1));
    assert_true(g1[OHM_CONDUCTANCE] > g0[OHM_CONDUCTANCE]);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(before);
}

// Pfister & Gerstner's rule by its definition, for one synapse and random spikes.
static void triplets_follow_the_definition(void **state) {
    (void)state;
    const rule_law law = {.range = 1,
                          .pair = {5e-3, 7e-3},
                          .triplet = {6e-3, 2e-4},
                          .keep = {exp(-1 / 17.), exp(-1 / 34.), exp(-1 / 101.), exp(-1 / 125.)}};
    rule r;
    const uint32_t zero = 0;
    double r1 = 0, r2 = 0, o1 = 0, o2 = 0, w = 0, found = 0;
    REQUIRE(rule_make(&r, &law, 1, 1));
    srand(3);
    for (int t = 0; t < 500; t++) {
        const bool pre = rand() % 7 == 0, post = rand() % 9 == 0;
        if (pre) {
            w -= o1 * (7e-3 + 2e-4 * r2);
            r1++, r2++;
        }
        if (post) {
            w += r1 * (5e-3 + 6e-3 * o2);
            o1++, o2++;
        }
        rule_step(&r, &zero, pre, &zero, post);
        for (int i = 0; i < 2; i++) found += (double)r.row_change[i][0] * (double)r.col_change[i][0];
        r1 *= law.keep[0], o1 *= law.keep[1], r2 *= law.keep[2], o2 *= law.keep[3];
    }
    assert_near(found, w, 1e-7, "a triplet rule's change");
    rule_free(&r);
}

// ---- Overlap ----------------------------------------------------------------------------------

#define WAVES_OF(amplitude) "plasticity=overlap,amplitude=" amplitude ",tail=0.6,pulse=2e-3,tail_time=1e-2"

// The waveform k steps after it began, of a model that V > 0 raises.
static double wave(int k) {
    if (k < 0 || k >= 12) return 0;
    return k < 2 ? -0.8 : 0.6 * 0.8 * (1 - (k - 2) / 10.0);
}

// dw/dt = β sin(V) with V = x − y: waveforms begin in the step after their spikes.
static void waveforms_overlap_on_the_device(void **state) {
    (void)state;
    ohm_crossbar *before = network(native, "sin-state", 2, 2, "constant:value=0");
    ohm_crossbar *c = two_spikes("sin-state", WAVES_OF("0.8"), 4, 40);
    double w = state_of(before, 0, 1);
    for (int t = 0; t < 40; t++) w += 0.5 * 0.1 * sin(wave(t - 6) - wave(t - 10));
    assert_near(state_of(c, 0, 1), w, 1e-6, "a state");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(before);
}

// The same voltages given by hand move a device with a threshold alike, to the bit.
static void overlaps_are_voltages(void **state) {
    (void)state;
    float volts[40][4];
    ohm_crossbar *c = two_spikes("yakopcic", WAVES_OF("0.13"), 4, 40); // thresholds 0.16 and 0.15 V
    ohm_crossbar *given = network(native, "yakopcic", 2, 2, "constant:value=0");
    uint64_t digest, right;
    // In float32, as the host makes them.
    float of[12];
    for (int k = 0; k < 12; k++) of[k] = (float)(k < 2 ? -1.0 : 0.6 * (1 - (k - 2) / 10.0)) * 0.13f;
    for (int t = 0; t < 40; t++)
        for (int i = 0; i < 4; i++) {
            const int x = t - (i / 2 ? 10 : 6), y = t - (i % 2 ? 10 : 6);
            volts[t][i] = (x >= 0 && x < 12 ? of[x] : 0) - (y >= 0 && y < 12 ? of[y] : 0);
        }
    assert_true(state_of(c, 0, 1) > state_of(given, 0, 1)); // the row's spike came first
    assert_true(state_of(c, 1, 0) < state_of(given, 1, 0)); // and here last
    REQUIRE(ohm_crossbar_apply(given, 40, volts[0]));
    REQUIRE(ohm_crossbar_digest(c, &digest));
    REQUIRE(ohm_crossbar_digest(given, &right));
    assert_int_equal(digest, right);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(given);
}

// ---- The columns' currents ----------------------------------------------------------------------

enum { INPUTS = 150, NEURONS = 70 };

static void currents_are_those_of_a_readout(void **state) {
    (void)state;
    const char *stimulus = "spiking:rate=300,weight=1e-5,amplitude=0.4,pulse=1e-3";
    ohm_crossbar *c = network(native, "soft-bounds:noise=0", INPUTS, NEURONS, stimulus);
    float in[INPUTS], out[NEURONS], *volts;
    double heard[NEURONS], most = 0;
    REQUIRE(ohm_crossbar_advance(c, 20));
    ohm_crossbar *before = network(native, "soft-bounds:noise=0", INPUTS, NEURONS, stimulus);
    REQUIRE(ohm_crossbar_advance(before, 19));
    REQUIRE(ohm_crossbar_read_neurons(c, OHM_NEURON_CURRENT, heard));
    volts = quantity_of(c, OHM_VOLTAGE); // no neuron has fired: those of the rows
    assert_int_equal(ohm_crossbar_spike_count(c), 0);
    int pulses = 0;
    for (int i = 0; i < INPUTS; i++) {
        in[i] = volts[i * NEURONS] < -0.39f ? 0.4f : 0;
        pulses += in[i] > 0;
    }
    assert_in_range(pulses, 20, 80); // 0.3 of 150
    const ohm_readout how = ohm_readout_default();
    REQUIRE(ohm_crossbar_readout(before, &how, 1, in, out));
    for (int j = 0; j < NEURONS; j++) most = fmax(most, heard[j]);
    for (int j = 0; j < NEURONS; j++) assert_near(heard[j], (double)out[j], 1e-7 * most, "a current");
    free(volts);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(before);
}

// ---- The same bits ----------------------------------------------------------------------------

static const char *const kinds[][2] = {
    {"sin-state", "spiking:rate=100,weight=4e-2,lateral=inhibit"},
    {"vteam", "spiking:rate=60,weight=2e-2,plasticity=overlap,lateral=winner,theta_plus=1e-4"},
    {"soft-bounds:dw_min=0.02,noise=0.1,write_noise=0.05,read_noise=0.03,stuck=0.02,stuck_open=0.02,levels="
     "16",
     "spiking:rate=60,weight=2e-2,plasticity=triplet,refractory=2e-3"},
    {"linear-ion-drift", "spiking:rate=60,weight=2e-2,plasticity=pair"},
};

typedef struct outcome {
    uint64_t digest, rest, spikes, last;
    double membrane[NEURONS];
} outcome;

static outcome outcome_of(ohm_crossbar *c) {
    outcome o = {.spikes = ohm_crossbar_spike_count(c)};
    ohm_spike last;
    assert_true(o.spikes > 10);
    REQUIRE(ohm_crossbar_read_spikes(c, o.spikes - 1, 1, &last));
    o.last = last.step << 32 | last.neuron;
    REQUIRE(ohm_crossbar_digest(c, &o.digest));
    REQUIRE(ohm_crossbar_rest_digest(c, &o.rest));
    REQUIRE(ohm_crossbar_read_neurons(c, OHM_NEURON_MEMBRANE, o.membrane));
    return o;
}

static void assert_same(const outcome *a, const outcome *b, const char *what) {
    if (memcmp(a, b, sizeof *a))
        fail_msg("%s: digest %016llx with %d spikes, not %016llx with %d", what,
                 (unsigned long long)b->digest, (int)b->spikes, (unsigned long long)a->digest,
                 (int)a->spikes);
}

static outcome run(ohm_devices *devices, const char *const kind[2], unsigned lanes, uint64_t band_rows) {
    ohm_definition d = ohm_definition_default();
    d.rows = INPUTS;
    d.cols = NEURONS;
    d.model = kind[0];
    d.stimulus = kind[1];
    d.lanes = lanes;
    d.band_rows = band_rows;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 37));
    REQUIRE(ohm_crossbar_advance(c, 43));
    const outcome o = outcome_of(c);
    ohm_crossbar_destroy(c);
    return o;
}

static void networks_have_the_same_bits_everywhere(void **state) {
    (void)state;
    const unsigned widest = ohm_devices_info(native, 0)->lanes;
    ohm_devices *cpu = NULL;
    if (ohm_devices_open("cpu", &cpu)) print_message("no OpenCL CPU device: native alone\n");
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const outcome right = run(native, kinds[k], 0, 0);
        for (unsigned lanes = 1; lanes <= widest; lanes *= lanes == 1 ? 4 : 2) {
            const outcome o = run(native, kinds[k], lanes, lanes == 4 ? 64 : 0);
            assert_same(&right, &o, kinds[k][0]);
        }
        if (!cpu) continue;
        const outcome o = run(cpu, kinds[k], 0, 64), one = run(cpu, kinds[k], 1, 0);
        assert_same(&right, &o, "OpenCL");
        assert_same(&right, &one, "OpenCL, one lane");
    }
    ohm_devices_close(cpu);
}

static void networks_go_on_from_a_file(void **state) {
    char path[64];
    (void)state;
    snprintf(path, sizeof path, "/tmp/ohmscape-network-%d.h5", (int)getpid());
    for (size_t k = 0; k < sizeof kinds / sizeof kinds[0]; k++) {
        const outcome right = run(native, kinds[k], 0, 0);
        ohm_crossbar *c = network(native, kinds[k][0], INPUTS, NEURONS, kinds[k][1]), *loaded;
        REQUIRE(ohm_crossbar_advance(c, 31));
        REQUIRE(ohm_crossbar_save(c, path));
        float *shown = quantity_of(c, OHM_VOLTAGE);
        ohm_crossbar_destroy(c);
        REQUIRE(ohm_crossbar_load(native, path, NULL, &loaded));
        float *kept = quantity_of(loaded, OHM_VOLTAGE);
        assert_memory_equal(shown, kept, INPUTS * NEURONS * sizeof *kept);
        free(shown);
        free(kept);
        REQUIRE(ohm_crossbar_advance(loaded, 49));
        const outcome o = outcome_of(loaded);
        assert_same(&right, &o, kinds[k][0]);
        ohm_crossbar_destroy(loaded);
        unlink(path);
    }
}

// A step counter set by hand, and a look at the voltages before the first step.
static void looking_changes_nothing(void **state) {
    (void)state;
    outcome o[2];
    for (int looked = 0; looked < 2; looked++) {
        ohm_crossbar *c = network(native, kinds[0][0], INPUTS, NEURONS, kinds[0][1]);
        REQUIRE(ohm_crossbar_set_step(c, 100));
        if (looked) free(quantity_of(c, OHM_VOLTAGE));
        REQUIRE(ohm_crossbar_advance(c, 40));
        if (looked) free(quantity_of(c, OHM_VOLTAGE));
        REQUIRE(ohm_crossbar_advance(c, 40));
        o[looked] = outcome_of(c);
        ohm_crossbar_destroy(c);
    }
    assert_same(&o[0], &o[1], "after a look");
}

// ---- Ends -------------------------------------------------------------------------------------

static uint64_t spikes_of(uint64_t rows, uint64_t cols, const char *stimulus, uint64_t steps) {
    ohm_crossbar *c = network(native, "sin-state", rows, cols, stimulus);
    REQUIRE(ohm_crossbar_advance(c, steps));
    const uint64_t spikes = ohm_crossbar_spike_count(c);
    ohm_crossbar_destroy(c);
    return spikes;
}

static void extreme_networks_run(void **state) {
    (void)state;
    assert_int_equal(spikes_of(1, 1, "spiking:rate=1000,weight=1,refractory=0", 50), 50);
    assert_int_equal(spikes_of(1, 1, "spiking:network=recurrent,rate=1000,refractory=0", 50), 50);
    assert_int_equal(spikes_of(40, 30, "spiking:rate=0", 50), 0);
    assert_int_equal(spikes_of(40, 30, "spiking:rate=1000,weight=1,plasticity=pair,refractory=0", 50),
                     50 * 30);
    assert_int_equal(spikes_of(40, 30, "spiking:rate=1000,weight=1,refractory=0,keep=100", 50), 100);
    assert_int_equal(spikes_of(1000000, 64, "spiking:rate=1000,weight=1,plasticity=pair,refractory=0", 2),
                     128);
}

static void rates_can_be_set(void **state) {
    (void)state;
    ohm_crossbar *c =
        network(native, "sin-state", 3, 2, "spiking:rate=1000,weight=1,plasticity=none,refractory=0");
    const float none[3] = {0}, wrong[3] = {0, 2, 0};
    REQUIRE(ohm_crossbar_set_rates(c, none));
    REQUIRE(ohm_crossbar_advance(c, 10));
    assert_int_equal(ohm_crossbar_spike_count(c), 0);
    REQUIRE(ohm_crossbar_set_rates(c, NULL));
    REQUIRE(ohm_crossbar_advance(c, 10));
    assert_int_equal(ohm_crossbar_spike_count(c), 20);
    assert_int_equal(ohm_crossbar_set_rates(c, wrong), OHM_BAD_ARGUMENT);
    assert_non_null(strstr(ohm_error_message(), "rates[1]"));
    ohm_crossbar_destroy(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decay_is_the_exponential),
        cmocka_unit_test(membranes_follow_the_closed_form),
        cmocka_unit_test(spikes_reset_rest_and_adapt),
        cmocka_unit_test(neurons_act_on_others),
        cmocka_unit_test(pairs_change_by_the_window),
        cmocka_unit_test(a_target_lowers_the_silent),
        cmocka_unit_test(rules_raise_the_conductance),
        cmocka_unit_test(triplets_follow_the_definition),
        cmocka_unit_test(waveforms_overlap_on_the_device),
        cmocka_unit_test(overlaps_are_voltages),
        cmocka_unit_test(currents_are_those_of_a_readout),
        cmocka_unit_test(networks_have_the_same_bits_everywhere),
        cmocka_unit_test(networks_go_on_from_a_file),
        cmocka_unit_test(looking_changes_nothing),
        cmocka_unit_test(extreme_networks_run),
        cmocka_unit_test(rates_can_be_set),
    };
    return cmocka_run_group_tests(tests, open_native, close_native);
}
