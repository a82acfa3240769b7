#include "mapping.h"
#include "../base/number.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BITS 24 // of all slices together

const char *const mapping_name[MAPS] = {"pair", "direct", "offset", "sliced"};

// ---- Names ------------------------------------------------------------------------------------

static bool parse_slices(const char *text, mapping *m) {
    char count[NUMBER_MAX_TEXT];
    uint64_t slices, bits = 2;
    const char *comma = strchr(text, ',');
    const size_t length = comma ? (size_t)(comma - text) : strlen(text);
    if (length >= sizeof count) return false;
    snprintf(count, sizeof count, "%.*s", (int)length, text);
    if (!number_read_u64(count, &slices)) return false;
    if (comma && (strncmp(comma + 1, "bits=", 5) != 0 || !number_read_u64(comma + 6, &bits))) return false;
    if (slices < 1 || bits < 1 || bits > MOST_BITS || slices > MOST_BITS / bits) return false;
    m->slices = (unsigned)slices;
    m->bits = (unsigned)bits;
    return true;
}

bool mapping_parse(const char *text, mapping *m) {
    m->slices = m->bits = 1;
    if (strncmp(text, "sliced:", 7) == 0) {
        m->kind = MAP_SLICED;
        return parse_slices(text + 7, m);
    }
    for (int i = 0; i < MAP_SLICED; i++) {
        if (strcmp(mapping_name[i], text) != 0) continue;
        m->kind = (mapping_kind)i;
        return true;
    }
    return false;
}

// ---- Rows -------------------------------------------------------------------------------------

uint64_t mapping_columns(const mapping *m) {
    switch (m->kind) {
    case MAP_PAIR: return 2 * m->weights;
    case MAP_OFFSET: return m->weights + 1;
    case MAP_SLICED: return 2 * m->slices * m->weights;
    default: return m->weights;
    }
}

// The largest digit of a slice, and the largest number of all.
static double digit_end(const mapping *m) {
    return (double)((1u << m->bits) - 1);
}

static double code_end(const mapping *m) {
    return (double)((1u << (m->bits * m->slices)) - 1);
}

void mapping_set_scale(mapping *m, double largest) {
    const double span = m->high - m->low;
    m->scale = m->kind == MAP_DIRECT ? 1 : 0;
    if (m->kind == MAP_DIRECT || !(largest > 0)) return;
    m->scale = span / largest;
    if (m->kind == MAP_OFFSET) m->scale /= 2;
    if (m->kind == MAP_SLICED) m->scale *= code_end(m) / digit_end(m);
}

// A pair whose difference is g.
static void set_pair(const mapping *m, double g, float *pair) {
    pair[0] = (float)(m->low + fmax(g, 0));
    pair[1] = (float)(m->low + fmax(-g, 0));
}

static void set_slices(const mapping *m, double weight, float *pairs) {
    const double span = m->high - m->low, unit = span / digit_end(m); // S of a digit's 1, and of k·w
    const unsigned code = (unsigned)rint(fmin(fabs(m->scale * weight) / unit, code_end(m)));
    for (unsigned s = 0; s < m->slices; s++) {
        const unsigned digit = code >> (s * m->bits) & ((1u << m->bits) - 1);
        set_pair(m, copysign(digit * unit, weight), pairs + 2 * s);
    }
}

void mapping_row(const mapping *m, const float *w, float *g) {
    const double middle = (m->low + m->high) / 2;
    for (uint64_t j = 0; j < m->weights; j++) {
        const double weight = (double)w[j];
        switch (m->kind) {
        case MAP_PAIR: set_pair(m, m->scale * weight, g + 2 * j); break;
        case MAP_SLICED: set_slices(m, weight, g + 2 * m->slices * j); break;
        case MAP_OFFSET: g[j] = (float)(middle + m->scale * weight); break;
        default: g[j] = w[j]; break;
        }
    }
    if (m->kind == MAP_OFFSET) g[m->weights] = (float)middle;
}

// ---- Readouts ---------------------------------------------------------------------------------

// The current that a weight gives.
static double current_of(const mapping *m, const float *current, uint64_t j) {
    double sum = 0;
    switch (m->kind) {
    case MAP_PAIR: return (double)current[2 * j] - (double)current[2 * j + 1];
    case MAP_OFFSET: return (double)current[j] - (double)current[m->weights];
    case MAP_SLICED:
        for (unsigned s = 0; s < m->slices; s++) {
            const float *pair = current + 2 * (m->slices * j + s);
            sum += ldexp((double)pair[0] - (double)pair[1], (int)(s * m->bits));
        }
        return sum;
    default: return (double)current[j];
    }
}

void mapping_decode(const mapping *m, const float *current, float *product) {
    for (uint64_t j = 0; j < m->weights; j++)
        product[j] = m->scale > 0 ? (float)(current_of(m, current, j) / m->scale) : 0;
}

void mapping_drive(const mapping *m, const float *input, float *voltage) {
    double sum = 0;
    for (uint64_t j = 0; j < m->weights; j++) {
        sum += (double)input[j];
        if (m->kind == MAP_PAIR)
            voltage[2 * j] = input[j], voltage[2 * j + 1] = -input[j];
        else
            voltage[j] = input[j];
    }
    if (m->kind == MAP_OFFSET) voltage[m->weights] = (float)-sum;
}

// ---- Notes ------------------------------------------------------------------------------------

ohm_status mapping_keep(const mapping *m, ohm_crossbar *c) {
    cJSON *note = cJSON_CreateObject();
    cJSON_AddStringToObject(note, "map", mapping_name[m->kind]);
    cJSON_AddNumberToObject(note, "weights", (double)m->weights);
    if (m->kind == MAP_SLICED) {
        cJSON_AddNumberToObject(note, "slices", m->slices);
        cJSON_AddNumberToObject(note, "bits", m->bits);
    }
    cJSON_AddNumberToObject(note, "conductance_low", m->low);
    cJSON_AddNumberToObject(note, "conductance_high", m->high);
    cJSON_AddNumberToObject(note, "siemens_per_weight", m->scale);
    char *text = cJSON_PrintUnformatted(note);
    const ohm_status status = text ? ohm_crossbar_set_note(c, text) : ohm_fail_memory("a note");
    cJSON_free(text);
    cJSON_Delete(note);
    return status;
}

static double number_of(const cJSON *note, const char *key) {
    const cJSON *item = cJSON_GetObjectItem(note, key);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

// What a note says; false if it is no mapping of so many columns.
static bool read_note(const cJSON *note, uint64_t cols, mapping *m) {
    const cJSON *name = cJSON_GetObjectItem(note, "map");
    const double weights = number_of(note, "weights"), slices = number_of(note, "slices"),
                 bits = number_of(note, "bits");
    *m = (mapping){.kind = MAPS, .slices = 1, .bits = 1, .scale = number_of(note, "siemens_per_weight")};
    for (int i = 0; i < MAPS && cJSON_IsString(name); i++)
        if (strcmp(mapping_name[i], name->valuestring) == 0) m->kind = (mapping_kind)i;
    if (m->kind == MAPS || !(weights >= 1 && weights <= (double)OHM_MAX_SIDE) || !(m->scale >= 0))
        return false;
    if (m->kind == MAP_SLICED && !(slices >= 1 && bits >= 1 && slices * bits <= MOST_BITS)) return false;
    if (m->kind == MAP_SLICED) m->slices = (unsigned)slices, m->bits = (unsigned)bits;
    m->weights = (uint64_t)weights;
    m->low = number_of(note, "conductance_low");
    m->high = number_of(note, "conductance_high");
    return mapping_columns(m) == cols;
}

ohm_status mapping_find(const ohm_crossbar *c, mapping *m) {
    cJSON *note = cJSON_Parse(ohm_crossbar_note(c));
    const bool found = note && read_note(note, ohm_crossbar_definition(c)->cols, m);
    cJSON_Delete(note);
    if (found) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "the crossbar does not say how weights were mapped to it");
    ohm_fail_hint("`ohmscape program -o P.h5` saves that");
    return OHM_BAD_ARGUMENT;
}
