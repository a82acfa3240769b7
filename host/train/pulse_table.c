// See pulse_table.h.
#define OHM_LANES 1
#include "pulse_table.h"
#include "../../kernels/memristor.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../format/csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEAST_ROWS 4
#define STIFFNESS 1e-3 // of knots that hardly any pulse passes: they go on straight from the others

enum { UP = 1, DOWN = 2 }; // columns

static double conductance(const csv_table *t, uint64_t row, int column) {
    return t->values[row * 3 + (uint64_t)column];
}

// ---- Checks -----------------------------------------------------------------------------------

static ohm_status check_row(const char *path, const csv_table *t, uint64_t i) {
    const double number = t->values[3 * i];
    if (i && !(number > t->values[3 * (i - 1)]))
        return ohm_fail(OHM_BAD_FILE, "%s, line %u: pulse %g does not come after pulse %g", path, t->lines[i],
                        number, t->values[3 * (i - 1)]);
    for (int column = UP; column <= DOWN; column++)
        if (!(conductance(t, i, column) > 0))
            return ohm_fail(OHM_BAD_FILE, "%s, line %u: a conductance of %g S is not above 0", path,
                            t->lines[i], conductance(t, i, column));
    return OHM_OK;
}

static ohm_status check_table(const char *path, const csv_table *t) {
    if (t->cols != 3)
        return ohm_fail(OHM_BAD_FILE,
                        "%s, line %u has %" PRIu64 " columns: pulse number, conductance up, conductance down",
                        path, t->lines[0], t->cols);
    if (t->rows < LEAST_ROWS)
        return ohm_fail(OHM_BAD_FILE, "%s, line %u: it ends after %" PRIu64 " rows; at least %d are needed",
                        path, t->lines[t->rows - 1], t->rows, LEAST_ROWS);
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < t->rows && !status; i++) status = check_row(path, t, i);
    if (status) return status;
    const uint64_t last = t->rows - 1;
    if (!(conductance(t, last, UP) > conductance(t, 0, UP)))
        return ohm_fail(OHM_BAD_FILE, "%s, line %u: pulses up do not raise the conductance", path,
                        t->lines[last]);
    if (!(conductance(t, last, DOWN) < conductance(t, 0, DOWN)))
        return ohm_fail(OHM_BAD_FILE, "%s, line %u: pulses down do not lower the conductance", path,
                        t->lines[last]);
    return OHM_OK;
}

// ---- The fit ----------------------------------------------------------------------------------

typedef struct fit {
    double a[TABLE_KNOTS][TABLE_KNOTS + 1]; // normal equations, the right side last
    double low, high;                       // S
    double step[TABLE_KNOTS];
} fit;

// A measured step: from w on, by so much a pulse.
typedef struct measured {
    double w, step;
} measured;

static measured measured_step(const csv_table *t, const fit *f, uint64_t i, int column) {
    const double a = conductance(t, i, column), b = conductance(t, i + 1, column), range = f->high - f->low;
    const double pulses = t->values[3 * (i + 1)] - t->values[3 * i];
    const double change = (b - a) / range / pulses;
    return (measured){((a + b) / 2 - f->low) / range, column == UP ? change : -change};
}

// The knots beside w, and the weight of the second.
static int knots_of(double w, double *weight) {
    const double place = fmin(fmax(w, 0), 1) * (TABLE_KNOTS - 1);
    const int knot = place >= TABLE_KNOTS - 1 ? TABLE_KNOTS - 2 : (int)place;
    *weight = place - knot;
    return knot;
}

static void add_equation(fit *f, const int *knot, const double *weight, int count, double value) {
    for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) f->a[knot[i]][knot[j]] += weight[i] * weight[j];
        f->a[knot[i]][TABLE_KNOTS] += weight[i] * value;
    }
}

static void solve(fit *f) {
    for (int k = 0; k < TABLE_KNOTS; k++)
        for (int i = k + 1; i < TABLE_KNOTS; i++) {
            const double part = f->a[i][k] / f->a[k][k];
            for (int j = k; j <= TABLE_KNOTS; j++) f->a[i][j] -= part * f->a[k][j];
        }
    for (int k = TABLE_KNOTS - 1; k >= 0; k--) {
        double sum = f->a[k][TABLE_KNOTS];
        for (int j = k + 1; j < TABLE_KNOTS; j++) sum -= f->a[k][j] * f->step[j];
        f->step[k] = sum / f->a[k][k];
    }
    for (int k = 0; k < TABLE_KNOTS; k++) f->step[k] = fmin(fmax(f->step[k], 0), 1);
}

static void fit_column(const csv_table *t, fit *f, int column) {
    memset(f->a, 0, sizeof f->a);
    for (int k = 1; k + 1 < TABLE_KNOTS; k++)
        add_equation(f, (int[]){k - 1, k, k + 1}, (double[]){STIFFNESS, -2 * STIFFNESS, STIFFNESS}, 3, 0);
    for (int k = 0; k < TABLE_KNOTS; k++) f->a[k][k] += 1e-12; // of one place alone there is no line
    for (uint64_t i = 0; i + 1 < t->rows; i++) {
        const measured m = measured_step(t, f, i, column);
        double weight;
        const int knot = knots_of(m.w, &weight);
        add_equation(f, (int[]){knot, knot + 1}, (double[]){1 - weight, weight}, 2, m.step);
    }
    solve(f);
}

// Adds the squares of what the fit misses, and of the steps.
static void add_squares(const csv_table *t, const fit *f, int column, double *missed, double *all) {
    for (uint64_t i = 0; i + 1 < t->rows; i++) {
        const measured m = measured_step(t, f, i, column);
        double weight;
        const int knot = knots_of(m.w, &weight);
        const double fitted = f->step[knot] * (1 - weight) + f->step[knot + 1] * weight;
        *missed += (m.step - fitted) * (m.step - fitted);
        *all += fitted * fitted;
    }
}

// ---- The text ---------------------------------------------------------------------------------

static void append(char *model, const char *key, int number, double value) {
    char text[NUMBER_MAX_TEXT];
    const size_t used = strlen(model);
    number_format(value, text);
    if (number < 0)
        snprintf(model + used, OHM_MAX_SPEC_TEXT - used, "%s=%s,", key, text);
    else
        snprintf(model + used, OHM_MAX_SPEC_TEXT - used, "%s%d=%s,", key, number, text);
}

static void write_model(const csv_table *t, char *model) {
    fit f = {.low = INFINITY};
    double missed = 0, all = 0;
    for (uint64_t i = 0; i < t->rows; i++)
        for (int column = UP; column <= DOWN; column++) {
            f.low = fmin(f.low, conductance(t, i, column));
            f.high = fmax(f.high, conductance(t, i, column));
        }
    snprintf(model, OHM_MAX_SPEC_TEXT, "table-step:");
    append(model, "r_on", -1, 1 / f.high);
    append(model, "r_off", -1, 1 / f.low);
    for (int column = UP; column <= DOWN; column++) {
        fit_column(t, &f, column);
        for (int k = 0; k < TABLE_KNOTS; k++) append(model, column == UP ? "u" : "d", k, f.step[k]);
        add_squares(t, &f, column, &missed, &all);
    }
    const double noise = all > 0 ? sqrt(missed / all) : 0;
    append(model, "noise", -1, noise > 1e-6 ? fmin(noise, 10) : 0);
    model[strlen(model) - 1] = '\0';
}

ohm_status pulse_table_read(const char *path, char model[OHM_MAX_SPEC_TEXT]) {
    csv_table t;
    ohm_status status = csv_read(path, &t);
    if (status) return status;
    status = check_table(path, &t);
    if (!status) write_model(&t, model);
    csv_free(&t);
    return status;
}
