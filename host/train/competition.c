#include "competition.h"
#include "../base/error.h"
#include "../define/spec.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Making one -------------------------------------------------------------------------------

static uint64_t steps_of(const spec *s, const char *key) {
    return (uint64_t)(spec_value(s, key) / spec_value(s, "tick") + 0.5);
}

// The stimulus of a network that neither learns nor adapts.
static ohm_status fix(const spec *s, char **text) {
    spec fixed = *s;
    char written[SPEC_MAX_TEXT];
    fixed.value[spec_find(s, "plasticity")] = 3;
    fixed.value[spec_find(s, "theta_plus")] = 0;
    fixed.value[spec_find(s, "tau_theta")] = 1e12;
    spec_format(&fixed, written);
    *text = strdup(written);
    return *text ? OHM_OK : ohm_fail_memory("a stimulus");
}

static ohm_status make_room(competition *p) {
    p->answer = calloc(p->neurons * p->classes, sizeof *p->answer);
    p->shown = calloc(p->classes, sizeof *p->shown);
    p->label = malloc(p->neurons * sizeof *p->label);
    p->before = malloc(p->neurons * sizeof *p->before);
    p->now = malloc(p->neurons * sizeof *p->now);
    p->rates = malloc(p->inputs * sizeof *p->rates);
    if (!p->answer || !p->shown || !p->label || !p->before || !p->now || !p->rates)
        return ohm_fail_memory("a network");
    for (uint64_t j = 0; j < p->neurons; j++) p->label[j] = p->classes;
    return OHM_OK;
}

ohm_status competition_make(const ohm_crossbar *c, uint32_t classes, competition **made) {
    const char *stimulus = ohm_crossbar_definition(c)->stimulus;
    competition *p = calloc(1, sizeof *p);
    spec s;
    *made = p;
    if (!p) return ohm_fail_memory("a network");
    p->inputs = ohm_crossbar_definition(c)->rows;
    p->neurons = ohm_crossbar_neurons(c);
    p->classes = classes;
    ohm_status status = spec_parse(ROLE_STIMULUS, stimulus, &s);
    if (status) return status;
    p->show = steps_of(&s, "show");
    p->pause = steps_of(&s, "pause");
    p->learning = strdup(stimulus);
    status = p->learning ? fix(&s, &p->fixed) : ohm_fail_memory("a stimulus");
    return status ? status : make_room(p);
}

void competition_free(competition *p) {
    if (!p) return;
    free(p->learning);
    free(p->fixed);
    free(p->answer);
    free(p->shown);
    free(p->label);
    free(p->before);
    free(p->now);
    free(p->rates);
    free(p);
}

// ---- Samples ----------------------------------------------------------------------------------

// Inputs fire in proportion to the sample, and not at all in the pause. now − before are the spikes.
static ohm_status show(competition *p, ohm_crossbar *c, const float *sample) {
    for (uint64_t i = 0; i < p->inputs; i++) p->rates[i] = sample[i] > 0 ? sample[i] > 1 ? 1 : sample[i] : 0;
    ohm_status status = ohm_crossbar_read_neurons(c, OHM_NEURON_SPIKES, p->before);
    if (!status) status = ohm_crossbar_set_rates(c, p->rates);
    if (!status) status = ohm_crossbar_advance(c, p->show);
    memset(p->rates, 0, p->inputs * sizeof *p->rates);
    if (!status) status = ohm_crossbar_set_rates(c, p->rates);
    if (!status) status = ohm_crossbar_advance(c, p->pause);
    return status ? status : ohm_crossbar_read_neurons(c, OHM_NEURON_SPIKES, p->now);
}

// The class whose neurons have fired most, in the mean; of several the first, and classes if none has.
static uint32_t guess_of(const competition *p) {
    uint32_t best = p->classes;
    double most = 0;
    for (uint32_t k = 0; k < p->classes; k++) {
        double sum = 0;
        uint64_t count = 0;
        for (uint64_t j = 0; j < p->neurons; j++)
            if (p->label[j] == k) sum += p->now[j] - p->before[j], count++;
        if (count && sum / (double)count > most) most = sum / (double)count, best = k;
    }
    return best;
}

ohm_status competition_train(competition *p, ohm_crossbar *c, const float *sample, uint32_t label,
                             uint32_t *guess) {
    const ohm_status status = show(p, c, sample);
    if (status) return status;
    *guess = guess_of(p);
    for (uint64_t j = 0; j < p->neurons; j++) p->answer[j * p->classes + label] += p->now[j] - p->before[j];
    p->shown[label]++;
    return OHM_OK;
}

// ---- Labels -----------------------------------------------------------------------------------

static uint32_t label_of(const competition *p, uint64_t neuron) {
    uint32_t best = p->classes;
    double most = 0;
    for (uint32_t k = 0; k < p->classes; k++) {
        const double mean = p->shown[k] ? p->answer[neuron * p->classes + k] / (double)p->shown[k] : 0;
        if (mean > most) most = mean, best = k;
    }
    return best;
}

void competition_label(competition *p) {
    for (uint64_t j = 0; j < p->neurons; j++) p->label[j] = label_of(p, j);
    memset(p->answer, 0, p->neurons * p->classes * sizeof *p->answer);
    memset(p->shown, 0, p->classes * sizeof *p->shown);
}

ohm_status competition_evaluate(competition *p, ohm_crossbar *c, const sample_set *s, uint64_t *confusion) {
    ohm_status status = ohm_crossbar_change(c, NULL, p->fixed);
    for (uint64_t i = 0; i < s->count && !status; i++) {
        status = show(p, c, s->input + i * p->inputs);
        if (status) break;
        const uint32_t guess = guess_of(p);
        confusion[s->label[i] * p->classes + (guess < p->classes ? guess : 0)]++;
    }
    const ohm_status back = ohm_crossbar_change(c, NULL, p->learning);
    return status ? status : back;
}
