// The tables of the colour maps, computed when they are asked for. Every channel of every entry is within 1
// of 255 of matplotlib's map of the same name, which tests/colormaps.py checks.
#include "colormap.h"

#include <math.h>
#include <string.h>

const char *const colormap_name[COLORMAP_COUNT] = {
    [COLORMAP_JET] = "jet",         [COLORMAP_VIRIDIS] = "viridis",   [COLORMAP_MAGMA] = "magma",
    [COLORMAP_CIVIDIS] = "cividis", [COLORMAP_COOLWARM] = "coolwarm", [COLORMAP_GRAY] = "gray",
};

static uint8_t to_byte(double level) {
    return (uint8_t)lround(255 * fmin(fmax(level, 0), 1));
}

static double mix(double a, double b, double t) {
    return a + (b - a) * t;
}

// ---- Gray -------------------------------------------------------------------------------------

static void fill_gray(uint8_t rgb[256][3]) {
    for (int i = 0; i < 256; i++) memset(rgb[i], i, 3);
}

// ---- Jet --------------------------------------------------------------------------------------

// A channel that rises to 1, stays there, and falls. Before and after that it is constant.
typedef struct hill {
    double foot, top, edge, end; // where it starts to rise, is full, starts to fall, has fallen
    double start, finish;        // the levels at foot and at end
} hill;

// The corners are matplotlib's, which differ from Matlab's.
static const hill jet[3] = {
    {0.35, 0.66, 0.89, 1.00, 0.0, 0.5},
    {0.125, 0.375, 0.64, 0.91, 0.0, 0.0},
    {0.00, 0.11, 0.34, 0.65, 0.5, 0.0},
};

static double hill_at(const hill *h, double x) {
    if (x <= h->foot) return h->start;
    if (x < h->top) return mix(h->start, 1, (x - h->foot) / (h->top - h->foot));
    if (x <= h->edge) return 1;
    if (x < h->end) return mix(1, h->finish, (x - h->edge) / (h->end - h->edge));
    return h->finish;
}

static void fill_jet(uint8_t rgb[256][3]) {
    for (int i = 0; i < 256; i++)
        for (int c = 0; c < 3; c++) rgb[i][c] = to_byte(hill_at(&jet[c], i / 255.0));
}

// ---- Coolwarm ---------------------------------------------------------------------------------

// After K. Moreland, Diverging Color Maps for Scientific Visualization (2009): from blue to a light grey and
// on to red, along straight lines in Msh, the polar form of CIELAB.
typedef struct msh {
    double m, s, h; // distance from black, angle from the grey axis, hue
} msh;

static const double white[3] = {0.9505, 1, 1.089}; // D65
static const double xyz_from_rgb[3][3] = {
    {0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}};
static const double rgb_from_xyz[3][3] = {
    {3.2406, -1.5372, -0.4986}, {-0.9689, 1.8758, 0.0415}, {0.0557, -0.2040, 1.0570}};

static double linear_from_srgb(double v) {
    return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double srgb_from_linear(double v) {
    return v <= 0.0031308 ? v * 12.92 : 1.055 * pow(v, 1 / 2.4) - 0.055;
}

static double lab_from_ratio(double t) {
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

static double ratio_from_lab(double t) {
    return t > 0.206893 ? t * t * t : (t - 16.0 / 116) / 7.787;
}

static void transform(const double matrix[3][3], const double in[3], double out[3]) {
    for (int i = 0; i < 3; i++) out[i] = matrix[i][0] * in[0] + matrix[i][1] * in[1] + matrix[i][2] * in[2];
}

static msh msh_from_rgb(const uint8_t rgb[3]) {
    double linear[3], xyz[3], f[3];
    for (int c = 0; c < 3; c++) linear[c] = linear_from_srgb(rgb[c] / 255.0);
    transform(xyz_from_rgb, linear, xyz);
    for (int c = 0; c < 3; c++) f[c] = lab_from_ratio(xyz[c] / white[c]);
    const double l = 116 * f[1] - 16, a = 500 * (f[0] - f[1]), b = 200 * (f[1] - f[2]);
    const double m = sqrt(l * l + a * a + b * b);
    return (msh){m, acos(l / m), atan2(b, a)};
}

static void rgb_from_msh(msh p, double rgb[3]) {
    const double l = p.m * cos(p.s), a = p.m * sin(p.s) * cos(p.h), b = p.m * sin(p.s) * sin(p.h);
    const double y = (l + 16) / 116, f[3] = {y + a / 500, y, y - b / 200};
    double xyz[3];
    for (int c = 0; c < 3; c++) xyz[c] = white[c] * ratio_from_lab(f[c]);
    transform(rgb_from_xyz, xyz, rgb);
    for (int c = 0; c < 3; c++) rgb[c] = srgb_from_linear(rgb[c]);
}

// The grey in the middle, as approached from an end. Grey has no hue, so it is given one turned away from
// purple, which makes the change of hue look even.
static msh middle_from(msh end, double m) {
    const double turn = end.s * sqrt(m * m - end.m * end.m) / (end.m * sin(end.s));
    return (msh){m, 0, end.h > -acos(-1) / 3 ? end.h + turn : end.h - turn};
}

static void coolwarm_at(double x, double rgb[3]) {
    static const uint8_t cool[3] = {59, 76, 192}, warm[3] = {180, 4, 38};
    const msh a = msh_from_rgb(cool), b = msh_from_rgb(warm);
    const double m = fmax(88, fmax(a.m, b.m)), t = fabs(2 * x - 1);
    const msh end = x < 0.5 ? a : b, grey = middle_from(end, m);
    rgb_from_msh((msh){mix(grey.m, end.m, t), mix(grey.s, end.s, t), mix(grey.h, end.h, t)}, rgb);
}

// Moreland gives a table of 33 colours with straight lines between them, and matplotlib has that. The curve
// itself would be 5 of 255 away at the red end, where green falls steeply to 4.
static void fill_coolwarm(uint8_t rgb[256][3]) {
    double table[33][3];
    for (int i = 0; i < 33; i++) coolwarm_at(i / 32.0, table[i]);
    for (int i = 0; i < 256; i++) {
        const double x = i * 32 / 255.0;
        const int k = i < 255 ? (int)x : 31;
        for (int c = 0; c < 3; c++) rgb[i][c] = to_byte(mix(table[k][c], table[k + 1][c], x - k));
    }
}

// ---- Viridis, magma, cividis ------------------------------------------------------------------

// These maps are the results of optimisations and have no formula. They are by S. van der Walt and N. Smith
// (viridis and magma, 2015) and by J. Nuñez, C. Anderton and R. Renslow (cividis, 2018). Matplotlib's tables
// of them are in the public domain (CC0).
//
// A knot is a rounded entry of such a table, and its index. The next knot is the furthest one to which a
// straight line, rounded, stays within 0.75 of 255 of all entries between.
typedef struct knot {
    uint8_t at, rgb[3];
} knot;

static const knot viridis[] = {
    {0, {68, 1, 84}},      {13, {72, 20, 103}},   {29, {72, 41, 121}},   {42, {68, 57, 131}},
    {58, {62, 76, 138}},   {81, {50, 100, 142}},  {120, {35, 137, 142}}, {134, {31, 150, 139}},
    {145, {31, 161, 136}}, {151, {33, 166, 133}}, {160, {40, 174, 128}}, {168, {50, 182, 122}},
    {173, {58, 186, 118}}, {180, {70, 192, 111}}, {192, {94, 201, 98}},  {203, {119, 209, 83}},
    {215, {149, 216, 64}}, {233, {197, 224, 33}}, {240, {216, 226, 25}}, {243, {223, 227, 24}},
    {246, {231, 228, 25}}, {251, {244, 230, 30}}, {254, {251, 231, 35}}, {255, {253, 231, 37}}};

static const knot magma[] = {
    {0, {0, 0, 4}},         {2, {1, 1, 6}},         {3, {1, 1, 8}},         {12, {6, 5, 26}},
    {23, {18, 13, 49}},     {33, {30, 17, 73}},     {43, {45, 17, 97}},     {48, {54, 16, 107}},
    {55, {66, 15, 117}},    {64, {81, 18, 124}},    {75, {98, 25, 128}},    {93, {126, 36, 130}},
    {113, {158, 47, 127}},  {129, {184, 55, 121}},  {143, {207, 64, 112}},  {157, {227, 78, 101}},
    {162, {233, 84, 98}},   {167, {238, 91, 94}},   {174, {244, 103, 92}},  {182, {248, 118, 92}},
    {189, {251, 131, 95}},  {196, {252, 144, 101}}, {204, {254, 159, 109}}, {218, {254, 185, 127}},
    {235, {254, 216, 154}}, {249, {252, 242, 180}}, {255, {252, 253, 191}}};

static const knot cividis[] = {
    {0, {0, 34, 78}},       {12, {0, 43, 98}},      {17, {0, 46, 108}},     {20, {0, 48, 112}},
    {22, {0, 49, 113}},     {23, {1, 50, 113}},     {27, {15, 53, 112}},    {31, {24, 55, 111}},
    {37, {35, 60, 110}},    {53, {56, 71, 108}},    {76, {79, 87, 108}},    {96, {97, 101, 111}},
    {119, {117, 117, 117}}, {125, {122, 122, 120}}, {141, {137, 133, 120}}, {152, {147, 142, 120}},
    {159, {154, 147, 118}}, {171, {166, 156, 116}}, {195, {191, 176, 107}}, {215, {212, 193, 95}},
    {231, {230, 208, 81}},  {242, {242, 218, 68}},  {248, {249, 224, 58}},  {251, {253, 227, 52}},
    {252, {254, 228, 52}},  {254, {254, 230, 54}},  {255, {254, 232, 56}}};

static void fill_from_knots(const knot *k, uint8_t rgb[256][3]) {
    for (int i = 0; i < 256; i++) {
        if (i > k[1].at) k++;
        const double t = (double)(i - k[0].at) / (k[1].at - k[0].at);
        for (int c = 0; c < 3; c++) rgb[i][c] = (uint8_t)lround(mix(k[0].rgb[c], k[1].rgb[c], t));
    }
}

// ---- All of them ------------------------------------------------------------------------------

int colormap_find(const char *name) {
    for (int m = 0; m < COLORMAP_COUNT; m++)
        if (!strcmp(name, colormap_name[m])) return m;
    return -1;
}

void colormap_table(colormap m, uint8_t rgb[256][3]) {
    switch (m) {
    case COLORMAP_VIRIDIS: fill_from_knots(viridis, rgb); break;
    case COLORMAP_MAGMA: fill_from_knots(magma, rgb); break;
    case COLORMAP_CIVIDIS: fill_from_knots(cividis, rgb); break;
    case COLORMAP_COOLWARM: fill_coolwarm(rgb); break;
    case COLORMAP_GRAY: fill_gray(rgb); break;
    default: fill_jet(rgb);
    }
}
