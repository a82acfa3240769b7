#include "gnuplot.h"
#include "child.h"

#include <stdlib.h>
#include <string.h>

static bool ends_in(const char *path, const char *ending) {
    const size_t length = strlen(path), end = strlen(ending);
    return length > end && strcmp(path + length - end, ending) == 0;
}

bool gnuplot_knows(const char *path) {
    return ends_in(path, ".png") || ends_in(path, ".svg");
}

ohm_status gnuplot_check(void) {
    const char *const version[] = {"gnuplot", "--version", NULL};
    char *text;
    if (child_run(version, 0, &text)) {
        ohm_fail(OHM_NO_DEVICE, "--plot needs gnuplot, which is not installed");
        ohm_fail_hint("apt install gnuplot-nox");
        return OHM_NO_DEVICE;
    }
    free(text);
    return OHM_OK;
}

void gnuplot_write_quoted(FILE *out, const char *text) {
    fputc('\'', out);
    for (; *text; text++) fprintf(out, *text == '\'' ? "''" : "%c", *text);
    fputc('\'', out);
}

// Checks that the picture is complete. On a full disk gnuplot reports no error.
static ohm_status check_picture(const char *temporary, const char *path) {
    char end[64] = "";
    FILE *f = fopen(temporary, "r");
    if (f && fseek(f, -32, SEEK_END) == 0) fread(end, 1, 32, f);
    if (f) fclose(f);
    if (memmem(end, sizeof end, "IEND", 4) || memmem(end, sizeof end, "</svg>", 6)) return OHM_OK;
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: gnuplot did not finish it: is the disk full?", path);
}

// Fails with gnuplot's own message.
static ohm_status undrawn(const char *path) {
    char why[512];
    snprintf(why, sizeof why, "%s", ohm_error_message());
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: gnuplot: %s", path, why);
}

ohm_status gnuplot_draw(const char *path, gnuplot_script *script, const void *object) {
    const char *const gnuplot[] = {"gnuplot", NULL};
    ohm_replacement r;
    child c;
    ohm_status status = ohm_replacement_begin(path, &r);
    if (!status) status = child_start(gnuplot, 0, &c);
    if (!status) {
        script(object, c.in, ends_in(path, ".svg") ? "svg" : "pngcairo", r.temporary);
        if (child_end(&c)) status = undrawn(path);
    }
    if (!status) status = check_picture(r.temporary, path);
    if (!status) status = ohm_replacement_finish(&r);
    ohm_replacement_abandon(&r);
    return status;
}
