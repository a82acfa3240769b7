// Creating crossbars, new ones and those that a file is read into.
#ifndef OHM_CREATE_H
#define OHM_CREATE_H

#include "crossbar.h"

// Creates a crossbar, as ohm_crossbar_create, to which a saved one is then copied: its stimulus is read from
// inputs that were saved (input_get), and its state is of no defined content. inputs is NULL for a new one.
ohm_status crossbar_create(ohm_devices *devices, const ohm_definition *definition, const input_set *inputs,
                           ohm_crossbar **crossbar);

#endif
