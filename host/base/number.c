#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool number_read_u64(const char *text, uint64_t *value) {
    if (!isdigit((unsigned char)text[0])) return false; // strtoull takes a sign and white space
    char *end;
    errno = 0;
    const unsigned long long v = strtoull(text, &end, 10);
    if (errno || *end) return false;
    *value = v;
    return true;
}

bool number_read_double(const char *text, double *value) {
    if (isspace((unsigned char)text[0])) return false;
    char *end;
    const double v = strtod(text, &end);
    if (end == text || *end || !isfinite(v)) return false;
    *value = v;
    return true;
}

void number_format(double value, char text[NUMBER_MAX_TEXT]) {
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, NUMBER_MAX_TEXT, "%.*g", digits, value);
        if (strtod(text, NULL) == value) return;
    }
}

void number_format_bytes(uint64_t bytes, char text[NUMBER_MAX_TEXT]) {
    static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double size = (double)bytes;
    int i = 0;
    for (; size >= 1024 && i < 6; i++) size /= 1024;
    snprintf(text, NUMBER_MAX_TEXT, "%.*f %s", i ? 1 : 0, size, unit[i]);
}

void number_format_count(uint64_t count, char text[NUMBER_MAX_TEXT]) {
    char digits[24];
    const int n = snprintf(digits, sizeof digits, "%" PRIu64, count);
    char *out = text;
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0) *out++ = ',';
        *out++ = digits[i];
    }
    *out = '\0';
}
