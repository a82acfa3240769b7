#include "network_file.h"
#include "../array/crossbar.h"
#include "../base/error.h"
#include "../drive/spiking.h"
#include "group_array.h"

#include <stdlib.h>

// The arrays of /neurons, in the types of the file.
static void list(const ohm_crossbar *c, group_array a[SPIKING_ARRAYS]) {
    static const group_type type[] = {GROUP_F32, GROUP_F64, GROUP_U32, GROUP_U64};
    spiking_array of[SPIKING_ARRAYS];
    spiking_arrays(c->stimulus, of);
    for (int i = 0; i < SPIKING_ARRAYS; i++)
        a[i] = (group_array){of[i].name, 0, of[i].count, type[of[i].type], of[i].values};
}

uint64_t network_file_size(const ohm_crossbar *c) {
    group_array a[SPIKING_ARRAYS];
    uint64_t size = ohm_crossbar_spike_count(c) * (sizeof(uint64_t) + sizeof(uint32_t)) + ((uint64_t)4 << 20);
    if (!spiking_neurons(c->stimulus)) return 0;
    list(c, a);
    for (int i = 0; i < SPIKING_ARRAYS; i++) size += group_array_size(&a[i]);
    return size;
}

// ---- Spikes -----------------------------------------------------------------------------------

typedef struct spikes {
    uint64_t count, *step;
    uint32_t *neuron;
} spikes;

static ohm_status spikes_make(uint64_t count, spikes *p) {
    *p = (spikes){count, malloc((count + 1) * sizeof *p->step), malloc((count + 1) * sizeof *p->neuron)};
    return p->step && p->neuron ? OHM_OK : ohm_fail_memory("spikes");
}

static void spikes_free(spikes *p) {
    free(p->step);
    free(p->neuron);
}

static void spikes_arrays(const spikes *p, group_array a[2]) {
    a[0] = (group_array){"step", 0, p->count, GROUP_U64, p->step};
    a[1] = (group_array){"neuron", 0, p->count, GROUP_U32, p->neuron};
}

static ohm_status write_spikes(hid_t file, const ohm_crossbar *c) {
    const spike_log *l = spiking_log(c->stimulus);
    group_array a[2];
    spikes p;
    ohm_status status = spikes_make(l->count, &p);
    for (uint64_t i = 0; i < l->count && !status; i++) {
        p.step[i] = l->spikes[i].step;
        p.neuron[i] = l->spikes[i].neuron;
    }
    spikes_arrays(&p, a);
    if (!status) status = group_write(file, "spikes", a, 2);
    spikes_free(&p);
    return status;
}

// Whether they are in order, and of this network.
static bool are_right(const spikes *p, const ohm_crossbar *c) {
    for (uint64_t i = 0; i < p->count; i++)
        if (p->step[i] >= c->step || p->neuron[i] >= c->problem.cols || (i && p->step[i] < p->step[i - 1]))
            return false;
    return true;
}

static ohm_status read_spikes(const source *s, ohm_crossbar *c) {
    group_array a[2];
    spikes p;
    ohm_status status = spikes_make(group_length(s, "spikes", "step"), &p);
    spikes_arrays(&p, a);
    for (int i = 0; i < 2 && !status; i++) status = group_read(s, "spikes", &a[i]);
    if (!status && !are_right(&p, c)) status = source_damaged(s, "spikes are not those of the network");
    for (uint64_t i = 0; i < p.count && !status; i++)
        spike_log_add(spiking_log(c->stimulus), p.step[i], &p.neuron[i], 1);
    spikes_free(&p);
    return status;
}

// ---- All --------------------------------------------------------------------------------------

ohm_status network_file_write(hid_t file, const ohm_crossbar *c) {
    group_array a[SPIKING_ARRAYS];
    if (!spiking_has_begun(c->stimulus)) return OHM_OK;
    list(c, a);
    const ohm_status status = group_write(file, "neurons", a, SPIKING_ARRAYS);
    return status ? status : write_spikes(file, c);
}

ohm_status network_file_read(const source *s, ohm_crossbar *c) {
    group_array a[SPIKING_ARRAYS];
    if (!spiking_neurons(c->stimulus) || !c->step || H5Lexists(s->file, "neurons", H5P_DEFAULT) <= 0)
        return OHM_OK;
    ohm_status status = spiking_make_room(c->stimulus);
    if (status) return status;
    list(c, a);
    for (int i = 0; i < SPIKING_ARRAYS && !status; i++) status = group_read(s, "neurons", &a[i]);
    if (status) return status;
    spiking_resume(c->stimulus, c->step);
    return read_spikes(s, c);
}
