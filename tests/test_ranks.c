// Several ranks: what travels between them, what does not go together, and ranks that are lost. Rank 1 is
// this program, started again (pipes.h); with MPI they are tested by ranks.bats.
#include "sample.h"
#include "pipes.h"

#include "../host/define/plan.h"
#include "../host/engine/remote/hello.h"
#include "../host/engine/remote/join.h"
#include "../host/engine/remote/remote.h"
#include "../host/ohmscape_ranks.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

// ---- Rank 1 -----------------------------------------------------------------------------------

// Says hello as it is told, and returns whether rank 0 accepts it.
static bool is_accepted(const char *role) {
    hello h;
    peer *zero;
    size_t bytes = sizeof h;
    hello_make(&h);
    if (strcmp(role, "another version") == 0) h.version[0] = '9';
    if (strcmp(role, "another byte order") == 0) h.byte_order = 0x04030201;
    if (strcmp(role, "other kernels") == 0) h.kernels++;
    if (strcmp(role, "another build") == 0) h.sizes[2]++;
    if (strcmp(role, "another program") == 0) memcpy(&h, "GET / HT", 8);
    if (strcmp(role, "a short hello") == 0) bytes = 5;
    if (peer_create(&pipes, 0, &zero)) return true;
    if (peer_send(zero, &(message_part){&h, bytes}, 1) || peer_receive(zero, &bytes)) return true;
    const bool accepted = zero->received[0] || zero->received[1] || zero->received[2] || zero->received[3];
    peer_destroy(zero);
    return accepted;
}

static int play_role(const char *role) {
    if (strcmp(role, "silent") == 0) {
        pause();
        return 1;
    }
    if (strcmp(role, "gone") == 0) return 0;
    if (strcmp(role, "serve") != 0) return is_accepted(role) ? 1 : 3;
    if (join_by(&pipes, 2) || ohm_ranks_serve()) return 1;
    return ohm_ranks_leave() ? 1 : 0;
}

// ---- What travels -----------------------------------------------------------------------------

static double clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void assert_failed(ohm_status status, ohm_status expected, const char *part) {
    if (status != expected || !strstr(ohm_error_message(), part))
        fail_msg("%s: \"%s\", not \"%s\"", ohm_status_name(status), ohm_error_message(), part);
}

static pid_t start(const char *patience) {
    setenv("OHMSCAPE_RANK_TIMEOUT", patience, 1);
    const pid_t other = pipes_start("serve");
    REQUIRE(join_by(&pipes, 2));
    return other;
}

static void end(pid_t other) {
    REQUIRE(ohm_ranks_leave());
    assert_int_equal(pipes_end(other), 0);
}

static ohm_definition definition_of(uint64_t rows, uint64_t cols) {
    ohm_definition d = ohm_definition_default();
    d.rows = rows;
    d.cols = cols;
    d.seed = 5;
    return d;
}

static void devices_have_the_names_of_their_ranks(void **state) {
    (void)state;
    ohm_device_info *list;
    ohm_devices *devices;
    size_t count;
    const pid_t other = start("60");
    assert_int_equal(ohm_ranks_count(), 2);
    assert_int_equal(ohm_ranks_rank(), 0);
    assert_string_equal(ohm_ranks_host(0), ohm_ranks_host(1));
    assert_string_equal(ohm_ranks_host(2), "");
    REQUIRE(ohm_devices_list(&list, &count));
    assert_string_equal(list[0].id, "0:native");
    assert_true(count % 2 == 0); // both are on this machine
    assert_string_equal(list[count / 2].id, "1:native");
    ohm_devices_list_free(list);
    REQUIRE(ohm_devices_open("1:native,native", &devices));
    assert_int_equal(ohm_devices_count(devices), 3);
    assert_string_equal(ohm_devices_info(devices, 0)->id, "1:native");
    assert_string_equal(ohm_devices_info(devices, 1)->id, "0:native");
    assert_string_equal(ohm_devices_info(devices, 2)->id, "1:native");
    ohm_devices_close(devices);
    assert_failed(ohm_devices_open("2:native", &devices), OHM_BAD_ARGUMENT, "there is no rank 2");
    assert_failed(ohm_devices_open("99999999999:native", &devices), OHM_BAD_ARGUMENT, "there is no rank 9");
    assert_failed(ohm_devices_open("1:63.63", &devices), OHM_NO_DEVICE, "no OpenCL device 63.63 on rank 1 (");
    assert_failed(ohm_devices_open("1:", &devices), OHM_BAD_ARGUMENT, "unknown device \"1:\"");
    assert_failed(ohm_devices_open("1:1:native", &devices), OHM_BAD_ARGUMENT, "unknown device");
    assert_failed(ohm_devices_open(":native", &devices), OHM_BAD_ARGUMENT, "unknown device");
    assert_null(devices);
    end(other);
    REQUIRE(ohm_devices_open("0:native", &devices));
    assert_string_equal(ohm_devices_info(devices, 0)->id, "native");
    ohm_devices_close(devices);
    assert_failed(ohm_devices_open("1:native", &devices), OHM_BAD_ARGUMENT, "runs alone");
}

// Rows that are longer than a message, and many of them: whole rows, parts of them, and single devices.
static void states_travel_in_pieces(void **state) {
    (void)state;
    enum { WIDE = 300000, ROWS = 65, NARROW = 130, MANY = 3000 };
    const struct { uint64_t rows, cols; } shapes[] = {{ROWS, WIDE}, {MANY, NARROW}};
    const pid_t other = start("60");
    ohm_devices *there, *here;
    REQUIRE(ohm_devices_open("1:native", &there));
    REQUIRE(ohm_devices_open("0:native", &here));
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        const ohm_definition d = definition_of(shapes[i].rows, shapes[i].cols);
        ohm_crossbar *a = create(there, &d), *b = create(here, &d);
        const ohm_rectangle part = {3, 7, d.rows - 5, d.cols - 9};
        float *given = malloc(d.rows * d.cols * sizeof *given);
        for (uint64_t k = 0; k < part.rows * part.cols; k++) given[k] = (float)(k % 1013) / 1013;
        REQUIRE(ohm_crossbar_set_states(a, part, given));
        REQUIRE(ohm_crossbar_set_states(b, part, given));
        REQUIRE(ohm_crossbar_advance(a, 1));
        REQUIRE(ohm_crossbar_advance(b, 1));
        assert_same_state(a, b);
        free(given);
        ohm_crossbar_destroy(a);
        ohm_crossbar_destroy(b);
    }
    ohm_devices_close(there);
    ohm_devices_close(here);
    end(other);
}

// More launches than go ahead of the rank, so that it catches up in between.
static void many_launches_are_the_same(void **state) {
    (void)state;
    const pid_t other = start("60");
    ohm_devices *both, *here;
    ohm_definition d = definition_of(130, 70);
    d.fuse = 1;
    d.stimulus = "lines:lo=-1,hi=1"; // with a frame in each launch
    REQUIRE(ohm_devices_open("native", &both));
    REQUIRE(ohm_devices_open("0:native", &here));
    ohm_crossbar *a = create(both, &d), *b = create(here, &d);
    REQUIRE(ohm_crossbar_advance(a, 3000));
    REQUIRE(ohm_crossbar_advance(b, 3000));
    assert_same_state(a, b);
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
    ohm_devices_close(both);
    ohm_devices_close(here);
    end(other);
}

// A sanitizer ends rank 1 otherwise.
static void let_allocations_fail(const char *name) {
    const char *options = getenv(name);
    char more[512];
    snprintf(more, sizeof more, "%s:allocator_may_return_null=1", options ? options : "");
    setenv(name, more, 1);
}

static void failures_come_back(void **state) {
    (void)state;
    let_allocations_fail("ASAN_OPTIONS");
    let_allocations_fail("TSAN_OPTIONS");
    const pid_t other = start("60");
    plan checked;
    engine *e;
    buffer *b;
    remote_list *lists;
    remote_device *device;
    const ohm_definition d = definition_of(64, 64);
    REQUIRE(plan_make(&d, &checked));
    problem p = plan_problem(&checked, OHM_FRAME_NONE, 0);
    REQUIRE(remote_list_all(&lists));
    assert_failed(remote_open(1, "frobnicator", &lists[1].devices[0], &device), OHM_BAD_ARGUMENT,
                  "rank 1 on ");
    assert_non_null(strstr(ohm_error_message(), ": unknown device \"frobnicator\""));
    REQUIRE(remote_open(1, "native", &lists[1].devices[0], &device));
    p.lanes = 3;
    assert_failed(remote_engine_create(device, &p, NULL, &e), OHM_BAD_ARGUMENT, "3-lane");
    p.lanes = 1;
    REQUIRE(remote_engine_create(device, &p, NULL, &e));
    assert_int_equal(e->lanes, 1);
    assert_failed(e->class->create(e, (uint64_t)1 << 60, &b), OHM_OUT_OF_MEMORY, "out of memory");
    assert_null(b);
    REQUIRE(e->class->wait(e)); // it is told once
    e->class->destroy(e);
    remote_close(device);
    remote_list_free(lists);
    end(other);
}

// ---- What does not go together ----------------------------------------------------------------

static void ranks_that_differ_are_refused(void **state) {
    (void)state;
    const struct {
        const char *role, *message;
    } others[] = {
        {"another version", "do not go together: they are version 9"},
        {"another byte order", "rank 1 has another byte order"},
        {"other kernels", "their kernels differ"},
        {"another build", "of different builds"},
        {"another program", "another program"},
        {"a short hello", "another program"},
    };
    setenv("OHMSCAPE_RANK_TIMEOUT", "60", 1);
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        const pid_t other = pipes_start(others[i].role);
        assert_failed(join_by(&pipes, 2), OHM_BAD_ARGUMENT, others[i].message);
        assert_int_equal(pipes_end(other), 3); // it has been told
        assert_int_equal(ohm_ranks_count(), 1);
    }
}

static void a_bad_time_is_refused(void **state) {
    (void)state;
    const char *const bad[] = {"x", "0", "-1", "1s", "nan", "1e10"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        setenv("OHMSCAPE_RANK_TIMEOUT", bad[i], 1);
        const pid_t other = pipes_start("another one");
        assert_failed(join_by(&pipes, 2), OHM_BAD_ARGUMENT, "OHMSCAPE_RANK_TIMEOUT");
        assert_int_equal(pipes_end(other), 3);
    }
}

static void another_number_of_ranks_is_refused(void **state) {
    (void)state;
    const pid_t other = pipes_start("gone");
    assert_failed(join_by(&pipes, 4), OHM_NO_DEVICE,
                  "4 ranks were started, but a pair of sockets knows of 2");
    pipes_end(other);
}

// ---- Ranks that are lost ----------------------------------------------------------------------

static void one_that_says_nothing_is_not_waited_for(void **state) {
    (void)state;
    setenv("OHMSCAPE_RANK_TIMEOUT", "0.3", 1);
    const pid_t other = pipes_start("silent");
    const double before = clock_now();
    assert_failed(join_by(&pipes, 2), OHM_DEVICE_FAILED, "rank 1 has given no sign of life for 0.3 s");
    assert_non_null(strstr(ohm_error_hint(), "OHMSCAPE_RANK_TIMEOUT"));
    assert_true(clock_now() - before < 10);
    kill(other, SIGKILL);
    assert_int_equal(pipes_end(other), -SIGKILL);
}

static ohm_crossbar *crossbar_on(ohm_devices **devices) {
    const ohm_definition d = definition_of(300, 300);
    REQUIRE(ohm_devices_open("native", devices));
    return create(*devices, &d);
}

// What is on it is lost, and all that follows fails at once.
static void assert_lost(ohm_crossbar *c, ohm_devices *devices, const char *message) {
    const double before = clock_now();
    float value;
    ohm_devices *more;
    assert_failed(ohm_crossbar_advance(c, 5), OHM_DEVICE_FAILED, message);
    assert_true(clock_now() - before < 10);
    assert_failed(ohm_crossbar_get_states(c, (ohm_rectangle){299, 0, 1, 1}, &value), OHM_DEVICE_FAILED, "");
    assert_failed(ohm_devices_open("1:native", &more), OHM_DEVICE_FAILED, message);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    assert_failed(ohm_ranks_leave(), OHM_DEVICE_FAILED, message);
    REQUIRE(ohm_ranks_leave());
}

static void one_that_has_ended_is_noticed(void **state) {
    (void)state;
    ohm_devices *devices;
    const pid_t other = start("60");
    ohm_crossbar *c = crossbar_on(&devices);
    kill(other, SIGKILL);
    assert_lost(c, devices, " has ended");
    assert_int_equal(pipes_end(other), -SIGKILL);
}

static void one_that_is_stopped_is_noticed(void **state) {
    (void)state;
    ohm_devices *devices;
    const pid_t other = start("0.4");
    ohm_crossbar *c = crossbar_on(&devices);
    kill(other, SIGSTOP);
    assert_lost(c, devices, " has given no sign of life for 0.4 s");
    kill(other, SIGKILL);
    assert_int_equal(pipes_end(other), -SIGKILL);
}

static void one_that_computes_for_long_is_waited_for(void **state) {
    (void)state;
    ohm_devices *devices;
    const pid_t other = start("0.5");
    const ohm_definition d = definition_of(512, 512);
    REQUIRE(ohm_devices_open("1:native", &devices));
    ohm_crossbar *c = create(devices, &d);
    double took = 0;
    for (unsigned fuse = 16; took < 0.75; fuse *= 2) { // however slow it is, longer than its time in the end
        assert_in_range(fuse, 16, OHM_MAX_FUSE);
        REQUIRE(ohm_crossbar_set_fuse(c, fuse));
        const double before = clock_now();
        REQUIRE(ohm_crossbar_advance(c, fuse));
        took = clock_now() - before;
    }
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    end(other);
}

// Rank 0 ends without a word: nobody is left behind.
static void one_whose_rank_0_has_ended_ends(void **state) {
    (void)state;
    int pipe_of[2];
    pid_t left = 0;
    assert_int_equal(pipe(pipe_of), 0);
    const pid_t zero = fork();
    if (zero == 0) {
        const pid_t other = pipes_start("serve");
        if (join_by(&pipes, 2) == OHM_OK && write(pipe_of[1], &other, sizeof other) == sizeof other) pause();
        _exit(1);
    }
    assert_int_equal(read(pipe_of[0], &left, sizeof left), sizeof left);
    kill(zero, SIGKILL);
    pipes_end(zero);
    for (int i = 0; i < 200 && kill(left, 0) == 0; i++) usleep(50000);
    if (kill(left, 0) == 0) {
        char path[32], line[256] = "";
        snprintf(path, sizeof path, "/proc/%d/stat", left);
        FILE *f = fopen(path, "r"); // nobody may have taken note of its end here
        if (f && fgets(line, sizeof line, f) && !strstr(line, ") Z")) fail_msg("rank 1 goes on: %s", line);
        if (f) fclose(f);
    }
    close(pipe_of[0]);
    close(pipe_of[1]);
}

// ---- Who shares what --------------------------------------------------------------------------

static hello hello_on(const char *machine, int first, int count) {
    hello h;
    hello_make(&h);
    snprintf(h.machine, sizeof h.machine, "%s", machine);
    snprintf(h.host, sizeof h.host, "host-%s", machine);
    CPU_ZERO(&h.processors);
    for (int i = 0; i < count; i++) CPU_SET(first + i, &h.processors);
    return h;
}

static void ranks_of_a_machine_share_its_processors(void **state) {
    (void)state;
    const hello all[] = {
        hello_on("a", 0, 8), hello_on("b", 0, 8), hello_on("a", 0, 8), hello_on("a", 0, 8),
        hello_on("b", 8, 4), hello_on("c", 0, 1), hello_on("c", 0, 1),
    };
    const unsigned shares[] = {3, 0, 3, 2, 0, 1, 1};
    const int machines[] = {0, 1, 0, 0, 1, 2, 2}, places[] = {0, 0, 1, 2, 1, 0, 1};
    rank_entry entries[COUNT_OF(all)] = {0};
    hello_place(all, entries, COUNT_OF(all));
    for (int i = 0; i < (int)COUNT_OF(all); i++) {
        assert_int_equal(hello_share(all, i, COUNT_OF(all)), shares[i]);
        assert_int_equal(entries[i].machine, machines[i]);
        assert_int_equal(entries[i].local, places[i]);
        assert_string_equal(entries[i].host, all[i].host);
    }
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(devices_have_the_names_of_their_ranks),
        cmocka_unit_test(states_travel_in_pieces),
        cmocka_unit_test(many_launches_are_the_same),
        cmocka_unit_test(failures_come_back),
        cmocka_unit_test(ranks_that_differ_are_refused),
        cmocka_unit_test(a_bad_time_is_refused),
        cmocka_unit_test(another_number_of_ranks_is_refused),
        cmocka_unit_test(one_that_says_nothing_is_not_waited_for),
        cmocka_unit_test(one_that_has_ended_is_noticed),
        cmocka_unit_test(one_that_is_stopped_is_noticed),
        cmocka_unit_test(one_that_computes_for_long_is_waited_for),
        cmocka_unit_test(one_whose_rank_0_has_ended_ends),
        cmocka_unit_test(ranks_of_a_machine_share_its_processors),
    };
    const char *role = pipes_take(argc, argv);
    return role ? play_role(role) : cmocka_run_group_tests(tests, NULL, NULL);
}
