#include "engine.h"

void buffer_release(buffer *b) {
    if (b) b->engine->class->release(b);
}

ohm_status buffer_clear(buffer *b) {
    return b->engine->class->clear(b);
}

ohm_status buffer_put(buffer *b, region to, const void *from) {
    return b->engine->class->put(b, to, from);
}

ohm_status buffer_get(buffer *b, region from, void *to) {
    return b->engine->class->get(b, from, to);
}

ohm_status engine_keep(engine *e, uint64_t bytes, buffer **b) {
    return e->class->keep ? e->class->keep(e, bytes, b) : e->class->create(e, bytes, b);
}

engine *engine_inner(engine *e) {
    return e->class->inner ? e->class->inner(e) : e;
}

ohm_status buffer_make_room(engine *e, buffer **b, uint64_t bytes) {
    if (*b && (*b)->bytes >= bytes) return OHM_OK;
    buffer_release(*b);
    *b = NULL;
    return e->class->create(e, bytes, b);
}

region region_of_bytes(uint64_t bytes) {
    return (region){0, bytes, bytes, 1};
}

uint64_t storage_round(uint64_t bytes) {
    return (bytes + STORAGE_PAGE - 1) / STORAGE_PAGE * STORAGE_PAGE;
}
