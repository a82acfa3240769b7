// The numerical ground: Philox, sin, reciprocal and the structures host and device share, on every
// probe of the machine.
#include "probe.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <Random123/philox.h>

static const probe *all;
static size_t count;

#define FOR_PROBES(p) for (const probe *p = all; p < all + count; p++)

static int open_all(void **state) {
    (void)state;
    all = probes_open(&count);
    for (size_t i = 0; i < count; i++) print_message("  probe: %s\n", all[i].name);
    return count ? 0 : -1;
}

static int close_all(void **state) {
    (void)state;
    probes_close();
    return 0;
}

// ---- Philox -----------------------------------------------------------------------------------

#define MOST_LANES 16

static void check_words(const probe *p, const probe_question *q, const uint32_t *found, unsigned lane,
                        const uint32_t expected[4]) {
    for (unsigned k = 0; k < 4; k++)
        if (found[k * p->lanes + lane] != expected[k])
            fail_msg("%s: counter %08x %08x %08x %08x, lane %u, word %u is %08x, not %08x", p->name, q->c0,
                     q->c1, q->c2, q->c3, lane, k, found[k * p->lanes + lane], expected[k]);
}

static void philox_gives_the_published_answers(void **state) {
    (void)state;
    FILE *f = fopen("tests/known_answers.txt", "r");
    assert_non_null(f);
    char line[160];
    int answers = 0;
    while (fgets(line, sizeof line, f)) {
        probe_question q;
        uint32_t expected[4], found[4 * MOST_LANES];
        if (sscanf(line, "%x %x %x %x %x %x %x %x %x %x", &q.c0, &q.c1, &q.c2, &q.c3, &q.k0, &q.k1,
                   &expected[0], &expected[1], &expected[2], &expected[3]) != 10)
            continue;
        answers++;
        FOR_PROBES(p) {
            p->words(p, &q, 1, found);
            check_words(p, &q, found, 0, expected);
        }
    }
    fclose(f);
    assert_int_equal(answers, 3);
}

static philox4x32_ctr_t random123(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0,
                                  uint32_t k1) {
    const philox4x32_ctr_t counter = {{c0, c1, c2, c3}};
    const philox4x32_key_t key = {{k0, k1}};
    return philox4x32(counter, key);
}

static void philox_equals_random123(void **state) {
    (void)state;
    enum { QUESTIONS = 5000 };
    static probe_question questions[QUESTIONS];
    static uint32_t found[QUESTIONS * 4 * MOST_LANES];
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        const philox4x32_ctr_t r = random123(i, 1, 2, 3, 12345, 678);
        const philox4x32_ctr_t s = random123(i, 4, 5, 6, 12345, 678);
        questions[i] = (probe_question){r.v[0] & ~15u, r.v[1], r.v[2], r.v[3], s.v[0], s.v[1]};
    }
    FOR_PROBES(p) {
        p->words(p, questions, QUESTIONS, found);
        for (size_t i = 0; i < QUESTIONS; i++)
            for (unsigned lane = 0; lane < p->lanes; lane++) {
                const probe_question *q = &questions[i];
                const philox4x32_ctr_t r = random123(q->c0 + lane, q->c1, q->c2, q->c3, q->k0, q->k1);
                check_words(p, q, found + i * 4 * p->lanes, lane, r.v);
            }
    }
}

// ---- Elementary functions ---------------------------------------------------------------------

enum { BATCH = 1 << 16 };
static float batch_x[BATCH] __attribute__((aligned(64))), batch_y[BATCH] __attribute__((aligned(64)));

// The stride between tried bit patterns: 1 tries every float32, in some minutes a probe.
static uint32_t stride_or(uint32_t standard) {
    const char *text = getenv("OHMSCAPE_TEST_STRIDE");
    return text ? (uint32_t)strtoul(text, NULL, 10) : standard;
}

static float float_of(uint32_t bits) {
    float f;
    memcpy(&f, &bits, sizeof f);
    return f;
}

static uint32_t bits_of(float f) {
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits;
}

// Fills batch_x with the next floats of both signs, the last one repeated at the end; false when none
// is left.
static bool next_batch(uint64_t *bits, uint32_t last, uint32_t stride) {
    if (*bits > last) return false;
    for (int i = 0; i < BATCH; i += 2, *bits += stride) {
        batch_x[i] = float_of(*bits < last ? (uint32_t)*bits : last);
        batch_x[i + 1] = -batch_x[i];
    }
    return true;
}

// 1 ulp of the result or 6e-8, whichever is more: what the definition of the model promises. One ulp of
// a float32 in [0.5, 1] is 5.97e-8, so 6e-8 it is.
static void sin_is_accurate(void **state) {
    (void)state;
    FOR_PROBES(p) {
        const uint32_t stride = stride_or(p == all ? 199 : 4999);
        long double worst = 0;
        float worst_x = 0;
        for (uint64_t bits = 0; next_batch(&bits, bits_of(1000), stride);) {
            memset(batch_y, 0xA5, sizeof batch_y);
            p->sin(p, batch_x, BATCH, batch_y);
            for (int i = 0; i < BATCH; i++) {
                const long double error = fabsl((long double)batch_y[i] - sinl(batch_x[i]));
                if (!(error <= worst)) {
                    worst = error;
                    worst_x = batch_x[i];
                }
            }
        }
        print_message("  %s: sin is off by at most %.3Lg, at %.9g\n", p->name, worst, (double)worst_x);
        assert_true(worst <= 6e-8L);
    }
}

static void sin_has_the_same_bits_everywhere(void **state) {
    (void)state;
    static float first[BATCH];
    for (uint64_t bits = 0; next_batch(&bits, bits_of(1000), 9973);) {
        all->sin(all, batch_x, BATCH, first);
        for (const probe *p = all + 1; p < all + count; p++) {
            memset(batch_y, 0xA5, sizeof batch_y);
            p->sin(p, batch_x, BATCH, batch_y);
            for (int i = 0; i < BATCH; i++)
                if (bits_of(first[i]) != bits_of(batch_y[i]))
                    fail_msg("sin(%.9g) is %a on %s, %a on %s", (double)batch_x[i], (double)first[i],
                             all->name, (double)batch_y[i], p->name);
        }
    }
}

// Within 1 ulp, for the resistances a model may have (1e-30 to 1e30).
static void reciprocal_is_accurate(void **state) {
    (void)state;
    FOR_PROBES(p) {
        double worst = 0;
        for (uint64_t bits = bits_of(1e-30f); next_batch(&bits, bits_of(1e30f), 4999);) {
            memset(batch_y, 0xA5, sizeof batch_y);
            p->reciprocal(p, batch_x, BATCH, batch_y);
            for (int i = 0; i < BATCH; i++) {
                const double exact = 1 / (double)batch_x[i];
                const double ulp = fabs((double)nextafterf((float)exact, INFINITY) - (double)(float)exact);
                const double error = fabs((double)batch_y[i] - exact) / ulp;
                if (!(error <= worst)) worst = error;
            }
        }
        print_message("  %s: 1/x is off by at most %.3g ulp\n", p->name, worst);
        assert_true(worst <= 1);
    }
}

// ---- Structures -------------------------------------------------------------------------------

static void structures_have_one_layout(void **state) {
    (void)state;
    uint32_t first[PROBE_LAYOUT], other[PROBE_LAYOUT];
    all->layout(all, first);
    FOR_PROBES(p) {
        p->layout(p, other);
        for (int i = 0; i < PROBE_LAYOUT; i++)
            if (other[i] != first[i])
                fail_msg("%s: layout value %d is %u, not %u", p->name, i, other[i], first[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_answers),
        cmocka_unit_test(philox_equals_random123),
        cmocka_unit_test(sin_is_accurate),
        cmocka_unit_test(sin_has_the_same_bits_everywhere),
        cmocka_unit_test(reciprocal_is_accurate),
        cmocka_unit_test(structures_have_one_layout),
    };
    return cmocka_run_group_tests_name("kernels", tests, open_all, close_all);
}
