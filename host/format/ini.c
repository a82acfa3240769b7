// See ini.h.
#include "ini.h"
#include "../base/error.h"
#include "../base/file.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BYTES ((size_t)16 << 20) // largest file

// A text while it is parsed in place.
typedef struct reader {
    ini_taker *take;
    void *object;
    const char *section;
    // The current key, or NULL, and its value so far.
    char *key, *value;
    int key_line, key_indent;
    bool joined; // the last line ended in a backslash
} reader;

// ---- Lines ------------------------------------------------------------------------------------

static void trim_end(char *text) {
    size_t length = strlen(text);
    while (length && isspace((unsigned char)text[length - 1])) length--;
    text[length] = '\0';
}

static char *skip_space(char *text) {
    return text + strspn(text, " \t\v\f\r");
}

// Cuts off a comment that follows a space outside quotes.
static void cut_comment(char *line) {
    bool quoted = false;
    for (char *at = line; *at; at++) {
        if (*at == '"') quoted = !quoted;
        const bool apart = at == line || isspace((unsigned char)at[-1]);
        if (!quoted && apart && (*at == ';' || *at == '#')) {
            *at = '\0';
            return;
        }
    }
}

// Whether a line looks like KEY = VALUE.
static bool is_assignment(const char *line) {
    size_t length = 0;
    while (isalnum((unsigned char)line[length]) || line[length] == '_' || line[length] == '-') length++;
    const char *separator = line + length + strspn(line + length, " \t");
    return length && (*separator == '=' || (*separator == ':' && isspace((unsigned char)separator[1])));
}

static bool is_one_of(char c, const char *list) {
    return c && strchr(list, c);
}

// Whether an indented line continues the value of the key.
static bool goes_on(const char *value, const char *line) {
    const size_t length = strlen(value);
    return !length || is_one_of(value[length - 1], ",:+=") || is_one_of(line[0], ",:+=") ||
           !is_assignment(line);
}

// ---- Keys -------------------------------------------------------------------------------------

static void normalise_key(char *key) {
    trim_end(key);
    for (char *at = key; *at; at++) *at = *at == '_' ? '-' : (char)tolower((unsigned char)*at);
}

static char *without_quotes(char *value) {
    const size_t length = strlen(value);
    if (length < 2 || value[0] != '"' || value[length - 1] != '"') return value;
    value[length - 1] = '\0';
    return value + 1;
}

// Passes on the completed key, if there is one.
static ohm_status end_key(reader *r) {
    if (!r->key) return OHM_OK;
    const char *key = r->key, *value = without_quotes(r->value);
    r->key = NULL;
    if (!*value) return ohm_fail(OHM_BAD_FILE, "%s has no value", key);
    return r->take(r->object, r->section, key, value);
}

static ohm_status begin_section(reader *r, char *line) {
    char *end = strchr(line, ']');
    if (!end || end[1]) return ohm_fail(OHM_BAD_FILE, "expected KEY = VALUE or [PHASE]");
    *end = '\0';
    r->section = skip_space(line + 1);
    trim_end(line + 1);
    if (!*r->section) return ohm_fail(OHM_BAD_FILE, "a phase needs a name: expected [PHASE]");
    return r->take(r->object, r->section, NULL, NULL);
}

static ohm_status begin_key(reader *r, char *line, int number, int indent) {
    char *separator = line + strcspn(line, "=:");
    if (!*separator || separator == line) return ohm_fail(OHM_BAD_FILE, "expected KEY = VALUE or [PHASE]");
    *separator = '\0';
    normalise_key(line);
    r->key = line;
    r->value = skip_space(separator + 1);
    r->key_line = number;
    r->key_indent = indent;
    return OHM_OK;
}

// Removes a backslash from the end of the value and remembers it.
static void note_backslash(reader *r) {
    const size_t length = r->key ? strlen(r->value) : 0;
    r->joined = length && r->value[length - 1] == '\\';
    if (r->joined) r->value[length - 1] = '\0';
    if (r->joined) trim_end(r->value);
}

// ---- The text ---------------------------------------------------------------------------------

// Parses one line. *number is the line that an error is about.
static ohm_status take_line(reader *r, char *line, int *number) {
    const bool blank = !*skip_space(line);
    cut_comment(line);
    trim_end(line);
    char *text = skip_space(line);
    const int indent = (int)(text - line);
    if (!*text && !blank) return OHM_OK; // a comment, which may be inside a value
    if (*text && r->key && (r->joined || (indent > r->key_indent && goes_on(r->value, text)))) {
        memmove(r->value + strlen(r->value), text, strlen(text) + 1); // the value lies before it
        note_backslash(r);
        return OHM_OK;
    }
    const int key_line = r->key_line, this_line = *number;
    *number = key_line;
    ohm_status status = end_key(r);
    if (status || !*text) return status;
    *number = this_line;
    if (*text == '[') return begin_section(r, text);
    status = begin_key(r, text, this_line, indent);
    if (!status) note_backslash(r);
    return status;
}

static ohm_status read_lines(reader *r, char *text, int *number) {
    ohm_status status = OHM_OK;
    int line_number = 1;
    for (char *line = text; line && !status; line_number++) {
        char *end = strchr(line, '\n');
        if (end) *end = '\0';
        *number = line_number;
        status = take_line(r, line, number);
        line = end ? end + 1 : NULL;
    }
    if (status) return status;
    *number = r->key_line;
    return end_key(r);
}

ohm_status ini_read(const char *path, ini_taker *take, void *object) {
    char *text;
    size_t size;
    int number = 0;
    ohm_status status = file_read_text(path, MOST_BYTES, &text, &size);
    if (status) return status;
    if (strlen(text) != size) {
        free(text);
        return ohm_fail(OHM_BAD_FILE, "%s is not a text file: it contains a NUL byte", path);
    }
    reader r = {.take = take, .object = object, .section = ""};
    status = read_lines(&r, strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text, &number);
    free(text);
    if (!status) return OHM_OK;
    return error_in(status, "%s, line %d", path, number);
}
