#include "ranks.h"
#include "../base/error.h"
#include "../base/threads.h"
#include "../ohmscape_ranks.h"
#include "cli.h"
#include "guard.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// Rank 0 tells what concerns all. Where a rank fails alone, one of its host does.
static bool is_to_tell(ohm_status status) {
    const char *local = getenv("OMPI_COMM_WORLD_LOCAL_RANK");
    if (ohm_ranks_rank() == 0) return true;
    return status == OHM_NO_DEVICE && local && atoi(local) == 0;
}

static void tell(ohm_status status) {
    char host[64] = "";
    if (!is_to_tell(status)) return;
    if (ohm_ranks_rank() > 0 && gethostname(host, sizeof host - 1) == 0)
        error_in(status, "rank %d on %s", ohm_ranks_rank(), host);
    cli_fail(status);
}

// PoCL would take all processors of the machine for each rank, too.
static void limit_pocl(void) {
    char count[16];
    const char *chosen = getenv("OMP_NUM_THREADS");
    if (chosen && *chosen) return;
    snprintf(count, sizeof count, "%d", threads_count());
    setenv("POCL_MAX_PTHREAD_COUNT", count, 0);
    setenv("POCL_CPU_MAX_CU_COUNT", count, 0);
}

// Rank 0 answers to signals, and tells the others what to do; who starts ranks sends them to all.
static int serve(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    guard_start(false, true);
    const ohm_status status = ohm_ranks_serve();
    const ohm_status left = ohm_ranks_leave();
    return status || left ? EXIT_FAILURE : EXIT_SUCCESS;
}

bool ranks_begin(int *code) {
    if (!ohm_ranks_launched()) return true;
    const ohm_status status = ohm_ranks_join(NULL);
    if (status) {
        tell(status);
        *code = status == OHM_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILURE;
        return false;
    }
    if (ohm_ranks_count() > 1) limit_pocl();
    setenv("OHMSCAPE_RANKS", "off", 1); // programs that this one starts are no ranks
    if (ohm_ranks_rank() == 0) return true;
    *code = serve();
    return false;
}

int ranks_end(int code) {
    const ohm_status status = ohm_ranks_leave();
    return code || !status ? code : cli_fail(status);
}
