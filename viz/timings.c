// Reports at the end where the frames' time went. The first frame is reported apart, because drivers compile
// then.
#include "../host/cli/cli.h"
#include "../host/cli/report.h"
#include "timings.h"

#include <inttypes.h>
#include <stdio.h>

// The mean of all frames but the first, in s a frame.
static timings mean_of(const viewer *v) {
    const timings *t = &v->timings, *f = &v->first;
    const uint64_t frames = t->frames - f->frames;
    const double n = frames ? (double)frames : 1;
    return (timings){.step = (t->step - f->step) / n,
                     .reduce = (t->reduce - f->reduce) / n,
                     .transfer = (t->transfer - f->transfer) / n,
                     .draw = (t->draw - f->draw) / n,
                     .panel = (t->panel - f->panel) / n,
                     .present = (t->present - f->present) / n,
                     .total = (t->total - f->total) / n,
                     .frames = frames,
                     .steps = t->steps - f->steps,
                     .longest = t->longest};
}

static const char *unit_of(const viewer *v) {
    return v->learning.training ? "samples" : "synapse-steps";
}

// In these per second.
static double rate_of(const viewer *v, const timings *t) {
    const double seconds = t->total * (double)t->frames;
    return seconds > 0 ? (double)t->steps * viewer_work(v) / seconds : 0;
}

ohm_status timings_print(const viewer *v) {
    const timings t = mean_of(v);
    printf("picture      %s%s\n",
           v->shared ? "shared with OpenGL" : "copied: ", v->shared ? "" : v->share_reason);
    printf("first frame  %.3f s after the start\n", v->first_seconds);
    if (t.frames == 0) return cli_flush();
    printf("then         %" PRIu64 " frames in %.3f s: %.1f frames/s, %.3g %s/s\n", t.frames,
           t.total * (double)t.frames, 1 / t.total, rate_of(v, &t), unit_of(v));
    printf("per frame    %.3f ms, at most %.3f ms, of which\n", t.total * 1e3, t.longest * 1e3);
    printf("  step       %8.3f ms, in the background\n", t.step * 1e3);
    printf("  reduce     %8.3f ms, in the background\n", t.reduce * 1e3);
    printf("  transfer   %8.3f ms\n", t.transfer * 1e3);
    printf("  draw       %8.3f ms\n", t.draw * 1e3);
    printf("  panel      %8.3f ms\n", t.panel * 1e3);
    printf("  present    %8.3f ms\n", t.present * 1e3);
    return cli_flush();
}

ohm_status timings_print_json(const viewer *v) {
    const timings t = mean_of(v);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddBoolToObject(root, "shared", v->shared);
    cJSON_AddStringToObject(root, "share_reason", v->share_reason);
    cJSON_AddNumberToObject(root, "first_frame_seconds", v->first_seconds);
    json_add_u64(root, "frames", t.frames);
    cJSON_AddNumberToObject(root, v->learning.training ? "samples_per_second" : "synapse_steps_per_second",
                            rate_of(v, &t));
    cJSON *frame = cJSON_AddObjectToObject(root, "frame");
    cJSON_AddNumberToObject(frame, "total", t.total);
    cJSON_AddNumberToObject(frame, "longest", t.longest);
    cJSON_AddNumberToObject(frame, "step", t.step);
    cJSON_AddNumberToObject(frame, "reduce", t.reduce);
    cJSON_AddNumberToObject(frame, "transfer", t.transfer);
    cJSON_AddNumberToObject(frame, "draw", t.draw);
    cJSON_AddNumberToObject(frame, "panel", t.panel);
    cJSON_AddNumberToObject(frame, "present", t.present);
    return json_print(root) ? cli_flush() : ohm_fail_memory("the timings");
}
