// Who takes part in a heat: rows in the results, and what has to be there to measure them.
#ifndef BENCH_LINEUP_H
#define BENCH_LINEUP_H

#include "heat.h"

#define LINEUP_MAX 512

// Something that entrants work on, and how it ends.
typedef struct prop {
    void *object;
    void (*destroy)(void *object);
} prop;

typedef struct lineup {
    const char *part;
    uint64_t side;
    size_t count, prop_count, first_row;
    entrant entrant[LINEUP_MAX];
    prop prop[LINEUP_MAX];
} lineup;

// An empty one, for a part of the benchmark and crossbars of side × side. Errors: OHM_OUT_OF_MEMORY.
ohm_status lineup_create(const bench *b, const char *part, uint64_t side, lineup **l);

// Ends all that its entrants work on. Legal on NULL.
void lineup_destroy(lineup *l);

// A row of this lineup, so far without measurements.
bench_row lineup_row(const lineup *l, row_kind kind, const char *device);

// Adds a row and its entrant. Errors: OHM_OUT_OF_MEMORY.
ohm_status lineup_add(bench *b, lineup *l, const bench_row *r, const entrant *e);

// Hands over what entrants work on, to be ended with the lineup.
void lineup_own(lineup *l, void *object, void (*destroy)(void *object));

// Adds a row that can't be measured, for the reason that the last error tells: skipped if there is not the
// memory or no such device, else lost. Errors: OHM_OUT_OF_MEMORY.
ohm_status lineup_fail(bench *b, bench_row r, ohm_status reason);

// Runs the heat, relates its rows and prints them. Errors: as heat_run.
ohm_status lineup_run(bench *b, lineup *l);

// ---- Entrants -----------------------------------------------------------------------------------

// A crossbar on a device with each of these numbers of steps a launch (0: auto), and with a thread only as
// well if that is asked for and the device is the native engine. *fuse is what auto stands for.
ohm_status lineup_add_crossbar(bench *b, lineup *l, contender *c, const number_list *fuses, bool thread,
                               unsigned *fuse);

// A crossbar of a model with its own voltages, on a device and with so many steps a launch. plain is the same
// model without a spread, if it has one, else NULL. *crossbar is it, the lineup's, or NULL if it can't be.
ohm_status lineup_add_model(bench *b, lineup *l, contender *c, const char *model, const char *plain,
                            unsigned fuse, ohm_crossbar **crossbar);

// The device's ceilings, with so many steps a launch.
ohm_status lineup_add_ceilings(bench *b, lineup *l, contender *c, unsigned fuse);

// Both: all that a device can show. The ceilings are left out if its crossbar can't be.
ohm_status lineup_add_device(bench *b, lineup *l, contender *c, const number_list *fuses);

#endif
