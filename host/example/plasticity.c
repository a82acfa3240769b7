// Example of libohmscape: the standard deviation of a crossbar's states grows under random voltages.
//
//   cc plasticity.c $(pkg-config --cflags --libs ohmscape) -o plasticity && ./plasticity 512 100 10
#include <ohmscape.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static ohm_status watch(ohm_crossbar *crossbar, uint64_t steps, uint64_t every) {
    ohm_status status = OHM_OK;
    printf("%8s %10s %10s\n", "step", "mean", "std");
    while (!status && ohm_crossbar_step(crossbar) < steps) {
        ohm_statistics s;
        status = ohm_crossbar_advance(crossbar, every);
        if (!status) status = ohm_crossbar_statistics(crossbar, &s);
        if (!status)
            printf("%8" PRIu64 " %10.6f %10.6f\n", ohm_crossbar_step(crossbar), s.state_mean, s.state_std);
    }
    return status;
}

int main(int argc, char **argv) {
    ohm_devices *devices = NULL;
    ohm_crossbar *crossbar = NULL;
    ohm_definition definition = ohm_definition_default();
    uint64_t digest = 0;
    definition.rows = definition.cols = argc > 1 ? strtoull(argv[1], NULL, 10) : 512;
    const uint64_t steps = argc > 2 ? strtoull(argv[2], NULL, 10) : 100;
    const uint64_t every = argc > 3 ? strtoull(argv[3], NULL, 10) : 10;

    ohm_status status = ohm_devices_open("auto", &devices);
    if (!status) status = ohm_crossbar_create(devices, &definition, &crossbar);
    if (!status) status = watch(crossbar, steps, every ? every : 1);
    if (!status) status = ohm_crossbar_digest(crossbar, &digest);
    if (!status)
        printf("digest %016" PRIx64 " on %s\n", digest, ohm_devices_info(devices, 0)->name);
    else
        fprintf(stderr, "%s\n", ohm_error_message());
    ohm_crossbar_destroy(crossbar);
    ohm_devices_close(devices);
    return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
