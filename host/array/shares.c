#include "shares.h"
#include "../base/error.h"
#include "../base/number.h"
#include "band.h"
#include "statistics.h"

#include <inttypes.h>
#include <stdio.h>

// Of a device's memory that nobody has limited, what streamed planes may take: others need some of it too.
// More would only save transfers at the turn from one pass over the bands to the next.
#define PART_OF_DEVICE 0.8
#define PART_OF_HOST 0.25

// Bands of a streamed crossbar: so many fit at a time, and none is larger than that, since the first of a
// pass has nothing to come in beside.
#define BANDS_AT_A_TIME 16
#define LARGEST_PLANE ((uint64_t)256 << 20)

static uint64_t row_bytes(const problem *p) {
    return p->pitch * sizeof(float);
}

static uint64_t least_of(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

// The first row of device i of n.
static uint64_t first_row(const problem *p, size_t i, size_t n) {
    const uint64_t blocks = (p->rows + READOUT_BLOCK - 1) / READOUT_BLOCK;
    return least_of((uint64_t)((u128)blocks * i / n) * READOUT_BLOCK, p->rows);
}

static bool is_on_host(const ohm_device_info *info) {
    return info->type == OHM_DEVICE_NATIVE || info->type == OHM_DEVICE_CPU;
}

// ---- Failures ---------------------------------------------------------------------------------

static ohm_status no_room(const ohm_device_info *info, const char *what, uint64_t needed, uint64_t has) {
    char needed_text[NUMBER_MAX_TEXT], has_text[NUMBER_MAX_TEXT];
    number_format_bytes(needed, needed_text);
    number_format_bytes(has, has_text);
    return ohm_fail(OHM_OUT_OF_MEMORY, "%s needs %s, but %s (%s) has %s", what, needed_text, info->name,
                    info->id, has_text);
}

static ohm_status no_room_for_all(const problem *p, const ohm_device_info *info, u128 needed, uint64_t has) {
    char what[128];
    snprintf(what, sizeof what, "a crossbar of %" PRIu64 " x %" PRIu64, p->rows, p->cols);
    return no_room(info, what, needed > UINT64_MAX ? UINT64_MAX : (uint64_t)needed, has);
}

static ohm_status too_little(const problem *p, uint64_t least, uint64_t given) {
    char least_text[NUMBER_MAX_TEXT], given_text[NUMBER_MAX_TEXT];
    number_format_bytes(least, least_text);
    number_format_bytes(given, given_text);
    return ohm_fail(OHM_OUT_OF_MEMORY,
                    "a crossbar of %" PRIu64 " x %" PRIu64
                    " needs at least %s of memory at a time, and may take %s",
                    p->rows, p->cols, least_text, given_text);
}

// ---- One device -------------------------------------------------------------------------------

// The rows of one band, a multiple of a block: what is wanted is rounded up, what fits into so many bytes
// down.
static uint64_t rows_of_band(const problem *p, uint64_t bytes, uint64_t wanted) {
    const uint64_t fit = bytes / row_bytes(p) / READOUT_BLOCK * READOUT_BLOCK;
    const uint64_t rows = (wanted + READOUT_BLOCK - 1) / READOUT_BLOCK * READOUT_BLOCK;
    if (!fit) return READOUT_BLOCK; // of which there are fewer, and they fit
    return wanted && rows < fit ? rows : fit;
}

static ohm_status check_allocation(const problem *p, const ohm_device_info *info, uint64_t rows) {
    char what[128];
    const uint64_t together = least_of(rows, READOUT_BLOCK);
    if (together * row_bytes(p) <= info->max_allocation) return OHM_OK;
    snprintf(what, sizeof what, "a buffer of %" PRIu64 " rows, the smallest part of a crossbar,", together);
    return no_room(info, what, together * row_bytes(p), info->max_allocation);
}

// Planes that a launch may need at a time, twice over.
static unsigned least_planes(const problem *p) {
    const unsigned twice = STORAGE_LEAST_GROUPS * plane_count(p->variant);
    return twice > PLANE_COUNT ? twice : PLANE_COUNT;
}

// Streams a share through so many bytes.
static ohm_status stream(const problem *p, const ohm_definition *d, const ohm_device_info *info,
                         uint64_t bytes, uint64_t visiting, share *s) {
    const uint64_t rows = s->end - s->first;
    const uint64_t block = storage_round(least_of(rows, READOUT_BLOCK) * row_bytes(p));
    if (visiting / least_planes(p) < block) return too_little(p, least_planes(p) * block, visiting);
    const uint64_t most = least_of(visiting / least_planes(p), info->max_allocation);
    uint64_t good = visiting / (BANDS_AT_A_TIME * plane_count(p->variant));
    if (d->band_rows || good > most) good = most;
    if (!d->band_rows) good = least_of(good, LARGEST_PLANE);
    s->band_rows = least_of(rows_of_band(p, good, d->band_rows), rows);
    s->storage.streams = true;
    s->storage.bytes = bytes;
    s->storage.plane = s->band_rows * row_bytes(p);
    s->storage.visiting = visiting;
    s->storage.scratch = d->scratch;
    return OHM_OK;
}

// How much of the memory that is left a streamed share may take.
static uint64_t visiting_of(const ohm_definition *d, const ohm_device_info *info, uint64_t left) {
    if (d->memory) return least_of(d->memory, left);
    return (uint64_t)((double)left * (is_on_host(info) ? PART_OF_HOST : PART_OF_DEVICE));
}

// What the devices before the i-th take of its machine's memory.
static uint64_t taken_before(const ohm_devices *devices, const share *shares, size_t i) {
    uint64_t taken = 0;
    for (size_t k = 0; k < i; k++)
        if (devices_machine(devices, k) == devices_machine(devices, i)) taken += shares[k].host;
    return taken;
}

// What streamed planes may take of its machine's memory. How much another machine has, its rank finds out.
static uint64_t room_on_host(const ohm_definition *d, const ohm_devices *devices, size_t i, uint64_t taken) {
    const uint64_t memory = devices_machine(devices, i) ? UINT64_MAX : ohm_memory_available();
    return least_of(d->host_memory, memory > taken ? memory - taken : 0);
}

static ohm_status make_share(const problem *p, const ohm_definition *d, const ohm_devices *devices,
                             share *shares, size_t i) {
    share *s = &shares[i];
    const ohm_device_info *info = ohm_devices_info(devices, i);
    const uint64_t rows = s->end - s->first, taken = taken_before(devices, shares, i);
    const uint64_t on_host = is_on_host(info) ? taken : 0;
    const uint64_t left = info->memory > on_host ? info->memory - on_host : 0;
    const u128 needed = (u128)rows * row_bytes(p) * plane_count(p->variant);
    if (needed > (uint64_t)1 << 62 || (needed > left && d->memory == OHM_RESIDENT))
        return no_room_for_all(p, info, needed, left);
    const ohm_status status = check_allocation(p, info, rows);
    if (status) return status;
    if (needed <= left && (!d->memory || needed <= d->memory)) {
        s->band_rows = rows_of_band(p, info->max_allocation, d->band_rows);
        s->host = is_on_host(info) ? (uint64_t)needed : 0;
        return OHM_OK;
    }
    const uint64_t visiting = visiting_of(d, info, left);
    s->host = is_on_host(info) ? visiting : 0;
    s->storage.host = room_on_host(d, devices, i, taken + s->host);
    if (info->type != OHM_DEVICE_NATIVE && needed <= s->storage.host) s->host += (uint64_t)needed;
    return stream(p, d, info, (uint64_t)needed, visiting, s);
}

ohm_status shares_make(const problem *p, const ohm_definition *d, const ohm_devices *devices, share *shares) {
    const size_t n = ohm_devices_count(devices);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < n && !status; i++) {
        shares[i] = (share){.first = first_row(p, i, n), .end = first_row(p, i + 1, n)};
        status = make_share(p, d, devices, shares, i);
    }
    return status;
}
