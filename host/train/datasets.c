#include "datasets.h"

#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *path, *package;
} known[] = {
    {"fashion-mnist", "/usr/share/datasets/fashion-mnist", "dataset-fashion-mnist"},
    {"digits", "/usr/lib/python3/dist-packages/sklearn/datasets/data/digits.csv.gz", "python3-sklearn"},
};

enum { KNOWN = sizeof known / sizeof known[0] };

static int place_of(const char *name) {
    int i = 0;
    while (i < KNOWN && strcmp(name, known[i].name) != 0) i++;
    return i;
}

bool datasets_have(const char *name) {
    return place_of(name) < KNOWN;
}

ohm_status datasets_find(const char **name) {
    const int i = place_of(*name);
    if (i == KNOWN) return OHM_OK;
    *name = known[i].path;
    if (access(*name, R_OK) == 0) return OHM_OK;
    ohm_fail(OHM_IO_FAILED, "the data set %s is not installed: there is no %s", known[i].name, known[i].path);
    ohm_fail_hint("apt install %s", known[i].package);
    return OHM_IO_FAILED;
}
