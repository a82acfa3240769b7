#include "trouble.h"
#include "cli.h"
#include "../base/error.h"

#include <stdlib.h>
#include <string.h>

static const char *message_of(const troubles *t, int i) {
    return t->kept[i].message ? t->kept[i].message : "out of memory for a message";
}

static char *copy_of(const char *text) {
    return text ? strdup(text) : NULL;
}

void troubles_note(troubles *t, ohm_status status) {
    if (!status || t->count == TROUBLE_MOST) return;
    for (int i = 0; i < t->count; i++)
        if (strcmp(message_of(t, i), ohm_error_message()) == 0) return;
    t->kept[t->count++] = (trouble){status, copy_of(ohm_error_message()), copy_of(ohm_error_hint())};
}

const char *troubles_first(const troubles *t) {
    return t->count ? message_of(t, 0) : NULL;
}

int troubles_tell(troubles *t) {
    int code = EXIT_SUCCESS;
    for (int i = 0; i < t->count; i++) {
        trouble *one = &t->kept[i];
        ohm_fail(one->status, "%s", message_of(t, i));
        if (one->hint) ohm_fail_hint("%s", one->hint);
        const int its = cli_fail(one->status);
        if (!i) code = its;
        free(one->message);
        free(one->hint);
    }
    t->count = 0;
    return code;
}
