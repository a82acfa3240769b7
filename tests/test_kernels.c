// The numerical ground: Philox, the elementary functions, normal deviates and the structures host and
// device share, on every probe of the machine.
#include "probe.h"

#include <float.h>
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
static float batch_z[BATCH] __attribute__((aligned(64))), first_z[BATCH] __attribute__((aligned(64)));
static long double batch_exact[BATCH];

static const char *const function_names[] = {
#define FUNCTION_NAME(name, value) #name,
    PROBE_FUNCTIONS(FUNCTION_NAME)};

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

// Applies the function to the batch, into batch_z, on a probe; fails where another probe's bits, in
// first_z, differ.
static void apply_batch(const probe *p, int function) {
    float *z = p == all ? first_z : batch_z;
    memset(z, 0xA5, sizeof batch_z);
    p->apply(p, function, batch_x, batch_y, BATCH, z);
    if (p == all) memcpy(batch_z, first_z, sizeof batch_z);
    for (int i = 0; i < BATCH; i++)
        if (bits_of(batch_z[i]) != bits_of(first_z[i]))
            fail_msg("%s(%a, %a) is %a on %s, %a on %s", function_names[function], (double)batch_x[i],
                     (double)batch_y[i], (double)first_z[i], all->name, (double)batch_z[i], p->name);
}

// The distance of two floats around the exact value.
static long double ulp(long double exact) {
    int exponent;
    frexpl(exact, &exponent);
    return ldexpl(1, exponent - 24);
}

// Fills batch_x with the next floats from *bits to those of last, further from zero, the last one repeated
// at the end; false when none is left.
static bool next_batch(uint64_t *bits, float last, uint32_t stride) {
    if (*bits > bits_of(last)) return false;
    for (int i = 0; i < BATCH; i++, *bits += stride)
        batch_x[i] = float_of(*bits < bits_of(last) ? (uint32_t)*bits : bits_of(last));
    return true;
}

static long double reciprocal_exactly(long double x) {
    return 1 / x;
}

// The x at which erf(x/√2) = v: Winitzki's approximation, off by 2e-3, and two steps of Halley's method on
// erf or, so that nothing cancels, on erfc.
static long double normal_quantile_exactly(long double v) {
    const long double u = fabsl(v), a = 0.147L, l = logl((1 - u) * (1 + u)), b = 2 / (M_PIl * a) + l / 2;
    long double z = sqrtl(sqrtl(b * b - l / a) - b);
    for (int i = 0; i < 2; i++) {
        const long double off = u < 0.5L ? erfl(z) - u : 1 - u - erfcl(z);
        const long double step = off * expl(z * z) * sqrtl(M_PIl) / 2;
        z -= step / (1 + z * step);
    }
    return copysignl(z * sqrtl(2), v);
}

// A range of arguments, both ends of one sign, every how manyeth float in it is tried, and the error that
// is allowed. That of sin is in units of 6e-8, the others' in ulp.
typedef struct range {
    int function;
    long double (*exact)(long double);
    float from, to;
    uint32_t stride;
    double bound;
} range;

static const range ranges[] = {
    {PROBE_sin, sinl, 0, 1000, 397, 1},
    {PROBE_sin, sinl, -0.0f, -1000, 397, 1},
    {PROBE_reciprocal, reciprocal_exactly, 1e-30f, 1e30f, 4999, 1},
    {PROBE_sqrt, sqrtl, 0x1p-100f, 1e30f, 1999, 0.52},
    {PROBE_sqrt, sqrtl, 1, 4, 29, 0.52},
    {PROBE_exp, expl, 1e-9f, 88, 499, 0.9},
    {PROBE_exp, expl, -1e-9f, -87, 499, 0.9},
    {PROBE_log, logl, 0x1p-126f, FLT_MAX, 2999, 1},
    {PROBE_log, logl, 0.5f, 2, 29, 1},
    {PROBE_sinh, sinhl, FLT_MIN, 88, 2999, 1.25},
    {PROBE_sinh, sinhl, -0.3f, -20, 97, 1.25},
    {PROBE_normal_quantile, normal_quantile_exactly, 0x1p-24f, 0.5f, 499, 1.6},
    {PROBE_normal_quantile, normal_quantile_exactly, -0.5f, -0.99f, 29, 1.6},
    {PROBE_normal_quantile, normal_quantile_exactly, 0.99f, 1 - 0x1p-24f, 1, 1.6},
};

typedef struct error {
    long double worst;
    float x, y;
} error;

// Measures the batch against batch_exact on every probe, into errors.
static void measure_batch(int function, error *errors) {
    for (size_t k = 0; k < count; k++) {
        apply_batch(&all[k], function);
        for (int i = 0; i < BATCH; i++) {
            const long double unit = function == PROBE_sin ? 6e-8L : ulp(batch_exact[i]);
            const long double off = fabsl((long double)batch_z[i] - batch_exact[i]) / unit;
            if (!(off <= errors[k].worst)) errors[k] = (error){off, batch_x[i], batch_y[i]};
        }
    }
}

static void check_errors(int function, const error *errors, double bound) {
    for (size_t k = 0; k < count; k++)
        if (!(errors[k].worst <= bound))
            fail_msg("%s: %s is off by %.4Lg, more than %g, at (%a, %a)", all[k].name,
                     function_names[function], errors[k].worst, bound, (double)errors[k].x,
                     (double)errors[k].y);
    print_message("  %s is off by at most %.4Lg %s, at (%.9g, %.9g)\n", function_names[function],
                  errors[0].worst, function == PROBE_sin ? "times 6e-8" : "ulp", (double)errors[0].x,
                  (double)errors[0].y);
}

// sin within 6e-8 is what the definition of the model promises: 1 ulp in [0.5, 1], which is 5.97e-8.
static void functions_are_accurate_and_the_same_everywhere(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        const range *r = &ranges[i];
        error errors[count];
        memset(errors, 0, sizeof errors);
        for (uint64_t bits = bits_of(r->from); next_batch(&bits, r->to, stride_or(r->stride));) {
            for (int k = 0; k < BATCH; k++) batch_exact[k] = r->exact(batch_x[k]);
            measure_batch(r->function, errors);
        }
        check_errors(r->function, errors, r->bound);
    }
}

static uint64_t random_state;

// SplitMix64, 32 bits of it.
static uint32_t random_word(void) {
    uint64_t z = random_state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return (uint32_t)(z >> 32);
}

static double random_between(double lo, double hi) {
    return lo + (hi - lo) * random_word() * 0x1p-32;
}

// A number of either sign between 2^lo and 2^hi.
static float random_float(double lo, double hi) {
    const double magnitude = exp2(random_between(lo, hi));
    return (float)(random_word() & 1 ? magnitude : -magnitude);
}

static void quotients_are_accurate_and_the_same_everywhere(void **state) {
    (void)state;
    error errors[count];
    memset(errors, 0, sizeof errors);
    for (int batch = 0; batch < 16; batch++) {
        for (int i = 0; i < BATCH; i++) {
            const double exponent = random_between(-99.6, 99.6); // 1e30 is 2 to the 99.66
            batch_y[i] = random_float(exponent, exponent);
            batch_x[i] = random_float(fmax(-100, exponent - 125.9), fmin(127, exponent + 127));
            batch_exact[i] = (long double)batch_x[i] / batch_y[i];
        }
        measure_batch(PROBE_divide, errors);
    }
    check_errors(PROBE_divide, errors, 0.501);
}

// A base, half of them near 1, where the exponents of a sizeable range leave the power in it.
static float random_base(void) {
    switch (random_word() % 4) {
    case 0: return (float)random_between(0.25, 4);
    case 1: return (float)random_between(0.9, 1.1);
    default: return fabsf(random_float(-126, 127.99));
    }
}

static void check_powers(double most, double bound) {
    error errors[count];
    memset(errors, 0, sizeof errors);
    for (int batch = 0; batch < 12; batch++) {
        for (int i = 0; i < BATCH; i++) {
            const float x = random_base();
            const double logarithm = fabs(log((double)x)), limit = fmin(most, 87 / logarithm);
            batch_x[i] = x;
            batch_y[i] = (float)random_between(-limit, limit);
            batch_exact[i] = powl(x, batch_y[i]);
        }
        measure_batch(PROBE_pow, errors);
    }
    check_errors(PROBE_pow, errors, bound);
}

static void powers_are_accurate_and_the_same_everywhere(void **state) {
    (void)state;
    check_powers(2, 1);
    check_powers(20, 1);
    check_powers(100, 1.25);
}

static float value_of(const probe *p, int function, float x, float y) {
    float a[MOST_LANES] __attribute__((aligned(64))), b[MOST_LANES] __attribute__((aligned(64))),
        z[MOST_LANES] __attribute__((aligned(64)));
    for (int i = 0; i < MOST_LANES; i++) {
        a[i] = x;
        b[i] = y;
    }
    p->apply(p, function, a, b, MOST_LANES, z);
    for (int i = 1; i < MOST_LANES; i++) assert_int_equal(bits_of(z[i]), bits_of(z[0]));
    return z[0];
}

#define LEAST_EXP 0x1.666d0ep-126f // e to the −87
#define MOST_EXP 0x1.f1056ep+126f  // e to the 88
#define HALF_MOST_EXP 0x1.f1056ep+125f

static const struct {
    int function;
    float x, y, expected;
} particular[] = {
    {PROBE_where_less, 1, 2, 1},
    {PROBE_where_less, 2, 1, 2},
    {PROBE_where_less, 2, 2, 2},
    {PROBE_where_less, -0.0f, 0, 2},
    {PROBE_where_less, -INFINITY, INFINITY, 1},
    {PROBE_where_less, NAN, 1, 2},
    {PROBE_where_less, 1, NAN, 2},
    {PROBE_abs, -3, 0, 3},
    {PROBE_abs, -0.0f, 0, 0},
    {PROBE_copysign, 3, -0.0f, -3},
    {PROBE_copysign, -3, 7, 3},
    {PROBE_copysign, -3, -7, -3},
    {PROBE_divide, 0, 3, 0},
    {PROBE_divide, 0, -3, -0.0f},
    {PROBE_divide, 7, 7, 1},
    {PROBE_divide, 1e30f, 1e30f, 1},
    {PROBE_divide, 1e-30f, -1e-30f, -1},
    {PROBE_divide, -42, 6, -7},
    {PROBE_sqrt, 0, 0, 0},
    {PROBE_sqrt, 1, 0, 1},
    {PROBE_sqrt, 625, 0, 25},
    {PROBE_exp, 0, 0, 1},
    {PROBE_exp, -0.0f, 0, 1},
    {PROBE_exp, 1e-30f, 0, 1},
    {PROBE_exp, -87, 0, LEAST_EXP},
    {PROBE_exp, -1000, 0, LEAST_EXP},
    {PROBE_exp, -FLT_MAX, 0, LEAST_EXP},
    {PROBE_exp, -INFINITY, 0, LEAST_EXP},
    {PROBE_exp, NAN, 0, LEAST_EXP},
    {PROBE_exp, 88, 0, MOST_EXP},
    {PROBE_exp, 1000, 0, MOST_EXP},
    {PROBE_exp, FLT_MAX, 0, MOST_EXP},
    {PROBE_log, 1, 0, 0},
    {PROBE_pow, 0, 2, 0},
    {PROBE_pow, 0, 1e-20f, 0},
    {PROBE_pow, 0, 0, 1},
    {PROBE_pow, 0, -0.0f, 1},
    {PROBE_pow, 0, -0.3f, MOST_EXP},
    {PROBE_pow, 3, 0, 1},
    {PROBE_pow, 1, 77, 1},
    {PROBE_pow, 1, -FLT_MAX, 1},
    {PROBE_pow, 2, 10, 1024},
    {PROBE_pow, 3, 4, 81},
    {PROBE_pow, 0.5f, -3, 8},
    {PROBE_pow, 10, 1, 10},
    {PROBE_pow, 1e30f, 1e-30f, 1},
    {PROBE_sinh, 0, 0, 0},
    {PROBE_sinh, 1e-20f, 0, 1e-20f},
    {PROBE_sinh, 88, 0, HALF_MOST_EXP},
    {PROBE_sinh, FLT_MAX, 0, HALF_MOST_EXP},
    {PROBE_sinh, -1000, 0, -HALF_MOST_EXP},
    {PROBE_normal_quantile, 0, 0, 0},
};

static void particular_values_are_right(void **state) {
    (void)state;
    FOR_PROBES(p) {
        for (size_t i = 0; i < sizeof particular / sizeof particular[0]; i++) {
            const int function = particular[i].function;
            const float x = particular[i].x, y = particular[i].y, expected = particular[i].expected;
            const float found = value_of(p, function, x, y);
            if (bits_of(found) != bits_of(expected))
                fail_msg("%s: %s(%g, %g) is %a, not %a", p->name, function_names[function], (double)x,
                         (double)y, (double)found, (double)expected);
        }
    }
}

// Powers beyond the range saturate like exp, within what exp's last step adds to a clamped exponent.
static void powers_saturate(void **state) {
    (void)state;
    static const float beyond[][3] = {
        {10, 100, MOST_EXP},          {1e30f, 1e38f, MOST_EXP},    {0.1f, -FLT_MAX, MOST_EXP},
        {FLT_MAX, 1, MOST_EXP},       {FLT_MIN, -100, MOST_EXP},   {10, -100, LEAST_EXP},
        {1e-30f, FLT_MAX, LEAST_EXP}, {FLT_MAX, -100, LEAST_EXP},  {FLT_MIN, 1, LEAST_EXP},
        {0.5f, 10000, LEAST_EXP},     {1.5f, -FLT_MAX, LEAST_EXP},
    };
    FOR_PROBES(p) {
        for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
            const float *b = beyond[i], found = value_of(p, PROBE_pow, b[0], b[1]);
            if (!(found >= b[2] * 0.96f && found <= b[2] * 1.04f))
                fail_msg("%s: pow(%g, %g) is %g, not about %g", p->name, (double)b[0], (double)b[1],
                         (double)found, (double)b[2]);
        }
    }
}

// Any bits that are a finite number give a finite number, within the range of the result.
static void finite_arguments_give_finite_values(void **state) {
    (void)state;
    static const int functions[] = {PROBE_exp, PROBE_sinh, PROBE_pow};
    for (int i = 0; i < BATCH; i++) {
        do batch_y[i] = float_of(random_word());
        while (!isfinite(batch_y[i]));
        do batch_x[i] = float_of(random_word());
        while (!isfinite(batch_x[i]));
    }
    for (int k = 0; k < 3; k++) {
        if (functions[k] == PROBE_pow)
            for (int i = 0; i < BATCH; i++) batch_x[i] = fabsf(batch_x[i]);
        FOR_PROBES(p) {
            memset(batch_z, 0xA5, sizeof batch_z);
            p->apply(p, functions[k], batch_x, batch_y, BATCH, batch_z);
            for (int i = 0; i < BATCH; i++)
                if (!isfinite(batch_z[i]))
                    fail_msg("%s: %s(%a, %a) is %a", p->name, function_names[functions[k]],
                             (double)batch_x[i], (double)batch_y[i], (double)batch_z[i]);
        }
    }
}

static void odd_functions_are_odd(void **state) {
    (void)state;
    static const struct {
        int function;
        double lo, hi; // of the argument's logarithm to base 2
    } odd[] = {{PROBE_sinh, -20, 6.4}, {PROBE_normal_quantile, -24, -1e-6}, {PROBE_divide, -99, 99}};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < BATCH; i += 2) {
            batch_x[i] = random_float(odd[k].lo, odd[k].hi);
            batch_x[i + 1] = -batch_x[i];
            batch_y[i] = batch_y[i + 1] = 3;
        }
        FOR_PROBES(p) {
            apply_batch(p, odd[k].function);
            for (int i = 0; i < BATCH; i += 2)
                assert_int_equal(bits_of(batch_z[i]), bits_of(batch_z[i + 1]) ^ 0x80000000u);
        }
    }
}

// ---- Normal deviates --------------------------------------------------------------------------

// Those of 2^20 words of Philox.
enum { DEVIATES = 1 << 20 };
static float deviates[DEVIATES];

static int compare_floats(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void draw_deviates(void) {
    for (uint32_t start = 0; start < DEVIATES; start += BATCH) {
        for (uint32_t i = 0; i < BATCH; i += 4) {
            const philox4x32_ctr_t r = random123((start + i) / 4, 1, 2, 3, 12345, 678);
            memcpy(batch_x + i, r.v, sizeof r.v);
        }
        FOR_PROBES(p) apply_batch(p, PROBE_normal);
        memcpy(deviates + start, first_z, sizeof first_z);
    }
}

// Four standard deviations of each moment's estimate, and the Kolmogorov-Smirnov distance that one sample
// in 2000 exceeds.
static void deviates_are_normal(void **state) {
    (void)state;
    draw_deviates();
    double moment[5] = {0};
    for (int i = 0; i < DEVIATES; i++)
        for (int k = 1; k <= 4; k++) moment[k] += pow((double)deviates[i], k) / DEVIATES;
    qsort(deviates, DEVIATES, sizeof deviates[0], compare_floats);
    double distance = 0;
    for (int i = 0; i < DEVIATES; i++) {
        const double below = erfc(-(double)deviates[i] / sqrt(2)) / 2;
        distance = fmax(distance, fmax(below - (double)i / DEVIATES, (i + 1.0) / DEVIATES - below));
    }
    print_message("  moments %.5f, %.5f, %.5f, %.5f; Kolmogorov-Smirnov distance %.3g\n", moment[1],
                  moment[2], moment[3], moment[4], distance);
    const double deviation = 4 / sqrt(DEVIATES);
    assert_true(fabs(moment[1]) <= deviation);
    assert_true(fabs(moment[2] - 1) <= deviation * sqrt(2));
    assert_true(fabs(moment[3]) <= deviation * sqrt(15));
    assert_true(fabs(moment[4] - 3) <= deviation * sqrt(96));
    assert_true(distance <= 2.03 / sqrt(DEVIATES));
}

// A word and its complement give opposite deviates, of which 0 and all ones are the furthest out.
static void deviates_are_symmetric(void **state) {
    (void)state;
    for (int i = 0; i < BATCH; i += 2) {
        const uint32_t word = i ? random_word() & 0x7FFFFFFFu : 0, complement = ~word;
        memcpy(batch_x + i, &word, sizeof word);
        memcpy(batch_x + i + 1, &complement, sizeof word);
    }
    FOR_PROBES(p) {
        apply_batch(p, PROBE_normal);
        for (int i = 0; i < BATCH; i += 2) {
            assert_int_equal(bits_of(batch_z[i]) ^ bits_of(batch_z[i + 1]), 0x80000000u);
            assert_true(batch_z[i] < 0 && batch_z[i] >= batch_z[0]);
        }
        assert_true(fabsf(batch_z[1] - 5.42f) < 1e-4f);
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
        cmocka_unit_test(functions_are_accurate_and_the_same_everywhere),
        cmocka_unit_test(quotients_are_accurate_and_the_same_everywhere),
        cmocka_unit_test(powers_are_accurate_and_the_same_everywhere),
        cmocka_unit_test(particular_values_are_right),
        cmocka_unit_test(powers_saturate),
        cmocka_unit_test(finite_arguments_give_finite_values),
        cmocka_unit_test(odd_functions_are_odd),
        cmocka_unit_test(deviates_are_normal),
        cmocka_unit_test(deviates_are_symmetric),
        cmocka_unit_test(structures_have_one_layout),
    };
    return cmocka_run_group_tests_name("kernels", tests, open_all, close_all);
}
