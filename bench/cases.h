// The cases that are measured side by side: rows in the results, and what has to be there to measure them.
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include "rounds.h"

#define CASES_MAX 512

// Something that cases work on, and how it ends.
typedef struct prop {
    void *object;
    void (*destroy)(void *object);
} prop;

typedef struct case_list {
    const char *part;
    uint64_t side;
    size_t count, prop_count, first_row;
    bench_case item[CASES_MAX];
    prop prop[CASES_MAX];
} case_list;

// An empty one, for a part of the benchmark and crossbars of side × side. Errors: OHM_OUT_OF_MEMORY.
ohm_status cases_create(const bench *b, const char *part, uint64_t side, case_list **l);

// Ends all that its cases work on. Legal on NULL.
void cases_destroy(case_list *l);

// A row of these cases, so far without measurements.
bench_row cases_row(const case_list *l, row_kind kind, const char *device);

// Adds a row and its case. Errors: OHM_OUT_OF_MEMORY.
ohm_status cases_add(bench *b, case_list *l, const bench_row *r, const bench_case *e);

// Hands over what cases work on, to be ended with the list.
void cases_own(case_list *l, void *object, void (*destroy)(void *object));

// Adds a row that can't be measured, for the reason that the last error tells: skipped if there is not the
// memory, the disk or no such device, else lost. Errors: OHM_OUT_OF_MEMORY.
ohm_status cases_fail(bench *b, bench_row r, ohm_status reason);

// Runs the rounds, relates its rows and prints them. Errors: as rounds_run.
ohm_status cases_run(bench *b, case_list *l);

// ---- Cases -----------------------------------------------------------------------------------

// A crossbar on a device with each of these numbers of steps a launch (0: auto), and with a thread only as
// well if that is asked for and the device is the native engine. *fuse is what auto stands for.
ohm_status cases_add_crossbar(bench *b, case_list *l, contender *c, const number_list *fuses, bool thread,
                              unsigned *fuse);

// A crossbar of which the device may hold so many bytes at a time, and the others rest in the host's "memory"
// or in a "file" in a folder; with rests NULL the whole of it stays on the device.
ohm_status cases_add_streamed(bench *b, case_list *l, contender *c, uint64_t memory, const char *rests,
                              const char *folder);

// A crossbar of so many rows, on a device, with steps a launch as auto chooses, for this row. The text says
// what else its digests are of, if it is not square (digests.h); else NULL.
ohm_status cases_add_rows(bench *b, case_list *l, contender *c, const bench_row *row, uint64_t rows,
                          const char *shape);

// A crossbar of a model with its own voltages, on a device and with so many steps a launch. plain is the same
// model without a spread, if it has one, else NULL. *crossbar is it, the list's, or NULL if it can't be.
ohm_status cases_add_model(bench *b, case_list *l, contender *c, const char *model, const char *plain,
                           unsigned fuse, ohm_crossbar **crossbar);

// The device's ceilings, with so many steps a launch.
ohm_status cases_add_ceilings(bench *b, case_list *l, contender *c, unsigned fuse);

// Copying the state alone.
ohm_status cases_add_copy(bench *b, case_list *l, contender *c);

#endif
