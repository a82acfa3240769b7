#include "plot.h"
#include "../host/cli/child.h"
#include "../host/cli/gnuplot.h"
#include "../host/ohmscape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ohm_status plot_check(const char *folder) {
    struct stat info;
    const ohm_status installed = gnuplot_check();
    if (installed) return installed;
    if (mkdir(folder, 0777) && errno != EEXIST)
        return ohm_fail(OHM_IO_FAILED, "cannot create the folder %s: %s", folder, strerror(errno));
    if (stat(folder, &info) == 0 && !S_ISDIR(info.st_mode))
        return ohm_fail(OHM_IO_FAILED, "cannot write into %s: %s", folder, strerror(ENOTDIR));
    if (access(folder, W_OK | X_OK))
        return ohm_fail(OHM_IO_FAILED, "cannot write into %s: %s", folder, strerror(errno));
    return OHM_OK;
}

// ---- Series -----------------------------------------------------------------------------------

// One line of a plot: rows that differ only in x.
typedef struct series {
    const char *part;
    row_kind kind;
    const char *device;
    int fuse, threads; // −1: all
    const char *rests; // NULL: it stays on the device
} series;

static bool belongs(const bench_row *r, const series *s) {
    return r->state == ROW_MEASURED && r->kind == s->kind && strcmp(r->part, s->part) == 0 &&
           strcmp(r->device, s->device) == 0 && (s->fuse < 0 || (int)r->fuse == s->fuse) &&
           (s->threads < 0 || (int)r->threads == s->threads) &&
           (r->rests && s->rests ? strcmp(r->rests, s->rests) == 0 : r->rests == s->rests);
}

static bool has_rows(const bench *b, const series *s) {
    for (size_t i = 0; i < b->results.count; i++)
        if (belongs(&b->results.row[i], s)) return true;
    return false;
}

static bool has_part(const bench *b, const char *part) {
    for (size_t i = 0; i < b->results.count; i++)
        if (b->results.row[i].state == ROW_MEASURED && strcmp(b->results.row[i].part, part) == 0) return true;
    return false;
}

// Writes its values as a gnuplot data block: x; the median, minimum and maximum of synapse-steps per second;
// seconds per step.
static void write_series(FILE *out, const bench *b, const series *s, const char *block,
                         double (*x)(const bench_row *r)) {
    fprintf(out, "$%s << END\n", block);
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        if (belongs(r, s))
            fprintf(out, "%.9g %.9g %.9g %.9g %.9g\n", x(r), row_rate(r, 0.5), row_rate(r, 0), row_rate(r, 1),
                    row_step(r));
    }
    fprintf(out, "END\n");
}

static double synapses_of(const bench_row *r) {
    return (double)r->side * (double)r->side;
}

static double fuse_of(const bench_row *r) {
    return r->fuse;
}

static double threads_of(const bench_row *r) {
    return r->threads;
}

// ---- Pages ------------------------------------------------------------------------------------

// The plots of one picture. gnuplot needs all data blocks before the plot command.
typedef struct page {
    FILE *out;
    const bench *b;
    int blocks;
    char plots[8192]; // the arguments of gnuplot's plot, so far
} page;

static void add_plot(page *p, const series *s, double (*x)(const bench_row *r), const char *columns,
                     const char *look, const char *title) {
    char block[24];
    if (!has_rows(p->b, s)) return;
    snprintf(block, sizeof block, "data%d", p->blocks++);
    write_series(p->out, p->b, s, block, x);
    const size_t used = strlen(p->plots);
    snprintf(p->plots + used, sizeof p->plots - used, "%s$%s using %s %s title \"%s\"", used ? ", " : "",
             block, columns, look, title);
}

static void draw(page *p) {
    if (p->plots[0]) fprintf(p->out, "plot %s\n", p->plots);
    p->plots[0] = '\0';
}

static void start(FILE *out, const char *folder, const char *name, const char *terminal, int width,
                  int height) {
    const bool png = strcmp(terminal, "png") == 0;
    fprintf(out, "reset\nset terminal %s size %d,%d %s\n", png ? "pngcairo" : "svg", width, height,
            png ? "font 'DejaVu Sans,11'" : "font 'DejaVu Sans,12' background '#ffffff'");
    fprintf(out, "set output '");
    for (; *folder; folder++) {
        if (*folder == '\'') fputc('\'', out); // gnuplot escapes a quote by doubling it
        fputc(*folder, out);
    }
    fprintf(out, "/%s.%s'\nset grid lc rgb '#dddddd'\nset key noenhanced\nset style data linespoints\n", name,
            terminal);
}

static void draw_throughput(FILE *out, const bench *b, const char *folder, const char *terminal) {
    page p = {.out = out, .b = b};
    start(out, folder, "throughput", terminal, 1100, 520);
    fprintf(out,
            "set logscale xy\nset xlabel 'synapses'\nset ylabel 'synapse-steps/s'\nset key outside right\n"
            "set format x '10^{%%L}'\nset format y '10^{%%L}'\n");
    for (size_t d = 0; d < b->contender_count; d++) {
        const char *device = b->contender[d].info.id;
        char look[96], title[96];
        for (size_t f = 0; f < b->options->fuse.count; f++) {
            const series s = {"throughput", ROW_UPDATE, device, (int)b->options->fuse.value[f], 0};
            snprintf(title, sizeof title, s.fuse ? "%s, fuse %d" : "%s, fuse auto", device, s.fuse);
            snprintf(look, sizeof look, "with yerrorlines lw 2 lc %zu pt %zu", d + 1, f + 5);
            add_plot(&p, &s, synapses_of, "1:2:3:4", look, title);
        }
        const series arithmetic = {"throughput", ROW_ARITHMETIC, device, -1, -1};
        const series copy = {"throughput", ROW_COPY, device, -1, -1};
        snprintf(title, sizeof title, "%s, arithmetic limit", device);
        snprintf(look, sizeof look, "with lines dt 2 lc %zu", d + 1);
        add_plot(&p, &arithmetic, synapses_of, "1:2", look, title);
        snprintf(title, sizeof title, "%s, memory limit at fuse 1", device);
        snprintf(look, sizeof look, "with lines dt 3 lc %zu", d + 1);
        add_plot(&p, &copy, synapses_of, "1:2", look, title);
    }
    draw(&p);
}

// Adds the rows of a part for all devices.
static void draw_part(page *p, const char *part, double (*x)(const bench_row *r), const char *columns) {
    for (size_t d = 0; d < p->b->contender_count; d++) {
        const series s = {part, ROW_UPDATE, p->b->contender[d].info.id, -1, -1};
        char look[64];
        snprintf(look, sizeof look, "lw 2 lc %zu pt 7", d + 1);
        add_plot(p, &s, x, columns, look, s.device);
    }
    draw(p);
}

// Streamed crossbars beside those that stay.
static void draw_streamed(page *p) {
    static const char *const rests[] = {NULL, "memory", "file"};
    for (size_t i = 0; i < 3 * p->b->contender_count; i++) {
        const series s = {"streamed", ROW_UPDATE, p->b->contender[i / 3].info.id, -1, -1, rests[i % 3]};
        char look[64], title[64];
        snprintf(look, sizeof look, "lw 2 lc %zu dt %zu pt 7", i / 3 + 1, i % 3 + 1);
        snprintf(title, sizeof title, "%s%s%s", s.device, s.rests ? " from " : "", s.rests ? s.rests : "");
        add_plot(p, &s, synapses_of, "1:2", look, title);
    }
    draw(p);
}

static void draw_scaling(FILE *out, const bench *b, const char *folder, const char *terminal) {
    page p = {.out = out, .b = b};
    start(out, folder, "scaling", terminal, 1200, 840);
    fprintf(out, "set multiplot layout 2,2\nset logscale xy\nset key top left\nset format x '10^{%%L}'\n"
                 "set format y '10^{%%L}'\nset xlabel 'synapses'\nset ylabel 'seconds per step'\n");
    draw_part(&p, "synapses", synapses_of, "1:5");
    fprintf(out,
            "unset logscale y\nset logscale x 2\nset format '%%g'\nset yrange [0:*]\nset key bottom right\n"
            "set xlabel 'steps per launch'\nset ylabel 'synapse-steps/s'\n");
    draw_part(&p, "fuse", fuse_of, "1:2");
    fprintf(out, "unset logscale\nset xtics 1\nset xrange [0.5:*]\nset xlabel 'processors'\n");
    draw_part(&p, "threads", threads_of, "1:2");
    fprintf(
        out,
        "set xtics auto\nset logscale x\nset format x '10^{%%L}'\nset xrange [*:*]\nset xlabel 'synapses'\n");
    draw_streamed(&p);
    fprintf(out, "unset multiplot\n");
}

// Writes what a part has found of so many ranks: their number and the rate.
static void write_ranks(FILE *out, const bench *b, const char *part) {
    fprintf(out, "$%s << END\n", part);
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        if (r->state == ROW_MEASURED && strcmp(r->part, part) == 0)
            fprintf(out, "%u %.9g %.9g %.9g\n", r->ranks, row_rate(r, 0.5), row_rate(r, 0), row_rate(r, 1));
    }
    fprintf(out, "END\n");
}

// Strong and weak scaling, and as many times the rate of one rank.
static void draw_ranks(FILE *out, const bench *b, const char *folder, const char *terminal) {
    start(out, folder, "ranks", terminal, 640, 480);
    write_ranks(out, b, "strong");
    write_ranks(out, b, "weak");
    fprintf(
        out,
        "stats $strong every ::0::0 using 2 name 'one' nooutput\n"
        "set xtics 1\nset xrange [0.5:*]\nset yrange [0:*]\nset xlabel 'ranks'\n"
        "set ylabel 'synapse-steps/s'\nset key top left\nset format y '%%g'\n"
        "plot $strong using 1:2:3:4 with yerrorlines lw 2 title 'one crossbar', "
        "$weak using 1:2:3:4 with yerrorlines lw 2 title 'one that grows', "
        "$strong using 1:(one_max * $1) with lines dt 2 lc rgb '#888888' title 'as many times one rank'\n");
}

// Whether a row gets a bar: it belongs to the part, has a rate to compare, and no row like it was measured
// at a larger size.
static bool has_bar(const bench *b, const bench_row *r, const char *part) {
    const series like = {part, r->kind, r->device, (int)r->fuse, (int)r->threads};
    if (!belongs(r, &like) || !(r->times_thread > 0)) return false;
    for (size_t i = 0; i < b->results.count; i++)
        if (belongs(&b->results.row[i], &like) && b->results.row[i].side > r->side) return false;
    return true;
}

static void write_bar(FILE *out, const bench_row *r) {
    fprintf(out, "\"%s\\n", r->device);
    if (r->kind == ROW_UPDATE && r->threads) fprintf(out, "1 thread");
    if (r->kind == ROW_UPDATE && !r->threads) fprintf(out, r->fuse ? "fuse %u" : "fuse auto", r->fuse);
    fprintf(out, "\\n%" PRIu64 "²\" %.6g\n", r->side, r->times_thread);
}

// Speedups over one thread of the native engine, of devices and peers. Peers are far slower.
static void draw_speedup(FILE *out, const bench *b, const char *folder, const char *terminal) {
    const bool peers = has_part(b, "peers");
    bool any = false;
    for (size_t i = 0; i < b->results.count; i++)
        any |= has_bar(b, &b->results.row[i], peers ? "peers" : "throughput");
    if (!any) return; // the native engine was not measured
    start(out, folder, "speedup", terminal, 1200, 480);
    fprintf(out, "$bars << END\n");
    for (size_t i = 0; i < b->results.count; i++)
        if (has_bar(b, &b->results.row[i], peers ? "peers" : "throughput"))
            write_bar(out, &b->results.row[i]);
    fprintf(
        out,
        "END\nunset key\nset bmargin 5\nset boxwidth 0.7\nset style fill solid 0.8\nset xtics noenhanced\n%s"
        "set format y '%%g'\nset ylabel 'times one thread of the native engine'\n"
        "plot $bars using 0:2:xtic(1) with boxes lc rgb '#4477aa', "
        "$bars using 0:2:(sprintf('%%.3g', $2)) with labels offset 0,0.6\n",
        peers ? "set logscale y\nset yrange [1e-5:10]\n" : "set yrange [0:*]\n");
}

// The rate of a model on a device, or 0.
static double rate_of(const bench *b, const char *model, const char *device) {
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        const bool it = strcmp(r->part, "models") == 0 && r->state == ROW_MEASURED;
        if (it && strcmp(r->model, model) == 0 && strcmp(r->device, device) == 0) return row_rate(r, 0.5);
    }
    return 0;
}

// Draws the bars of the devices and of NumPy side by side, for each model measured on the first device.
static void draw_models(FILE *out, const bench *b, const char *folder, const char *terminal) {
    const size_t devices = b->contender_count;
    start(out, folder, "models", terminal, 1200, 560);
    fprintf(out, "$bars << END\n");
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        if (strcmp(r->part, "models") != 0 || strcmp(r->device, b->contender[0].info.id) != 0) continue;
        fprintf(out, "\"%s\"", r->model);
        for (size_t d = 0; d < devices; d++)
            fprintf(out, " %.6g", rate_of(b, r->model, b->contender[d].info.id));
        fprintf(out, " %.6g\n", rate_of(b, r->model, "numpy-float32"));
    }
    fprintf(out, "END\nset style data histograms\nset style fill solid 0.8\nset boxwidth 0.9\n"
                 "set logscale y\nset format y '10^{%%L}'\nset ylabel 'synapse-steps/s'\nset key above\n"
                 "set xtics noenhanced rotate by 35 right\nset lmargin 14\nplot ");
    for (size_t d = 0; d < devices; d++)
        fprintf(out, "$bars using %zu:xtic(1) title \"%s\" lc %zu, ", d + 2, b->contender[d].info.id, d + 1);
    fprintf(out, "$bars using %zu title \"numpy-float32, one thread\" lc rgb '#aaaaaa'\n", devices + 2);
}

ohm_status plot_draw(const bench *b, const char *folder) {
    static const char *const terminals[] = {"png", "svg"};
    const char *const gnuplot[] = {"gnuplot", NULL};
    child c;
    const ohm_status status = child_start(gnuplot, 0, &c);
    if (status) return status;
    for (int i = 0; i < 2; i++) {
        if (has_part(b, "throughput")) draw_throughput(c.in, b, folder, terminals[i]);
        if (has_part(b, "synapses")) draw_scaling(c.in, b, folder, terminals[i]);
        if (has_part(b, "strong") && has_part(b, "weak")) draw_ranks(c.in, b, folder, terminals[i]);
        if (has_part(b, "throughput") || has_part(b, "peers")) draw_speedup(c.in, b, folder, terminals[i]);
        if (has_part(b, "models")) draw_models(c.in, b, folder, terminals[i]);
    }
    fprintf(c.in, "unset output\n");
    if (child_end(&c) == OHM_OK) return OHM_OK;
    char why[512];
    snprintf(why, sizeof why, "%s", ohm_error_message());
    return ohm_fail(OHM_IO_FAILED, "gnuplot could not draw into %s: %s", folder, why);
}
