#include "heatmap.h"
#include "../host/error.h"
#include "program.h"

#include <math.h>
#include <stdlib.h>

struct heatmap {
    GLuint program, vertices, table; // table: the colour map, 256 × 1
    colormap colors;                 // what the table holds
    bool filled;
};

// ---- Scales -----------------------------------------------------------------------------------

double color_scale_place(const color_scale *s, double value) {
    if (s->logarithmic) return (log(value) - log(s->low)) / (log(s->high) - log(s->low));
    return (value - s->low) / (s->high - s->low);
}

double color_scale_value(const color_scale *s, double place) {
    if (s->logarithmic) return exp(log(s->low) + place * (log(s->high) - log(s->low)));
    return s->low + place * (s->high - s->low);
}

// ---- Shaders ----------------------------------------------------------------------------------

// One triangle that covers the viewport.
static const char vertex_shader[] = "#version 330 core\n"
                                    "void main() {\n"
                                    "    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0;\n"
                                    "    gl_Position = vec4(corner, 0.0, 1.0);\n"
                                    "}\n";

// A pixel's texel is where it lies in the image's view, which for an image of this view is exactly itself.
// Colours between two entries of the table are mixed.
static const char fragment_shader[] =
    "#version 330 core\n"
    "uniform sampler2D image, table;\n"
    "uniform vec4 place;\n"   // left, top, and the height of the surface
    "uniform vec4 texel;\n"   // texel = texel.xy * pixel + texel.zw
    "uniform vec4 synapse;\n" // synapses likewise, less a whole number
    "uniform vec2 range;\n"   // value at the lower end; 1 / (upper - lower)
    "uniform int logarithmic;\n"
    "uniform ivec2 grid;\n"
    "uniform float shade;\n"
    "out vec4 color;\n"
    "const vec3 nothing = vec3(0.13, 0.13, 0.15);\n"
    "void main() {\n"
    "    vec2 pixel = vec2(gl_FragCoord.x - place.x, place.z - gl_FragCoord.y - place.y);\n"
    "    ivec2 at = ivec2(floor(texel.xy * pixel + texel.zw));\n"
    "    color = vec4(nothing, 1.0);\n"
    "    if (any(lessThan(at, ivec2(0))) || any(greaterThanEqual(at, textureSize(image, 0)))) return;\n"
    "    float value = texelFetch(image, at, 0).r;\n"
    "    if ((floatBitsToUint(value) & 0x7FFFFFFFu) > 0x7F800000u) return;\n"
    "    if (logarithmic != 0) value = log(max(value, 1e-37));\n"
    "    float t = clamp((value - range.x) * range.y, 0.0, 1.0) * 255.0;\n"
    "    int entry = min(int(t), 254);\n"
    "    color.rgb = mix(texelFetch(table, ivec2(entry, 0), 0).rgb,\n"
    "                    texelFetch(table, ivec2(entry + 1, 0), 0).rgb, t - float(entry));\n"
    "    vec2 here = floor(synapse.xy * pixel + synapse.zw);\n"
    "    vec2 before = floor(synapse.xy * (pixel - 1.0) + synapse.zw);\n"
    "    bvec2 first = bvec2(here.x != before.x && grid.x != 0, here.y != before.y && grid.y != 0);\n"
    "    if (any(first)) color.rgb *= shade;\n"
    "}\n";

ohm_status heatmap_create(heatmap **out) {
    heatmap *h = *out = calloc(1, sizeof *h);
    if (!h) return error_no_memory("a heatmap");
    const ohm_status status = program_build(vertex_shader, fragment_shader, &h->program);
    if (status) {
        heatmap_destroy(h);
        *out = NULL;
        return status;
    }
    glGenVertexArrays(1, &h->vertices);
    glGenTextures(1, &h->table);
    return OHM_OK;
}

void heatmap_destroy(heatmap *h) {
    if (!h) return;
    if (h->program) glDeleteProgram(h->program);
    if (h->vertices) glDeleteVertexArrays(1, &h->vertices);
    if (h->table) glDeleteTextures(1, &h->table);
    free(h);
}

// ---- Drawing ----------------------------------------------------------------------------------

static void fill_table(heatmap *h, colormap colors) {
    if (h->filled && h->colors == colors) return;
    uint8_t rgb[256][3];
    colormap_table(colors, rgb);
    glBindTexture(GL_TEXTURE_2D, h->table);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, 256, 1, 0, GL_RGB, GL_UNSIGNED_BYTE, rgb);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    h->colors = colors;
    h->filled = true;
}

static void set2(const heatmap *h, const char *name, double x, double y) {
    glUniform2f(glGetUniformLocation(h->program, name), (float)x, (float)y);
}

static void set4(const heatmap *h, const char *name, double x, double y, double z, double w) {
    glUniform4f(glGetUniformLocation(h->program, name), (float)x, (float)y, (float)z, (float)w);
}

static void set1i(const heatmap *h, const char *name, int value) {
    glUniform1i(glGetUniformLocation(h->program, name), value);
}

// From pixels of the view to texels of the image: worked out in double, so that it is exact where it is 1.
static void set_texels(const heatmap *h, const ohm_view *is, const ohm_view *wanted) {
    const double across = is->width / is->cols, down = is->height / is->rows; // texels a synapse
    set4(h, "texel", wanted->cols / wanted->width * across, wanted->rows / wanted->height * down,
         (wanted->col - is->col) * across, (wanted->row - is->row) * down);
}

static void set_grid(const heatmap *h, const ohm_view *v) {
    const double across = v->cols / v->width, down = v->rows / v->height; // synapses a pixel
    set4(h, "synapse", across, down, v->col - floor(v->col), v->row - floor(v->row));
    glUniform2i(glGetUniformLocation(h->program, "grid"), across * HEATMAP_GRID_PIXELS <= 1,
                down * HEATMAP_GRID_PIXELS <= 1);
    glUniform1f(glGetUniformLocation(h->program, "shade"), HEATMAP_GRID_SHADE);
}

static void set_range(const heatmap *h, const color_scale *s) {
    const double low = s->logarithmic ? log(s->low) : s->low, high = s->logarithmic ? log(s->high) : s->high;
    set2(h, "range", low, high > low ? 1 / (high - low) : 0);
    set1i(h, "logarithmic", s->logarithmic);
}

void heatmap_draw(heatmap *h, const image *i, const ohm_view *view, rectangle place, int surface_height,
                  const color_scale *scale, colormap colors) {
    if (!image_view(i)->width || place.width <= 0 || place.height <= 0) return;
    glUseProgram(h->program);
    glActiveTexture(GL_TEXTURE1);
    fill_table(h, colors);
    glBindTexture(GL_TEXTURE_2D, h->table);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, image_texture(i));
    set1i(h, "image", 0);
    set1i(h, "table", 1);
    set4(h, "place", place.x, place.y, surface_height, 0);
    set_texels(h, image_view(i), view);
    set_grid(h, view);
    set_range(h, scale);
    glViewport(place.x, surface_height - place.y - place.height, place.width, place.height);
    glBindVertexArray(h->vertices);
    glDisable(GL_BLEND);
    glDisable(GL_SCISSOR_TEST);
    glDrawArrays(GL_TRIANGLES, 0, 3);
}
