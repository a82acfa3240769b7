// ohmscape-view: the commands that draw. `ohmscape view` and `ohmscape figure` hand over to it.
#include "../host/cli/ranks.h"
#include "options.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const command *const commands[] = {&command_view, &command_figure};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

// The command is argv[0] when ohmscape hands over, and argv[1] when this program is called by hand.
static int run(int argc, char **argv) {
    for (int shift = 0; shift < 2 && shift < argc; shift++)
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            if (strcmp(argv[shift], commands[i]->name) == 0)
                return commands[i]->run(argc - shift, argv + shift);
    ohm_fail(OHM_BAD_ARGUMENT, "ohmscape-view needs a command: view or figure");
    return cli_fail(OHM_BAD_ARGUMENT);
}

int main(int argc, char **argv) {
    int code;
    cli_start();
    H5dont_atexit(); // as in host/cli/main.c
    if (argc == 2 && strcmp(argv[1], "--manual-options") == 0) {
        options_print_manual(commands, COMMAND_COUNT);
        return EXIT_SUCCESS;
    }
    return ranks_begin(&code) ? ranks_end(run(argc, argv)) : code;
}
