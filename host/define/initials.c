// The initial states: distributions, and a matrix from a file.
#define OHM_LANES 1
#define OHM_TABLES
#include "catalogue.h"

#include "../../kernels/distributions.h"

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define ENTRY(name, unused)                                                                                  \
    static const catalogue_entry name##_entry = {.about = &name##_about,                                     \
                                                 .own = name##_initial,                                      \
                                                 .own_count = COUNT_OF(name##_initial),                      \
                                                 .count = COUNT_OF(name##_initial)};
#define LISTED(name, unused) &name##_entry,

OHM_DISTRIBUTIONS(ENTRY, )

static const char *const quantities[] = {"x", "state", "auto", NULL};

static const ohm_about file_about = {
    .name = "file",
    .summary = "one value per device, from a matrix in a .npy or HDF5 file",
    .equation = "x_ij from 0, least conductive, to 1, most conductive;  or the state itself, in its own unit",
};

static const ohm_parameter file_parameters[] = {
    {"path", "F", "1", 0, 0, 0, "file: .npy, or HDF5 with /state or a single matrix", OHM_NO_SLOT,
     .text = SPEC_PATH},
    {"quantity", "q", "1", 2, 0, 2, "x, state or auto, which is state of a saved crossbar, else x",
     OHM_NO_SLOT, .choices = quantities},
};

const catalogue_entry catalogue_initial_file = {.about = &file_about,
                                                .own = file_parameters,
                                                .own_count = COUNT_OF(file_parameters),
                                                .count = COUNT_OF(file_parameters)};

const catalogue_entry *const catalogue_initials[] = {OHM_DISTRIBUTIONS(LISTED, ) & catalogue_initial_file,
                                                     NULL};
