#include "rounds.h"
#include "../host/cli/cli.h"
#include "../host/cli/guard.h"
#include "../host/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SAMPLES_AIM 5 // samples to aim for in the given time
#define SAMPLES_LEAST 3
#define SAMPLES_LONG 4.0 // s
#define STEPS_MOST ((uint64_t)1 << 32)

static bench_row *row_of(bench *b, const bench_case *e) {
    return &b->results.row[e->row];
}

static void describe(const bench_row *r, char *text, size_t size) {
    int used = snprintf(text, size, "%s, %s", r->device, row_kind_name(r->kind));
    if (r->batch > 1) used += snprintf(text + used, size - (size_t)used, " of %u vectors", r->batch);
    const char *model = r->model ? r->model : "";
    if (r->fuse)
        snprintf(text + used, size - (size_t)used, " with fuse %u%s%s", r->fuse, *model ? " of " : "", model);
}

// Whether one case fails with another. A device fails with all its cases, a peer alone.
static bool fails_with(const bench_row *r, const bench_row *failed) {
    return failed->kind == ROW_PEER ? row_same(r, failed) : strcmp(r->device, failed->device) == 0;
}

// Marks all cases of a failed device as lost. An interrupt is no failure.
static void take_out(bench *b, bench_case *cases, size_t count, const bench_case *failed) {
    for (size_t i = 0; i < count; i++) {
        bench_row *r = row_of(b, &cases[i]);
        if (!fails_with(r, row_of(b, failed))) continue;
        cases[i].out = true;
        r->state = cli_caught() ? ROW_SKIPPED : ROW_LOST;
        r->wall.count = 0;
        const char *why = cli_caught() ? "interrupted" : ohm_error_message();
        snprintf(r->note, sizeof r->note, "%.*s", (int)strcspn(why, "\n"), why);
    }
}

typedef struct rounds {
    bench *bench;
    bench_case *cases;
    size_t count;
} rounds;

// Runs one sample and compares its digest with the others'. s->wall stays 0 on failure.
static ohm_status run_one(const rounds *h, bench_case *e, uint64_t steps, sample *s) {
    *s = (sample){0};
    if (e->out) return OHM_OK;
    if (e->run(e, steps, s)) {
        take_out(h->bench, h->cases, h->count, e);
        s->wall = 0;
        return OHM_OK;
    }
    if (!s->has_digest) return OHM_OK;
    char who[200];
    const bench_row *r = row_of(h->bench, e);
    describe(r, who, sizeof who);
    return digests_check(&h->bench->digests, s->digest_of ? s->digest_of : r->model, r->side, steps,
                         s->digest, who);
}

static void keep(bench_row *r, const sample *s) {
    guard_settled();
    samples_add(&r->wall, s->wall);
    if (s->device > 0) samples_add(&r->clock, s->device);
    r->launches = s->launches;
    r->digest = s->digest;
    r->sweeps = s->sweeps;
}

// ---- Getting ready ----------------------------------------------------------------------------

// Every case does this number of steps once, so that all digests can be compared.
static uint64_t common_steps(uint64_t side) {
    const uint64_t fit = ((uint64_t)1 << 26) / (side * side);
    return fit < 1 ? 1 : fit > 256 ? 256 : fit;
}

// Finds how many steps make a sample long enough. They are powers of two, so that cases of similar speed do
// the same number and their digests can be compared. The runs in this search are the warm-up. But if a run of
// a warm crossbar exceeds the time of all its samples, it counts as a sample.
static ohm_status find_steps(const rounds *h, bench_case *e) {
    bench_row *r = row_of(h->bench, e);
    const double time = h->bench->options->seconds, aim = time / SAMPLES_AIM;
    uint64_t steps = 1;
    while (steps < e->least) steps *= 2;
    sample s;
    ohm_status status = OHM_OK;
    if (e->digests) status = run_one(h, e, e->common ? e->common : common_steps(r->side), &s);
    while (!status && !e->out && !cli_caught()) {
        status = run_one(h, e, steps, &s);
        if (!status && !e->out && e->digests && s.wall > time) keep(r, &s);
        if (s.wall >= aim / 2 || steps >= STEPS_MOST) break;
        steps *= s.wall < aim / 16 ? 8 : 2;
    }
    r->steps = steps;
    return status;
}

// ---- Measuring --------------------------------------------------------------------------------

static ohm_status add_sample(const rounds *h, bench_case *e) {
    bench_row *r = row_of(h->bench, e);
    sample s;
    bench_say(h->bench, "%" PRIu64 " x %" PRIu64 ": %s %s%s%s, sample %zu", r->side, r->side, r->device,
              row_kind_name(r->kind), r->model ? " " : "", r->model ? r->model : "", r->wall.count + 1);
    const ohm_status status = run_one(h, e, r->steps, &s);
    if (!status && !e->out) keep(r, &s);
    return status;
}

// Two samples are enough if each takes seconds, or several times the time meant for all samples.
static bool has_enough(const rounds *h, const bench_case *e) {
    const samples *wall = &row_of(h->bench, e)->wall;
    const double time = h->bench->options->seconds;
    double spent = 0;
    for (size_t i = 0; i < wall->count; i++) spent += wall->value[i];
    const size_t least = spent >= 4 * time && spent >= SAMPLES_LONG ? 2 : SAMPLES_LEAST;
    return e->out || wall->count == SAMPLES_MAX || (wall->count >= least && spent >= time);
}

// Takes one sample of each case that needs more. *more tells whether any did.
static ohm_status run_round(const rounds *h, bool *more) {
    ohm_status status = OHM_OK;
    *more = false;
    for (size_t i = 0; i < h->count && !status && !cli_caught(); i++) {
        if (has_enough(h, &h->cases[i])) continue;
        *more = true;
        status = add_sample(h, &h->cases[i]);
    }
    return status;
}

// Marks what an interrupt left unmeasured as skipped.
static void skip_rest(const rounds *h) {
    for (size_t i = 0; i < h->count; i++) {
        bench_row *r = row_of(h->bench, &h->cases[i]);
        if (h->cases[i].out || r->wall.count) continue;
        r->state = ROW_SKIPPED;
        snprintf(r->note, sizeof r->note, "interrupted");
    }
}

ohm_status rounds_run(bench *b, bench_case *cases, size_t count) {
    const rounds h = {b, cases, count};
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < count && !status && !cli_caught(); i++) {
        const bench_row *r = row_of(b, &cases[i]);
        bench_say(b, "%" PRIu64 " x %" PRIu64 ": warming up %s %s%s%s", r->side, r->side, r->device,
                  row_kind_name(r->kind), r->model ? " " : "", r->model ? r->model : "");
        status = find_steps(&h, &cases[i]);
    }
    for (bool more = true; more && !status && !cli_caught();) status = run_round(&h, &more);
    bench_say(b, NULL);
    skip_rest(&h);
    return status;
}
