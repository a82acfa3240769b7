#include "ticks.h"

#include <math.h>
#include <stdio.h>

// Rounds x up to 1, 2 or 5 times a power of ten.
static double round_up(double x) {
    const double power = pow(10, floor(log10(x))), rest = x / power;
    return power * (rest <= 1.0000001 ? 1 : rest <= 2.0000001 ? 2 : rest <= 5.0000001 ? 5 : 10);
}

int ticks_linear(double low, double high, int most, bool whole, double *value) {
    if (!(high > low) || most < 2) return 0;
    double step = round_up((high - low) / (most - 1));
    if (whole && step < 1) step = 1;
    int n = 0;
    const double first = ceil(low / step - 1e-9);
    for (double i = first; i * step <= high + 1e-9 * step && n < most && n < TICKS_MAX; i++)
        value[n++] = i * step;
    return n;
}

// In every so many decades the power of ten, and if each is 3 also its double and fivefold.
static int log_ticks(double low, double high, int each, int every, double *value) {
    static const double fold[] = {1, 2, 5};
    int n = 0;
    for (int d = (int)floor(log10(low)); d <= (int)ceil(log10(high)); d++) {
        if (d % every) continue;
        for (int i = 0; i < each; i++) {
            const double v = fold[i] * pow(10, d);
            if (v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9) && n < TICKS_MAX) value[n++] = v;
        }
    }
    return n;
}

int ticks_scale(const color_scale *s, int most, double *value) {
    if (!s->logarithmic) return ticks_linear(s->low, s->high, most, false, value);
    const double decades = log10(s->high / s->low);
    if (decades * 3 + 1 <= most) {
        const int n = log_ticks(s->low, s->high, 3, 1, value);
        return n > 1 ? n : ticks_linear(s->low, s->high, most, false, value);
    }
    return log_ticks(s->low, s->high, 1, 1 + (int)(decades / most), value);
}

const char *ticks_time_unit(double seconds, double *each) {
    static const char *const units[] = {"s", "ms", "µs", "ns"};
    int i = 0;
    for (*each = 1; i < 3 && fabs(seconds) * *each < 1 - 1e-9; i++) *each *= 1000;
    return units[i];
}

void ticks_text(double value, double span, char *text, size_t size) {
    snprintf(text, size, "%.5g", fabs(value) < 1e-9 * fabs(span) ? 0 : value);
}
