// Where the time of a displayed frame goes. The timings are the viewer's own, both for pictures shared with
// OpenGL and for copied ones.
#include "../host/cli/child.h"
#include "cases.h"
#include "table.h"
#include "../host/cli/cli.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAMES_SECOND 40 // frames for each second of --seconds

static double number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static ohm_status read_timings(const char *text, bench_row *r) {
    cJSON *report = cJSON_Parse(text);
    const cJSON *f = cJSON_GetObjectItem(report, "frame");
    r->frame =
        (frame_times){number(f, "total"),    number(f, "longest"), number(f, "step"),  number(f, "reduce"),
                      number(f, "transfer"), number(f, "draw"),    number(f, "panel"), number(f, "present")};
    const double sum = r->frame.total + r->frame.longest + r->frame.step + r->frame.reduce +
                       r->frame.transfer + r->frame.draw + r->frame.panel + r->frame.present;
    cJSON_Delete(report);
    return sum > 0 ? OHM_OK : ohm_fail(OHM_NO_DEVICE, "ohmscape view printed no timings");
}

static ohm_status run_view(const bench *b, const contender *c, const char *share, bench_row *r) {
    char program[PATH_MAX + 32], side[24], frames[24], *output;
    cli_program_path("ohmscape-view", program, sizeof program);
    snprintf(side, sizeof side, "%" PRIu64, r->side);
    snprintf(frames, sizeof frames, "%d", (int)fmax(3, FRAMES_SECOND * b->options->seconds));
    const char *const arguments[] = {program,      "view",
                                     "--headless", "--quiet",
                                     "--timings",  "--json",
                                     "--neurons",  side,
                                     "--frames",   frames,
                                     "--device",   c->info.id,
                                     "--memory",   "all",
                                     "--share",    share,
                                     "--model",    b->options->model,
                                     "--stimulus", b->options->stimulus,
                                     NULL};
    ohm_status status = child_run(arguments, 0, &output);
    if (!status) status = read_timings(output, r);
    free(output);
    return status;
}

static ohm_status measure(bench *b, case_list *l, const contender *c, bool shared) {
    bench_row r = cases_row(l, ROW_FRAME, c->info.id);
    snprintf(r.device, sizeof r.device, "%s %s", c->info.id, shared ? "shared" : "copied");
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": frames, %s", r.side, r.side, r.device);
    const ohm_status status = run_view(b, c, shared ? "on" : "off", &r);
    size_t place;
    return status ? cases_fail(b, r, status) : results_add(&b->results, &r, &place);
}

static ohm_status of_size(bench *b, uint64_t side) {
    case_list *l;
    ohm_status status = cases_create(b, "frames", side, &l);
    for (size_t d = 0; d < b->contender_count; d++)
        for (int shared = 0; shared < 2 && !status && !cli_caught(); shared++)
            status = measure(b, l, &b->contender[d], shared);
    bench_say(b, NULL);
    if (!status) table_print(b, l->first_row);
    cases_destroy(l);
    return status;
}

ohm_status part_frames(bench *b) {
    static const number_list standard = {3, {1024, 2048, 4096}};
    const number_list sides = bench_sizes(b, &standard);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sides.count && !status && !cli_caught(); i++) status = of_size(b, sides.value[i]);
    return status;
}
