// ohmscape: finds commands by name, in this program or in those next to it.
#include "cli.h"
#include "../base/error.h"
#include "commands.h"
#include "ranks.h"

#include <errno.h>
#include <hdf5.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const command *const commands[] = {&command_run,   &command_iv,     &command_devices, &command_models,
                                          &command_info,  &command_export, &command_read,    &command_program,
                                          &command_train, &command_test};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

// Commands of other programs, so that this one needs no graphics library.
static const struct {
    const char *name, *program, *summary;
} others[] = {
    {"view", "ohmscape-view", "Watch a crossbar change"},
    {"figure", "ohmscape-view", "Draw the paper's Figure 1"},
    {"bench", "ohmscape-bench", "Measure throughput"},
};
#define OTHER_COUNT (sizeof others / sizeof others[0])

static bool program_there(const char *program) {
    char path[2 * PATH_MAX];
    cli_program_path(program, path, sizeof path);
    return access(path, X_OK) == 0;
}

static void print_help(FILE *out) {
    fprintf(out, "Usage: ohmscape COMMAND [OPTION]...\n"
                 "Simulates memristor crossbars on OpenCL devices and in C.\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-10s%s\n", commands[i]->name, commands[i]->summary);
    for (size_t i = 0; i < OTHER_COUNT; i++)
        if (program_there(others[i].program)) fprintf(out, "  %-10s%s\n", others[i].name, others[i].summary);
    fprintf(out, "\n`ohmscape COMMAND --help` describes a command; --version prints the version.\n");
}

// Replaces this process with one of the other programs.
static int hand_over(size_t i, char **argv) {
    char path[2 * PATH_MAX];
    cli_program_path(others[i].program, path, sizeof path);
    execv(path, argv);
    ohm_fail(OHM_NO_DEVICE, "%s needs the program %s: %s: %s", others[i].name, others[i].program, path,
             strerror(errno));
    return cli_fail(OHM_NO_DEVICE);
}

static int unknown(const char *name) {
    ohm_fail(OHM_BAD_ARGUMENT, name[0] == '-' ? "unknown option %s" : "unknown command \"%s\"", name);
    ohm_fail_hint("`ohmscape --help` lists the commands");
    return cli_fail(OHM_BAD_ARGUMENT);
}

// Runs a command of this program, or tells about it.
static int run(int argc, char **argv) {
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
        print_help(stdout);
    else if (strcmp(name, "--version") == 0)
        printf("ohmscape %s\n", OHM_VERSION);
    else if (strcmp(name, "--manual-options") == 0)
        options_print_manual(commands, COMMAND_COUNT);
    else {
        for (size_t i = 0; i < COMMAND_COUNT; i++)
            if (strcmp(name, commands[i]->name) == 0) return commands[i]->run(argc - 1, argv + 1);
        return unknown(name);
    }
    const ohm_status status = cli_flush();
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    int code;
    cli_start();
    // We close every file ourselves. After a failed flush, HDF5 1.10 would crash in its exit handler.
    H5dont_atexit();
    // Other programs join their ranks themselves.
    for (size_t i = 0; i < OTHER_COUNT && argc > 1; i++)
        if (strcmp(argv[1], others[i].name) == 0) return hand_over(i, argv + 1);
    return ranks_begin(&code) ? ranks_end(run(argc, argv)) : code;
}
