#include "heatmap.h"
#include "../host/ohmscape.h"
#include "program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

struct heatmap {
    GLuint programs[2][2], vertices; // by whether the scale is logarithmic, and whether there is a grid
    GLuint program;                  // the one in use
    GLuint table;                    // the colour map: 255 pairs of neighbours
    GLuint grid;                     // shades of the view's columns and rows of pixels
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

// Each pixel takes the texel at its place in the image's view. For an image of the same view that is the
// texel with the pixel's own coordinates. Colours between two entries of the table are mixed.
//
// Software OpenGL runs both sides of every condition, and spends most of a frame's time here. So LOGARITHMIC
// and GRID are constants of the program, and an entry of the table contains the next one, so that a pixel
// needs one fetch.
static const char fragment_shader[] =
    "uniform sampler2D image;\n"
    "uniform usampler2D table;\n"
    "uniform vec4 place;\n"     // left, top, and the height of the surface
    "uniform vec4 texel;\n"     // texel = texel.xy * pixel + texel.zw
    "uniform vec2 range;\n"     // value at the lower end; 1 / (upper - lower)
    "uniform sampler2D grid;\n" // row 0: the shade of each column of pixels; row 1: of each row
    "out vec4 color;\n"
    "vec3 unpack(uint c) {\n"
    "    return vec3(c & 255u, c >> 8 & 255u, c >> 16) * (1.0 / 255.0);\n"
    "}\n"
    "void main() {\n"
    "    vec2 pixel = vec2(gl_FragCoord.x - place.x, place.z - gl_FragCoord.y - place.y);\n"
    "    ivec2 at = ivec2(floor(texel.xy * pixel + texel.zw));\n"
    "    ivec2 last = textureSize(image, 0) - 1;\n"
    "    float value = texelFetch(image, clamp(at, ivec2(0), last), 0).r;\n"
    "    bool nothing = (floatBitsToUint(value) & 0x7FFFFFFFu) > 0x7F800000u || at.x < 0 || at.y < 0 ||\n"
    "                   at.x > last.x || at.y > last.y;\n"
    "#if LOGARITHMIC\n"
    "    value = log(max(value, 1e-37));\n"
    "#endif\n"
    "    float t = clamp((value - range.x) * range.y, 0.0, 1.0) * 255.0;\n"
    "    float entry = min(floor(t), 254.0);\n"
    "    uvec2 pair = texelFetch(table, ivec2(nothing ? 0 : int(entry), 0), 0).rg;\n"
    "    vec3 shown = mix(unpack(pair.x), unpack(pair.y), t - entry);\n"
    "#if GRID\n"
    "    shown *= min(texelFetch(grid, ivec2(int(pixel.x), 0), 0).r,\n"
    "                 texelFetch(grid, ivec2(int(pixel.y), 1), 0).r);\n"
    "#endif\n"
    "    color = vec4(nothing ? vec3(0.13, 0.13, 0.15) : shown, 1.0);\n"
    "}\n";

// Builds the program for a kind of scale, with or without a grid.
static ohm_status build(heatmap *h, bool logarithmic, bool grid) {
    char source[sizeof fragment_shader + 128];
    snprintf(source, sizeof source, "#version 330 core\n#define LOGARITHMIC %d\n#define GRID %d\n%s",
             logarithmic, grid, fragment_shader);
    return program_build(vertex_shader, source, &h->programs[logarithmic][grid]);
}

ohm_status heatmap_create(heatmap **out) {
    heatmap *h = *out = calloc(1, sizeof *h);
    if (!h) return ohm_fail_memory("a heatmap");
    ohm_status status = OHM_OK;
    for (int i = 0; i < 4 && !status; i++) status = build(h, i & 1, i >> 1);
    if (status) {
        heatmap_destroy(h);
        *out = NULL;
        return status;
    }
    glGenVertexArrays(1, &h->vertices);
    glGenTextures(1, &h->table);
    glGenTextures(1, &h->grid);
    return OHM_OK;
}

void heatmap_destroy(heatmap *h) {
    if (!h) return;
    for (int i = 0; i < 4; i++) glDeleteProgram(h->programs[i & 1][i >> 1]); // 0 is allowed
    if (h->vertices) glDeleteVertexArrays(1, &h->vertices);
    if (h->table) glDeleteTextures(1, &h->table);
    if (h->grid) glDeleteTextures(1, &h->grid);
    free(h);
}

// ---- Drawing ----------------------------------------------------------------------------------

static void set_nearest(void) {
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
}

static uint32_t packed(const uint8_t rgb[3]) {
    return rgb[0] | (uint32_t)rgb[1] << 8 | (uint32_t)rgb[2] << 16;
}

static void fill_table(heatmap *h, colormap colors) {
    if (h->filled && h->colors == colors) return;
    uint8_t rgb[256][3];
    colormap_table(colors, rgb);
    glBindTexture(GL_TEXTURE_2D, h->table);
    uint32_t pairs[255][2];
    for (int i = 0; i < 255; i++) {
        pairs[i][0] = packed(rgb[i]);
        pairs[i][1] = packed(rgb[i + 1]);
    }
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RG32UI, 255, 1, 0, GL_RG_INTEGER, GL_UNSIGNED_INT, pairs);
    set_nearest();
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

// Sets the map from pixels of the wanted view to texels of the image. In double, so that a factor of 1 is
// exact.
static void set_texels(const heatmap *h, const ohm_view *is, const ohm_view *wanted) {
    const double across = is->width / is->cols, down = is->height / is->rows; // texels a synapse
    set4(h, "texel", wanted->cols / wanted->width * across, wanted->rows / wanted->height * down,
         (wanted->col - is->col) * across, (wanted->row - is->row) * down);
}

static bool has_grid(double synapses_a_pixel) {
    return synapses_a_pixel * HEATMAP_GRID_PIXELS <= 1;
}

// The shades along a side of a view: darker where a pixel shows another synapse than the pixel before it.
// This uses the formula that drew the picture, in double. In float32 lines would be beside their synapses.
static void shade_side(double start, double extent, uint32_t pixels, float *shade) {
    const double scale = extent / pixels;
    for (uint32_t i = 0; i < pixels; i++) {
        const bool first = floor(start + (i + 0.5) * scale) != floor(start + (i - 0.5) * scale);
        shade[i] = first && has_grid(scale) ? HEATMAP_GRID_SHADE : 1;
    }
}

static ohm_status fill_grid(heatmap *h, const ohm_view *v) {
    const uint32_t most = v->width > v->height ? v->width : v->height;
    float *shade = calloc(2 * (size_t)most, sizeof *shade);
    if (!shade) return ohm_fail_memory("a grid");
    shade_side(v->col, v->cols, v->width, shade);
    shade_side(v->row, v->rows, v->height, shade + most);
    glActiveTexture(GL_TEXTURE2);
    glBindTexture(GL_TEXTURE_2D, h->grid);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, (GLsizei)most, 2, 0, GL_RED, GL_FLOAT, shade);
    set_nearest();
    free(shade);
    return OHM_OK;
}

static void set_range(const heatmap *h, const color_scale *s) {
    const double low = s->logarithmic ? log(s->low) : s->low, high = s->logarithmic ? log(s->high) : s->high;
    set2(h, "range", low, high > low ? 1 / (high - low) : 0);
}

ohm_status heatmap_draw(heatmap *h, const image *i, const ohm_view *view, rectangle place, int surface_height,
                        const color_scale *scale, colormap colors) {
    if (!image_view(i)->width || place.width <= 0 || place.height <= 0) return OHM_OK;
    const bool grid = has_grid(view->cols / view->width) || has_grid(view->rows / view->height);
    h->program = h->programs[scale->logarithmic][grid];
    glUseProgram(h->program);
    const ohm_status status = grid ? fill_grid(h, view) : OHM_OK;
    if (status) return status;
    glActiveTexture(GL_TEXTURE1);
    fill_table(h, colors);
    glBindTexture(GL_TEXTURE_2D, h->table);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_2D, image_texture(i));
    set1i(h, "image", 0);
    set1i(h, "table", 1);
    set1i(h, "grid", 2);
    set4(h, "place", place.x, place.y, surface_height, 0);
    set_texels(h, image_view(i), view);
    set_range(h, scale);
    glViewport(place.x, surface_height - place.y - place.height, place.width, place.height);
    glBindVertexArray(h->vertices);
    glDisable(GL_BLEND);
    glDisable(GL_SCISSOR_TEST);
    glDrawArrays(GL_TRIANGLES, 0, 3);
    return OHM_OK;
}
