#include "scale.h"

ohm_status scale_stimulus(spec *s, const spec *model) {
    const catalogue_entry *entry = spec_entry_of(s);
    spec own, table;
    const ohm_status status = spec_parse(ROLE_STIMULUS, spec_entry_of(model)->about->stimulus, &own);
    if (status) return status;
    spec_defaults(ROLE_STIMULUS, 0, &table);
    const double most = spec_value(&own, "hi");
    if (most == spec_value(&table, "hi")) return OHM_OK;
    bool any = false;
    for (int i = 0; i < entry->own_count; i++) {
        if (entry->own[i].scaled == 0) continue;
        any = true;
        if (!(s->given >> i & 1)) s->value[i] = entry->own[i].scaled * most;
    }
    return any ? spec_check(s) : OHM_OK;
}
