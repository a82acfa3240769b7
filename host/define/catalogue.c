#include "catalogue.h"

#include <string.h>

const char *const spec_role_name[ROLE_COUNT] = {"model", "stimulus", "init", "wires"};

const catalogue_entry *catalogue_at(spec_role role, int i) {
    static const catalogue_entry *const *const table[ROLE_COUNT] = {catalogue_models, catalogue_stimuli,
                                                                    catalogue_initials, catalogue_wires};
    return table[role][i];
}

const catalogue_entry *catalogue_get(spec_role role, int i) {
    for (int before = 0; before < i; before++)
        if (!catalogue_at(role, before)) return NULL;
    return i < 0 ? NULL : catalogue_at(role, i);
}

const ohm_parameter *catalogue_parameter(const catalogue_entry *entry, int i) {
    return i < entry->own_count ? &entry->own[i] : &entry->common[i - entry->own_count];
}

double catalogue_standard(const catalogue_entry *entry, int i) {
    const ohm_parameter *p = catalogue_parameter(entry, i);
    if (i >= entry->own_count && p->slot == OHM_NOISE) return entry->about->noise;
    const bool own_substeps = entry->about->substeps > 0 && strcmp(p->key, "substeps") == 0;
    return own_substeps ? entry->about->substeps : p->standard;
}

int catalogue_find(const catalogue_entry *entry, const char *key, int length) {
    for (int i = 0; i < entry->count; i++) {
        const char *name = catalogue_parameter(entry, i)->key;
        if ((int)strlen(name) == length && strncmp(name, key, (size_t)length) == 0) return i;
    }
    return -1;
}
