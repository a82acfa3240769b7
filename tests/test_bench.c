// What the benchmark works out of its measurements: on planted samples and rows whose answers are known.
#include "../bench/moments.h"
#include "../bench/digests.h"
#include "../bench/results.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define REQUIRE(call) assert_int_equal(call, OHM_OK)
#define NEAR(found, expected) near(found, expected, #found, __LINE__)

static void near(double found, double expected, const char *what, int line) {
    if (fabs(found - expected) <= 1e-9 * fabs(expected)) return; // 0 is 0, and a NaN is near nothing
    fail_msg("line %d: %s is %.17g, not %.17g", line, what, found, expected);
}

// ---- Samples ----------------------------------------------------------------------------------

static samples samples_of(size_t count, const double *value) {
    samples s = {0};
    for (size_t i = 0; i < count; i++) samples_add(&s, value[i]);
    return s;
}

static void quantiles_of_an_odd_number_are_samples(void **state) {
    (void)state;
    const samples s = samples_of(5, (const double[]){5, -1, 3, 2, 11});
    NEAR(samples_quantile(&s, 0), -1);
    NEAR(samples_quantile(&s, 0.25), 2);
    NEAR(samples_quantile(&s, 0.5), 3);
    NEAR(samples_quantile(&s, 0.75), 5);
    NEAR(samples_quantile(&s, 1), 11);
    NEAR(s.value[0], 5); // as they came
    NEAR(s.value[1], -1);
}

static void quantiles_lie_between_samples(void **state) {
    (void)state;
    const samples s = samples_of(4, (const double[]){8, 1, 2, 4});
    NEAR(samples_quantile(&s, 0), 1);
    NEAR(samples_quantile(&s, 0.5), 3);
    NEAR(samples_quantile(&s, 1), 8);
    NEAR(samples_quantile(&s, 0.25), 1.75); // three quarters of the way from 1 to 2
    NEAR(samples_quantile(&s, 0.9), 6.8);   // 0.7 of the way from 4 to 8
}

static void quantiles_of_few(void **state) {
    (void)state;
    const samples none = {0}, one = samples_of(1, (const double[]){7}), two = samples_of(2, (double[]){3, 2});
    for (int i = 0; i <= 4; i++) {
        NEAR(samples_quantile(&none, i / 4.0), 0);
        NEAR(samples_quantile(&one, i / 4.0), 7);
        NEAR(samples_quantile(&two, i / 4.0), 2 + i / 4.0);
    }
    const samples same = samples_of(3, (const double[]){2, 2, 2});
    NEAR(samples_quantile(&same, 0.3), 2);
}

static void more_samples_than_fit_are_let_go(void **state) {
    (void)state;
    struct {
        samples s;
        double behind;
    } it = {.behind = 42};
    for (int i = 0; i < SAMPLES_MAX + 50; i++) samples_add(&it.s, i);
    assert_int_equal(it.s.count, SAMPLES_MAX);
    NEAR(it.behind, 42);
    NEAR(samples_quantile(&it.s, 1), SAMPLES_MAX - 1);
    NEAR(samples_quantile(&it.s, 0.5), (SAMPLES_MAX - 1) / 2);
}

// ---- Lines ------------------------------------------------------------------------------------

static void lines_through_points_are_found(void **state) {
    (void)state;
    straight_line l;
    assert_true(line_fit((const double[]){-2, 0, 3, 10}, (const double[]){11, 5, -4, -25}, 4, &l));
    NEAR(l.slope, -3);
    NEAR(l.intercept, 5);
    assert_true(line_fit((const double[]){1, 2}, (const double[]){6, 6}, 2, &l));
    NEAR(l.slope, 0);
    NEAR(l.intercept, 6);
}

// About the means 1.5 and 3: Σ dx·dy = 3 + 0 − 0.5 + 4.5 = 7, and Σ dx² = 5.
static void lines_are_the_nearest_by_least_squares(void **state) {
    (void)state;
    straight_line l;
    assert_true(line_fit((const double[]){0, 1, 2, 3}, (const double[]){1, 3, 2, 6}, 4, &l));
    NEAR(l.slope, 1.4);
    NEAR(l.intercept, 0.9);
    // Two points over one another: the line goes between them.
    assert_true(line_fit((const double[]){0, 4, 4}, (const double[]){1, 4, 6}, 3, &l));
    NEAR(l.slope, 1);
    NEAR(l.intercept, 1);
}

static void lines_need_two_points(void **state) {
    (void)state;
    straight_line l;
    assert_false(line_fit(NULL, NULL, 0, &l));
    assert_false(line_fit((const double[]){2}, (const double[]){3}, 1, &l));
    assert_false(line_fit((const double[]){2, 2, 2}, (const double[]){3, 4, 5}, 3, &l));
}

// ---- Rows -------------------------------------------------------------------------------------

// 1000 synapses, 10 steps and `launches` launches in 2 s at the median, between 1 and 4 s.
static bench_row planted(row_kind kind, uint64_t launches) {
    bench_row r = {.part = "throughput", .kind = kind, .synapses = 1000, .steps = 10, .launches = launches};
    r.wall = samples_of(3, (const double[]){2, 1, 4});
    return r;
}

static void rates_and_times_of_a_row(void **state) {
    (void)state;
    const bench_row r = planted(ROW_UPDATE, 5);
    NEAR(row_rate(&r, 0), 2500);
    NEAR(row_rate(&r, 0.5), 5000);
    NEAR(row_rate(&r, 1), 10000);
    NEAR(row_step(&r), 0.2);
    NEAR(row_synapse_step(&r), 0.0002);
    NEAR(row_launch(&r), 0.4);
}

static void what_was_not_measured_is_0(void **state) {
    (void)state;
    for (row_kind kind = 0; kind < ROW_KINDS; kind++) {
        const bench_row none = {.part = "throughput", .kind = kind, .synapses = 1000};
        NEAR(row_rate(&none, 0.5), 0);
        NEAR(row_step(&none), 0);
        NEAR(row_synapse_step(&none), 0);
        NEAR(row_launch(&none), 0);
        NEAR(row_bytes(&none), 0);
        NEAR(row_bandwidth(&none), 0);
    }
    // Of `ohmscape run` nobody knows the launches.
    const bench_row run = planted(ROW_UPDATE, 0);
    NEAR(row_rate(&run, 0.5), 5000);
    NEAR(row_launch(&run), 0);
    NEAR(row_bandwidth(&run), 0);
}

static void the_rate_of_frames_is_theirs(void **state) {
    (void)state;
    const bench_row r = {.part = "frames", .kind = ROW_FRAME, .synapses = 9, .frame = {.total = 0.02}};
    NEAR(row_rate(&r, 0.5), 50);
}

static void a_launch_moves_8_bytes_a_synapse(void **state) {
    (void)state;
    bench_row r = planted(ROW_UPDATE, 10); // fuse 1
    NEAR(row_bytes(&r), 8000);
    NEAR(row_bandwidth(&r), 40000);
    r.launches = 5; // fuse 2
    NEAR(row_bytes(&r), 4000);
    NEAR(row_bandwidth(&r), 20000);
    r.launches = 3; // fuse 4: the last one has two steps
    NEAR(row_bytes(&r), 2400);
    r.launches = 1;
    NEAR(row_bytes(&r), 800);
    r = planted(ROW_COPY, 10);
    NEAR(row_bytes(&r), 8000);
    NEAR(row_bandwidth(&r), 40000);
    for (row_kind kind = ROW_PHILOX; kind < ROW_KINDS; kind++) {
        r = planted(kind, 10);
        NEAR(row_bytes(&r), 0);
        NEAR(row_bandwidth(&r), 0);
    }
}

static void rows_are_told_apart(void **state) {
    (void)state;
    const bench_row is = {.part = "fuse", .kind = ROW_COPY, .device = "0.0", .side = 64, .fuse = 2};
    char part[] = "fuse"; // the same text elsewhere
    bench_row other = is;
    other.part = part;
    other.state = ROW_LOST;
    strcpy(other.note, "gone");
    other.steps = 3;
    assert_true(row_same(&is, &other));
    other = is, other.part = "launch";
    assert_false(row_same(&is, &other));
    other = is, other.kind = ROW_UPDATE;
    assert_false(row_same(&is, &other));
    other = is, strcpy(other.device, "0.1");
    assert_false(row_same(&is, &other));
    other = is, other.side = 65;
    assert_false(row_same(&is, &other));
    other = is, other.fuse = 0;
    assert_false(row_same(&is, &other));
    other = is, other.threads = 1;
    assert_false(row_same(&is, &other));
    char model[] = "vteam"; // as above
    bench_row one = is, another = is;
    one.model = "vteam", another.model = model;
    assert_true(row_same(&one, &another));
    assert_false(row_same(&is, &one));
    assert_false(row_same(&one, &is));
    another.model = "vteam:k_on=-9";
    assert_false(row_same(&one, &another));
    other = is, other.batch = 1;
    assert_false(row_same(&is, &other));
    other = is, other.wires = "row=1";
    assert_false(row_same(&is, &other));
    one = other, one.wires = "row=2";
    assert_false(row_same(&one, &other));
}

static void kinds_and_states_have_names(void **state) {
    (void)state;
    assert_string_equal(row_kind_name(ROW_UPDATE), "update");
    assert_string_equal(row_kind_name(ROW_COPY), "copy");
    assert_string_equal(row_kind_name(ROW_PHILOX), "philox");
    assert_string_equal(row_kind_name(ROW_ARITHMETIC), "arithmetic");
    assert_string_equal(row_kind_name(ROW_PEER), "peer");
    assert_string_equal(row_kind_name(ROW_MEMORY), "memory");
    assert_string_equal(row_kind_name(ROW_FRAME), "frame");
    assert_string_equal(row_kind_name(ROW_READ), "read");
    assert_string_equal(row_kind_name(ROW_TRANSPOSED), "transposed");
    assert_string_equal(row_kind_name(ROW_EXACT), "exact");
    assert_string_equal(row_kind_name(ROW_OUTER), "outer");
    assert_string_equal(row_kind_name(ROW_SOLVE), "solve");
    assert_string_equal(row_state_name(ROW_MEASURED), "measured");
    assert_string_equal(row_state_name(ROW_SKIPPED), "skipped");
    assert_string_equal(row_state_name(ROW_LOST), "lost");
}

static void what_computes_currents_or_states_has_a_digest(void **state) {
    (void)state;
    for (row_kind kind = 0; kind < ROW_KINDS; kind++) {
        const bench_row r = {.kind = kind};
        const bool expected = kind == ROW_UPDATE || kind == ROW_READ || kind == ROW_TRANSPOSED ||
                              kind == ROW_EXACT || kind == ROW_OUTER || kind == ROW_SOLVE;
        assert_int_equal(row_has_digest(&r), expected);
    }
}

static void a_sweep_is_a_part_of_a_solution(void **state) {
    (void)state;
    bench_row r = planted(ROW_SOLVE, 10);
    NEAR(row_sweep(&r), 0);
    r.sweeps = 4;
    NEAR(row_sweep(&r), 0.00005);
}

// ---- Shares -----------------------------------------------------------------------------------

// A row of so many synapses, steps and launches in one second.
static bench_row in_a_second(row_kind kind, uint64_t synapses, uint64_t steps, uint64_t launches) {
    bench_row r = {
        .part = "throughput", .kind = kind, .synapses = synapses, .steps = steps, .launches = launches};
    samples_add(&r.wall, 1);
    return r;
}

static void the_lower_limit_is_what_counts(void **state) {
    (void)state;
    const bench_row copy = in_a_second(ROW_COPY, 100, 10, 10); // 8000 bytes/s
    const bench_row arithmetic = in_a_second(ROW_ARITHMETIC, 100, 16, 1);
    bench_row one = in_a_second(ROW_UPDATE, 100, 8, 8); // 8 bytes a synapse-step: memory allows 1000/s
    row_set_share(&one, &copy, &arithmetic);
    assert_true(one.memory_bound);
    NEAR(one.share, 0.8);
    bench_row four = in_a_second(ROW_UPDATE, 100, 8, 2); // 2 bytes: memory allows 4000/s
    row_set_share(&four, &copy, &arithmetic);
    assert_false(four.memory_bound);
    NEAR(four.share, 0.5);
}

static void ceilings_may_work_on_fewer_synapses(void **state) {
    (void)state;
    const bench_row copy = in_a_second(ROW_COPY, 25, 40, 40);
    const bench_row arithmetic = in_a_second(ROW_ARITHMETIC, 25, 64, 1);
    bench_row r = in_a_second(ROW_UPDATE, 100, 8, 8);
    row_set_share(&r, &copy, &arithmetic);
    assert_true(r.memory_bound);
    NEAR(r.share, 0.8);
}

// ---- Relations --------------------------------------------------------------------------------

static results found; // those that a test plants

static bench_row *plant(const char *part, row_kind kind, const char *device, uint64_t side, unsigned fuse,
                        unsigned threads, double rate) {
    bench_row r = {.part = part,
                   .kind = kind,
                   .side = side,
                   .fuse = fuse,
                   .threads = threads,
                   .synapses = side * side,
                   .steps = 4,
                   .launches = fuse == 1 ? 4 : 1};
    strcpy(r.device, device);
    samples_add(&r.wall, (double)(r.synapses * r.steps) / rate);
    size_t index;
    const size_t before = found.count;
    REQUIRE(results_add(&found, &r, &index));
    assert_int_equal(index, before);
    assert_int_equal(found.count, before + 1);
    return &found.row[index];
}

static int forget(void **state) {
    (void)state;
    results_free(&found);
    found = (results){0};
    return 0;
}

static void is_related(size_t i, double native, double thread, double share) {
    const bench_row *r = &found.row[i];
    print_message("row %zu: %s of %s, fuse %u\n", i, row_kind_name(r->kind), r->device, r->fuse);
    NEAR(r->times_native, native);
    NEAR(r->times_thread, thread);
    NEAR(r->share, share);
}

enum { NATIVE_1, NATIVE_AUTO, NATIVE_THREAD, NATIVE_COPY, NATIVE_ARITHMETIC, DEVICE_AUTO };

// A native engine of 100/s with one thread, bound by memory with fuse 1: 8 bytes a synapse-step of 2400
// bytes/s. And a device of 1000/s without ceilings.
static void plant_part(const char *part, uint64_t side) {
    plant(part, ROW_UPDATE, "native", side, 1, 0, 150);
    plant(part, ROW_UPDATE, "native", side, 0, 0, 200);
    plant(part, ROW_UPDATE, "native", side, 0, 1, 100);
    plant(part, ROW_COPY, "native", side, 0, 0, 300)->launches = 4;
    plant(part, ROW_ARITHMETIC, "native", side, 0, 0, 400);
    plant(part, ROW_UPDATE, "0.0", side, 0, 0, 1000);
}

static void rows_are_related_to_the_native_engine(void **state) {
    (void)state;
    plant_part("throughput", 64);
    results_relate(&found, "throughput", 64);
    is_related(NATIVE_1, 0.75, 1.5, 0.5);
    assert_true(found.row[NATIVE_1].memory_bound);
    is_related(NATIVE_AUTO, 1, 2, 0.5);
    assert_false(found.row[NATIVE_AUTO].memory_bound);
    is_related(NATIVE_THREAD, 0.5, 1, 0); // a thread has not all that the ceilings had
    is_related(NATIVE_COPY, 0, 0, 0);
    is_related(NATIVE_ARITHMETIC, 0, 0, 0);
    is_related(DEVICE_AUTO, 5, 10, 0);
}

static void other_parts_and_sizes_are_left_alone(void **state) {
    (void)state;
    plant_part("peers", 64);
    plant_part("throughput", 65);
    const size_t before = found.count;
    plant("throughput", ROW_UPDATE, "0.0", 64, 0, 0, 7);
    results_relate(&found, "throughput", 64);
    for (size_t i = 0; i <= before; i++) is_related(i, 0, 0, 0); // the last one has nothing to compare with
    results_relate(&found, "peers", 64);
    is_related(DEVICE_AUTO, 5, 10, 0);
    for (size_t i = 6; i <= before; i++) is_related(i, 0, 0, 0);
}

static void peers_are_related_too(void **state) {
    (void)state;
    plant_part("peers", 64);
    plant("peers", ROW_PEER, "numpy", 64, 0, 0, 10);
    results_relate(&found, "peers", 64);
    is_related(6, 0.05, 0.1, 0);
}

static void what_is_skipped_or_lost_relates_to_nothing(void **state) {
    (void)state;
    plant_part("throughput", 64);
    found.row[NATIVE_THREAD].state = ROW_SKIPPED;
    found.row[NATIVE_COPY].state = ROW_LOST;
    found.row[DEVICE_AUTO].state = ROW_LOST;
    results_relate(&found, "throughput", 64);
    is_related(NATIVE_1, 0.75, 0, 0);
    is_related(NATIVE_AUTO, 1, 0, 0);
    is_related(NATIVE_THREAD, 0, 0, 0);
    is_related(DEVICE_AUTO, 0, 0, 0);
}

// Where no one asked for auto, a row is held against the native engine with as many steps a launch.
static void without_auto_the_same_fuse_counts(void **state) {
    (void)state;
    plant("throughput", ROW_UPDATE, "native", 64, 1, 0, 50);
    plant("throughput", ROW_UPDATE, "native", 64, 8, 0, 100);
    plant("throughput", ROW_UPDATE, "0.0", 64, 1, 0, 200);
    plant("throughput", ROW_UPDATE, "0.0", 64, 8, 0, 200);
    plant("throughput", ROW_UPDATE, "0.0", 64, 16, 0, 200);
    results_relate(&found, "throughput", 64);
    is_related(2, 4, 0, 0);
    is_related(3, 2, 0, 0);
    is_related(4, 0, 0, 0);
}

static bench_row *plant_model(const char *device, row_kind kind, const char *model, const char *plain,
                              double rate) {
    bench_row *r = plant("models", kind, device, 64, kind == ROW_UPDATE ? 16 : 0, 0, rate);
    r->model = model;
    r->plain = plain;
    return r;
}

static void plant_models(void) {
    plant_model("native", ROW_UPDATE, "sin-state", NULL, 600);
    plant_model("native", ROW_UPDATE, "vteam", NULL, 150);
    plant_model("native", ROW_UPDATE, "vteam:k_on=-10~lognormal:0.1", "vteam", 120);
    plant_model("0.0", ROW_UPDATE, "sin-state", NULL, 1000);
    plant_model("0.0", ROW_UPDATE, "vteam", NULL, 300);
    plant_model("0.0", ROW_UPDATE, "vteam:k_on=-10~lognormal:0.1", "vteam", 270);
    plant_model("numpy-float32", ROW_PEER, "sin-state", NULL, 20);
    plant_model("numpy-float32", ROW_PEER, "vteam", NULL, 10);
}

static void model_is_related(size_t i, double sine, double plain, double numpy, double native) {
    const bench_row *r = &found.row[i];
    print_message("row %zu: %s of %s on %s\n", i, row_kind_name(r->kind), r->model, r->device);
    NEAR(r->times_sin, sine);
    NEAR(r->times_plain, plain);
    NEAR(r->times_numpy, numpy);
    NEAR(r->times_native, native);
}

static void models_are_related_to_their_device_spread_and_numpy(void **state) {
    (void)state;
    plant("models", ROW_UPDATE, "native", 64, 16, 0, 7); // of no model
    plant_models();
    plant_model("native", ROW_UPDATE, "vteam", NULL, 7)->side = 65;
    results_relate(&found, "models", 64);
    model_is_related(1, 1, 0, 30, 1);
    model_is_related(2, 0.25, 0, 15, 1);
    model_is_related(3, 0.2, 0.8, 0, 1);
    model_is_related(4, 1, 0, 50, 1000.0 / 600);
    model_is_related(5, 0.3, 0, 30, 2);
    model_is_related(6, 0.27, 0.9, 0, 2.25);
    model_is_related(7, 0, 0, 0, 0);
    model_is_related(8, 0, 0, 0, 0);
}

static void models_that_were_not_measured_relate_to_nothing(void **state) {
    (void)state;
    plant_models();
    found.row[0].state = ROW_LOST;    // native, sin-state
    found.row[4].state = ROW_SKIPPED; // 0.0, vteam
    found.row[6].state = ROW_LOST;    // NumPy, sin-state
    results_relate(&found, "models", 64);
    model_is_related(0, 0, 0, 0, 0);
    model_is_related(1, 0, 0, 15, 1);
    model_is_related(2, 0, 0.8, 0, 1);
    model_is_related(3, 1, 0, 0, 0);
    model_is_related(4, 0, 0, 0, 0);
    model_is_related(5, 0.27, 0, 0, 2.25);
}

// A row of the part read, of so many vectors a call.
static bench_row *plant_read(const char *device, row_kind kind, const char *model, unsigned batch,
                             double rate) {
    bench_row *r = plant("read", kind, device, 64, 0, 0, rate);
    r->model = model;
    r->batch = batch;
    return r;
}

static void plant_reads(void) {
    plant_read("native", ROW_READ, "sin-state", 1, 100);
    plant_read("native", ROW_READ, "sin-state", 64, 400);
    plant_read("native", ROW_OUTER, "sin-state", 0, 50);
    plant_read("native", ROW_COPY, NULL, 0, 200);
    plant_read("native", ROW_READ, "yakopcic", 1, 80);
    plant_read("native", ROW_EXACT, "yakopcic", 1, 20);
    plant_read("0.0", ROW_READ, "sin-state", 64, 1000);
    plant_read("0.0", ROW_TRANSPOSED, "sin-state", 1, 700);
    plant_read("numpy-float32", ROW_PEER, "sin-state", 1, 500);
    plant_read("numpy-float32", ROW_PEER, "sin-state", 64, 800);
}

static void read_is_related(size_t i, double copy, double linear, double numpy, double native) {
    const bench_row *r = &found.row[i];
    print_message("row %zu: %s on %s\n", i, row_kind_name(r->kind), r->device);
    NEAR(r->times_copy, copy);
    NEAR(r->times_linear, linear);
    NEAR(r->times_numpy, numpy);
    NEAR(r->times_native, native);
}

static void readouts_are_related_to_copies_and_numpy(void **state) {
    (void)state;
    plant_reads();
    plant_read("0.0", ROW_COPY, NULL, 0, 7)->side = 65;
    results_relate(&found, "read", 64);
    read_is_related(0, 0.5, 0, 0.2, 1);
    read_is_related(1, 2, 0, 0.5, 1);
    read_is_related(2, 0.25, 0, 0, 1);
    read_is_related(3, 0, 0, 0, 0);
    read_is_related(4, 0.4, 0, 0, 1);
    read_is_related(5, 0.1, 0.25, 0, 1);
    read_is_related(6, 0, 0, 1.25, 2.5);
    read_is_related(7, 0, 0, 0, 0); // the native engine has no transposed readout here
    read_is_related(8, 0, 0, 0, 5);
    read_is_related(9, 0, 0, 0, 2);
}

static void lost_readouts_relate_to_nothing(void **state) {
    (void)state;
    plant_reads();
    found.row[3].state = ROW_LOST;    // the copy
    found.row[4].state = ROW_LOST;    // yakopcic's linear readout
    found.row[9].state = ROW_SKIPPED; // NumPy's batch
    results_relate(&found, "read", 64);
    read_is_related(0, 0, 0, 0.2, 1);
    read_is_related(1, 0, 0, 0, 1);
    read_is_related(4, 0, 0, 0, 0);
    read_is_related(5, 0, 0, 0, 1);
}

static void plant_wires(const char *device, row_kind kind, const char *wires, double rate) {
    bench_row *r = plant("wires", kind, device, 64, kind == ROW_UPDATE, 0, rate);
    r->model = "sin-state";
    r->wires = wires;
}

static void wires_are_related(size_t i, double ideal, double native) {
    const bench_row *r = &found.row[i];
    print_message("row %zu: %s on %s\n", i, row_kind_name(r->kind), r->device);
    NEAR(r->times_ideal, ideal);
    NEAR(r->times_native, native);
    NEAR(r->times_sin, 0);
    NEAR(r->times_thread, 0);
}

static void wires_are_related_to_ideal_lines_and_the_native_engine(void **state) {
    (void)state;
    plant_wires("native", ROW_SOLVE, "row=1", 100);
    plant_wires("native", ROW_UPDATE, NULL, 1000);
    plant_wires("native", ROW_UPDATE, "row=1", 200);
    plant_wires("0.0", ROW_SOLVE, "row=1", 150);
    plant_wires("0.0", ROW_UPDATE, NULL, 2000);
    plant_wires("0.0", ROW_UPDATE, "row=1", 100);
    plant_wires("scipy", ROW_PEER, "row=1", 2);
    results_relate(&found, "wires", 64);
    wires_are_related(0, 0, 1);
    wires_are_related(1, 0, 1);
    wires_are_related(2, 0.2, 1);
    wires_are_related(3, 0, 1.5);
    wires_are_related(4, 0, 2);
    wires_are_related(5, 0.05, 0.5);
    wires_are_related(6, 0, 0.02);
}

// ---- Slopes -----------------------------------------------------------------------------------

// A row whose step takes n^power ns of n synapses.
static bench_row *plant_power(const char *part, const char *device, uint64_t side, double power) {
    const double n = (double)side * (double)side;
    return plant(part, ROW_UPDATE, device, side, 0, 0, n / (1e-9 * pow(n, power)));
}

static void a_slope_is(uint64_t least, double expected, size_t sizes) {
    double slope;
    size_t points;
    assert_true(results_slope(&found, "synapses", "native", least, &slope, &points));
    NEAR(slope, expected);
    assert_int_equal(points, sizes);
}

static void slopes_are_found(void **state) {
    (void)state;
    for (uint64_t side = 1024; side <= 16384; side *= 2) plant_power("synapses", "native", side, 1);
    a_slope_is(1 << 20, 1, 5);
    forget(NULL);
    for (uint64_t side = 1024; side <= 4096; side *= 2) plant_power("synapses", "native", side, 1.1);
    a_slope_is(1 << 20, 1.1, 3);
}

static void small_sizes_are_left_out(void **state) {
    (void)state;
    plant_power("synapses", "native", 16, 3);
    plant_power("synapses", "native", 1023, 3);
    for (uint64_t side = 1024; side <= 4096; side *= 2) plant_power("synapses", "native", side, 1);
    a_slope_is(1 << 20, 1, 3); // 1024 x 1024 itself is in
    double slope;
    size_t points;
    assert_true(results_slope(&found, "synapses", "native", 0, &slope, &points));
    assert_int_equal(points, 5);
    assert_true(slope < 0.9); // that of the two is not on the line
}

static void other_rows_bend_no_slope(void **state) {
    (void)state;
    plant_power("synapses", "native", 1024, 1);
    plant_power("synapses", "native", 2048, 1);
    plant_power("throughput", "native", 4096, 2);
    plant_power("synapses", "0.0", 4096, 2);
    plant_power("synapses", "native", 4096, 2)->kind = ROW_COPY;
    plant_power("synapses", "native", 4096, 2)->fuse = 1;
    plant_power("synapses", "native", 4096, 2)->threads = 1;
    plant_power("synapses", "native", 4096, 2)->state = ROW_SKIPPED;
    plant_power("synapses", "native", 4096, 2)->state = ROW_LOST;
    a_slope_is(1 << 20, 1, 2);
}

static void a_slope_needs_two_sizes(void **state) {
    (void)state;
    double slope = 42;
    size_t points = 42;
    assert_false(results_slope(&found, "synapses", "native", 0, &slope, &points));
    assert_int_equal(points, 0);
    plant_power("synapses", "native", 1024, 1);
    assert_false(results_slope(&found, "synapses", "native", 0, &slope, &points));
    assert_int_equal(points, 1);
    plant_power("synapses", "native", 1024, 1.2);
    assert_false(results_slope(&found, "synapses", "native", 0, &slope, &points));
    plant_power("synapses", "native", 2048, 1);
    assert_false(results_slope(&found, "synapses", "native", (1 << 20) + 1, &slope, &points));
    NEAR(slope, 42);
    assert_true(results_slope(&found, "synapses", "native", 0, &slope, &points));
}

// ---- Digests ----------------------------------------------------------------------------------

#define SAID(text) assert_non_null(strstr(ohm_error_message(), text))

static void digests_are_held_against_each_other(void **state) {
    (void)state;
    digests l = {0};
    REQUIRE(digests_check(&l, NULL, 64, 10, 0x0123456789abcdef, "native, update"));
    REQUIRE(digests_check(&l, NULL, 64, 10, 0x0123456789abcdef, "0.0, update"));
    assert_int_equal(l.count, 1);
    assert_int_equal(digests_check(&l, NULL, 64, 10, 0x23456789abcdef, "0.1, update"), OHM_DEVICE_FAILED);
    SAID("either 0.1, update or native, update computes wrong results");
    SAID("after 10 steps of 64 x 64");
    SAID("0023456789abcdef and 0123456789abcdef");
    REQUIRE(digests_check(&l, NULL, 64, 10, 0x0123456789abcdef, "0.1, update")); // the first one stays
    digests_free(&l);
}

static void digests_of_other_crossbars_are_others(void **state) {
    (void)state;
    digests l = {0};
    for (uint64_t side = 1; side <= 20; side++)
        for (uint64_t steps = 0; steps < 20; steps++)
            REQUIRE(digests_check(&l, NULL, side, steps, side << 32 | steps, "native"));
    assert_int_equal(l.count, 400);
    REQUIRE(digests_check(&l, NULL, 7, 3, (uint64_t)7 << 32 | 3, "0.0"));
    assert_int_equal(digests_check(&l, NULL, 7, 3, (uint64_t)3 << 32 | 7, "0.0"), OHM_DEVICE_FAILED);
    SAID("after 3 steps of 7 x 7");
    digests_free(&l);
}

static void digests_of_other_models_are_others(void **state) {
    (void)state;
    char vteam[] = "vteam"; // the same text elsewhere
    digests l = {0};
    REQUIRE(digests_check(&l, NULL, 64, 10, 1, "native"));
    REQUIRE(digests_check(&l, "vteam", 64, 10, 2, "native"));
    REQUIRE(digests_check(&l, "mmss", 64, 10, 3, "native"));
    REQUIRE(digests_check(&l, vteam, 64, 10, 2, "0.0"));
    assert_int_equal(l.count, 3);
    assert_int_equal(digests_check(&l, vteam, 64, 10, 3, "0.0"), OHM_DEVICE_FAILED);
    assert_int_equal(digests_check(&l, NULL, 64, 10, 2, "0.0"), OHM_DEVICE_FAILED);
    digests_free(&l);
}

static void long_names_are_cut(void **state) {
    (void)state;
    digests l = {0};
    char name[400];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    REQUIRE(digests_check(&l, NULL, 1, 1, 1, name));
    assert_int_equal(digests_check(&l, NULL, 1, 1, 2, name), OHM_DEVICE_FAILED);
    digests_free(&l);
}

// ---- Laws -------------------------------------------------------------------------------------

// Of 1, 2, 2, 7: mean 3, deviations −2, −1, −1, 4: μ₂ = 22/4, μ₄ = (16 + 1 + 1 + 256)/4.
static void moments_are_those_of_the_values(void **state) {
    (void)state;
    moments_sum s = {0};
    moments_add(&s, (const float[]){1, 2}, 2);
    moments_add(&s, NULL, 0);
    moments_add(&s, (const float[]){2, 7}, 2);
    const moments m = moments_of(&s);
    NEAR(m.mean, 3);
    NEAR(m.std, sqrt(5.5));
    NEAR(m.mean_error, sqrt(5.5) / 2);
    NEAR(m.std_error, sqrt(68.5 - 5.5 * 5.5) / (2 * sqrt(5.5)) / 2);
}

static void moments_of_a_constant_have_no_spread(void **state) {
    (void)state;
    moments_sum s = {0};
    for (int i = 0; i < 100; i++) moments_add(&s, (const float[]){1e-9f}, 1);
    const moments m = moments_of(&s);
    NEAR(m.mean, (double)1e-9f);
    NEAR(m.std, 0);
    NEAR(m.mean_error, 0);
    NEAR(m.std_error, 0);
}

// Six times √2 standard errors, and a millionth for rounding.
static void laws_are_the_same_within_chance(void **state) {
    (void)state;
    const moments ours = {.mean = 2, .std = 1, .mean_error = 0.01, .std_error = 0.005};
    const double mean = 6 * sqrt(2) * 0.01, std = mean / 2, in = 0.999, out = 1.001;
    REQUIRE(moments_check(&ours, 3, 2, 1));
    REQUIRE(moments_check(&ours, 3, 2 + in * mean, 1 - in * std));
    REQUIRE(moments_check(&ours, 3, 2 - in * mean, 1 + in * std));
    assert_int_equal(moments_check(&ours, 3, 2 + out * mean, 1), OHM_DEVICE_FAILED);
    SAID("different results: after 3 steps mean 2.08494 and std 1, not 2 and 1");
    assert_int_equal(moments_check(&ours, 3, 2 - out * mean, 1), OHM_DEVICE_FAILED);
    assert_int_equal(moments_check(&ours, 3, 2, 1 + out * std), OHM_DEVICE_FAILED);
    assert_int_equal(moments_check(&ours, 3, 2, 1 - out * std), OHM_DEVICE_FAILED);
    assert_int_equal(moments_check(&ours, 3, NAN, 1), OHM_DEVICE_FAILED);
    assert_int_equal(moments_check(&ours, 3, 2, NAN), OHM_DEVICE_FAILED);
    const moments still = {.mean = 1e-9};
    REQUIRE(moments_check(&still, 1, 1e-9 * (1 + 9e-7), 0));
    assert_int_equal(moments_check(&still, 1, 1e-9 * (1 + 2e-6), 0), OHM_DEVICE_FAILED);
}

// Read in parts, since 4096 columns fit 1024 times into what is read at once.
static void a_crossbars_moments_are_its_statistics(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    ohm_devices *devices;
    ohm_crossbar *c;
    ohm_statistics s;
    moments m;
    d.rows = 1030;
    d.cols = 4096;
    REQUIRE(ohm_devices_open("native", &devices));
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_advance(c, 5));
    REQUIRE(ohm_crossbar_statistics(c, &s));
    REQUIRE(moments_read(c, &m));
    assert_true(fabs(m.mean - s.state_mean) < 1e-8 && fabs(m.std - s.state_std) < 1e-8);
    NEAR(m.mean_error, m.std / sqrt(1030.0 * 4096));
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_of_an_odd_number_are_samples),
        cmocka_unit_test(quantiles_lie_between_samples),
        cmocka_unit_test(quantiles_of_few),
        cmocka_unit_test(more_samples_than_fit_are_let_go),
        cmocka_unit_test(lines_through_points_are_found),
        cmocka_unit_test(lines_are_the_nearest_by_least_squares),
        cmocka_unit_test(lines_need_two_points),
        cmocka_unit_test(rates_and_times_of_a_row),
        cmocka_unit_test(what_was_not_measured_is_0),
        cmocka_unit_test(the_rate_of_frames_is_theirs),
        cmocka_unit_test(a_launch_moves_8_bytes_a_synapse),
        cmocka_unit_test(rows_are_told_apart),
        cmocka_unit_test(kinds_and_states_have_names),
        cmocka_unit_test(what_computes_currents_or_states_has_a_digest),
        cmocka_unit_test(a_sweep_is_a_part_of_a_solution),
        cmocka_unit_test(the_lower_limit_is_what_counts),
        cmocka_unit_test(ceilings_may_work_on_fewer_synapses),
        cmocka_unit_test_teardown(rows_are_related_to_the_native_engine, forget),
        cmocka_unit_test_teardown(other_parts_and_sizes_are_left_alone, forget),
        cmocka_unit_test_teardown(peers_are_related_too, forget),
        cmocka_unit_test_teardown(what_is_skipped_or_lost_relates_to_nothing, forget),
        cmocka_unit_test_teardown(without_auto_the_same_fuse_counts, forget),
        cmocka_unit_test_teardown(models_are_related_to_their_device_spread_and_numpy, forget),
        cmocka_unit_test_teardown(models_that_were_not_measured_relate_to_nothing, forget),
        cmocka_unit_test_teardown(readouts_are_related_to_copies_and_numpy, forget),
        cmocka_unit_test_teardown(lost_readouts_relate_to_nothing, forget),
        cmocka_unit_test_teardown(wires_are_related_to_ideal_lines_and_the_native_engine, forget),
        cmocka_unit_test_teardown(slopes_are_found, forget),
        cmocka_unit_test_teardown(small_sizes_are_left_out, forget),
        cmocka_unit_test_teardown(other_rows_bend_no_slope, forget),
        cmocka_unit_test_teardown(a_slope_needs_two_sizes, forget),
        cmocka_unit_test(digests_are_held_against_each_other),
        cmocka_unit_test(digests_of_other_crossbars_are_others),
        cmocka_unit_test(digests_of_other_models_are_others),
        cmocka_unit_test(long_names_are_cut),
        cmocka_unit_test(moments_are_those_of_the_values),
        cmocka_unit_test(moments_of_a_constant_have_no_spread),
        cmocka_unit_test(laws_are_the_same_within_chance),
        cmocka_unit_test(a_crossbars_moments_are_its_statistics),
    };
    return cmocka_run_group_tests_name("bench", tests, NULL, NULL);
}
