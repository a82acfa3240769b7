// How fast each device updates crossbars of each size, and how near that is to its limits.
#include "cases.h"
#include "table.h"
#include "../host/cli/cli.h"

#include <stdlib.h>

// Bytes of host memory that a device's crossbar and ceilings need.
static uint64_t host_bytes(const contender *c, uint64_t side) {
    const uint64_t state = state_bytes(side), gib = (uint64_t)1 << 30;
    return on_host(&c->info) ? state + (state < gib ? state : gib) : 0;
}

// Whether all devices can hold their crossbars at once.
static bool all_fit(const bench *b, uint64_t side) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < b->contender_count; i++) bytes += host_bytes(&b->contender[i], side);
    return bytes < ohm_memory_available() / 10 * 9;
}

// Adds a device's crossbar and its ceilings, or neither if the crossbar cannot be created.
static ohm_status add_device(bench *b, case_list *l, contender *c, const number_list *fuses) {
    unsigned fuse = 0;
    const ohm_status status = cases_add_crossbar(b, l, c, fuses, true, &fuse);
    return status || !fuse ? status : cases_add_ceilings(b, l, c, fuse);
}

// Measures devices first … end − 1 together.
static ohm_status measure(bench *b, uint64_t side, size_t first, size_t end) {
    case_list *l;
    ohm_status status = cases_create(b, "throughput", side, &l);
    for (size_t i = first; i < end && !status; i++)
        status = add_device(b, l, &b->contender[i], &b->options->fuse);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

ohm_status part_throughput(bench *b) {
    static const number_list standard = {5, {64, 256, 1024, 4096, 16384}};
    const ohm_status status = bench_each_size(b, &standard, all_fit, measure);
    if (!status) table_print_versus(b);
    return status;
}
