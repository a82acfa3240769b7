#include "matrix_peer.h"
#include "python.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct matrix_peer {
    child child;
    double allowed;
} matrix_peer;

static void destroy(void *object) {
    matrix_peer *p = object;
    child_end(&p->child);
    free(p);
}

static ohm_status run_peer(bench_case *e, uint64_t steps, sample *s) {
    matrix_peer *p = e->object;
    char line[24];
    cJSON *answer;
    snprintf(line, sizeof line, "%" PRIu64, steps);
    const ohm_status heard = python_ask(&p->child, line, &answer);
    if (heard) return heard;
    const double difference = python_number(answer, "difference");
    s->wall = python_number(answer, "seconds");
    s->launches = (uint64_t)python_number(answer, "calls");
    cJSON_Delete(answer);
    if (difference <= p->allowed) return OHM_OK;
    return ohm_fail(OHM_DEVICE_FAILED,
                    "different results: currents are off by %.3g of the largest, more than %g", difference,
                    p->allowed);
}

// Hands over the conductances, some rows at a time. If the peer is gone, its first run tells.
static ohm_status send_matrix(ohm_crossbar *c, FILE *to) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const uint64_t fit = ((uint64_t)1 << 22) / d->cols, rows = fit ? fit : 1;
    float *part = malloc(rows * d->cols * sizeof *part);
    ohm_status status = part ? OHM_OK : ohm_fail_memory("conductances");
    for (uint64_t row = 0; row < d->rows && !status; row += rows) {
        const uint64_t now = rows < d->rows - row ? rows : d->rows - row;
        status = ohm_crossbar_read_quantity(c, OHM_CONDUCTANCE, row, now, part);
        if (!status) fwrite(part, sizeof *part, now * d->cols, to);
    }
    free(part);
    return status;
}

static ohm_status send_all(const matrix_task *t, FILE *to) {
    const ohm_status status = send_matrix(t->crossbar, to);
    if (status) return status;
    fwrite(t->in, sizeof *t->in, t->count, to);
    fwrite(t->out, sizeof *t->out, t->count, to);
    fflush(to);
    return OHM_OK;
}

// Starts the process and writes its version into the row's note.
static ohm_status start(const matrix_task *t, bench_row *r, child *c) {
    char size[24];
    cJSON *hello;
    snprintf(size, sizeof size, "%" PRIu64, r->side);
    const char *const arguments[] = {r->device, size, t->setting, NULL};
    const ohm_status status = python_start(t->program, arguments, c, &hello);
    if (!status)
        snprintf(r->note, sizeof r->note, "%s, Python %s", python_text(hello, "version"),
                 python_text(hello, "python"));
    cJSON_Delete(hello);
    return status;
}

ohm_status matrix_peer_add(bench *b, case_list *l, const bench_row *r, const matrix_task *t) {
    bench_row is = *r;
    matrix_peer *p = calloc(1, sizeof *p);
    if (!p) return ohm_fail_memory("a peer");
    p->allowed = t->allowed;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": starting %s", l->side, l->side, is.device);
    ohm_status status = start(t, &is, &p->child);
    if (status) {
        free(p);
        return cases_fail(b, *r, status);
    }
    cases_own(l, p, destroy);
    status = send_all(t, p->child.in);
    if (status) return cases_fail(b, *r, status);
    const bench_case e = {.run = run_peer, .object = p, .least = t->least};
    return cases_add(b, l, &is, &e);
}
