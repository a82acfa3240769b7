// Experiment files: INI texts (ini.h) whose keys are the long names of a command's options. Those before any
// section are options of the whole run; a section is a phase of it, with a stimulus, steps, and an idle time
// behind them; or one that programs, in so many steps at most, or reads, with the options of these commands.
// Paths in it are relative to the file.
//
//     neurons = 512
//     model = vteam
//
//     [write]
//     stimulus = pattern:file=cross.png
//     steps = 200
//
//     [rest]
//     idle = 3600
//
//     [measure]
//     read = vectors.npy
//     output = currents.npy
#ifndef CLI_EXPERIMENT_H
#define CLI_EXPERIMENT_H

#include "options.h"
#include "task.h"

typedef struct phase {
    const char *name;
    uint64_t steps, first;  // the step it begins at
    double idle;            // s, behind the steps
    const char *stimulus;   // or NULL: as before; begins with the phase unless it says otherwise
    unsigned given;         // which of its keys were there
    const task_class *task; // or NULL: it takes steps with the stimulus
    void *object;           // of the task
    uint64_t set;           // bits of the task's options that were there
} phase;

typedef struct experiment {
    const char *path; // of the file, as it was given
    phase *phases;
    size_t count;
    char **texts; // what the options and phases point to
    size_t text_count;
} experiment;

// Reads a file, and sets the options of a command in object that are not among *given, the ones of the
// command line, which it adds those to. An option that the command line contradicts by another of a group is
// left out: either_of and either_or are bits of two such groups. Errors: OHM_IO_FAILED, OHM_BAD_FILE with the
// line: an unknown key, one given twice, a value that its option refuses, a phase without steps and idle
// time.
ohm_status experiment_read(const char *path, const command *c, void *object, uint64_t *given,
                           uint64_t either_of, uint64_t either_or, experiment *e);
void experiment_free(experiment *e);

// Spells out the phases' stimuli, with the scale of the model that they drive, so that nothing of a phase
// stays in the next one. Errors: OHM_BAD_ARGUMENT (the model), OHM_OUT_OF_MEMORY.
ohm_status experiment_spell_out(experiment *e, const char *model);

// Whether every phase that begins after a step could be run with this definition. One that begins at once is
// checked when it does, before any step. The others are checked again then, as their files may have changed.
// Errors: those of ohm_definition_check, with the phase.
ohm_status experiment_check(const experiment *e, const ohm_definition *d, uint64_t step);

// Whether the crossbar of the file from, described by info, comes from this experiment, as far as the stimuli
// that drove it say. first is the stimulus of a first phase that has none; NULL: the model's own. Errors:
// OHM_BAD_ARGUMENT.
ohm_status experiment_check_history(const experiment *e, const char *from, const ohm_file_info *info,
                                    const char *first);

// Whether a file that is to be written is none that the experiment is read from. Errors: OHM_BAD_ARGUMENT.
ohm_status experiment_check_output(const experiment *e, const char *path);

// All steps of all phases.
uint64_t experiment_steps(const experiment *e);

// What is left of a phase, for a crossbar at this step that has been idle for *idle s, of which what belongs
// to the phase is taken away.
phase experiment_left(const phase *p, uint64_t step, double *idle);

#endif
