// The commands of ohmscape that need no other program.
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "../ohmscape_train.h"
#include "options.h"

extern const command command_run, command_iv, command_devices, command_models, command_info, command_export,
    command_read, command_program, command_train, command_test;

// One thread for a network of small layers.
void train_choose_threads(const ohm_training *t);

#endif
