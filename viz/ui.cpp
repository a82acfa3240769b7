// The project's only C++: Dear ImGui behind ui.h.
#include "ui.h"

#include <backends/imgui_impl_glfw.h>
#include <backends/imgui_impl_opengl3.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <imgui.h>
#include <string>
#include <unistd.h>

static bool has_window;    // the surface is one
static bool inside_window; // between ui_window_begin and ui_window_end
static double ui_scale = 1;

// ---- Starting and ending ------------------------------------------------------------------------

// Loads DejaVu with Latin and Greek letters and the signs in our texts. Without it there is Dear ImGui's own
// font, which has ASCII only.
static void load_font(double scale) {
    static const ImWchar ranges[] = {0x20,   0x17F,  0x370,  0x3FF,  0x2010, 0x2044, 0x2070, 0x209F, 0x2126,
                                     0x2126, 0x2190, 0x2199, 0x2200, 0x22FF, 0x25A0, 0x25FF, 0};
    static const char *const files[] = {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
                                        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
                                        "/usr/share/fonts/TTF/DejaVuSans.ttf",
                                        "/usr/share/fonts/dejavu/DejaVuSans.ttf"};
    ImFontAtlas *fonts = ImGui::GetIO().Fonts;
    for (const char *file : files)
        if (access(file, R_OK) == 0 && fonts->AddFontFromFileTTF(file, float(13 * scale), nullptr, ranges))
            return;
    ImFontConfig config;
    config.SizePixels = float(13 * scale);
    fonts->AddFontDefault(&config);
}

extern "C" void ui_open(const surface *s, double scale) {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr; // nothing is remembered from run to run
    ImGui::GetStyle().ScaleAllSizes(float(scale));
    ImGui::GetStyle().WindowRounding = 0;
    load_font(scale);
    ui_scale = scale;
    has_window = surface_window(s) != nullptr;
    if (has_window) ImGui_ImplGlfw_InitForOpenGL(surface_window(s), true);
    ImGui_ImplOpenGL3_Init("#version 330 core");
}

extern "C" void ui_close(void) {
    if (!ImGui::GetCurrentContext()) return;
    ImGui_ImplOpenGL3_Shutdown();
    if (has_window) ImGui_ImplGlfw_Shutdown();
    ImGui::DestroyContext();
}

// ---- Telling the controls -----------------------------------------------------------------------
// For tests, which work the window by mouse and keys: the file OHMSCAPE_CONTROLS describes the last frame.
// Each control has a line with x and y of its middle, what it is doing, its name and its value, separated by
// tabs. The last line is the number of the frame.

static FILE *told;
static std::string told_path;

static void tell_begin() {
    const char *path = has_window ? getenv("OHMSCAPE_CONTROLS") : nullptr;
    if (!path || !*path) return;
    told_path = path;
    told = fopen((told_path + ".new").c_str(), "w");
}

static void tell_end() {
    if (!told) return;
    fprintf(told, "0\t0\tframe\tframe\t%d\n", ImGui::GetFrameCount());
    const bool written = fclose(told) == 0;
    told = nullptr;
    if (written) rename((told_path + ".new").c_str(), told_path.c_str());
}

static void tell(ImVec2 middle, const char *doing, const char *name, const char *value) {
    if (told)
        fprintf(told, "%.0f\t%.0f\t%s\t%s\t%s\n", double(middle.x), double(middle.y), doing, name, value);
}

// A label's name is what precedes ##. The rest tells equal names apart.
static const char *name_of(const char *label) {
    const char *key = strstr(label, "##");
    return key ? key + 2 : label;
}

static const char *doing_of_item() {
    return ImGui::IsItemActive() ? "active" : ImGui::IsItemHovered() ? "hovered" : "idle";
}

// Describes the control that was drawn last.
static void tell_item(const char *label, const char *value) {
    const ImVec2 low = ImGui::GetItemRectMin(), high = ImGui::GetItemRectMax();
    tell(ImVec2((low.x + high.x) / 2, (low.y + high.y) / 2), doing_of_item(), name_of(label), value);
}

static void tell_number(const char *label, double value) {
    char text[32];
    snprintf(text, sizeof text, "%.17g", value);
    tell_item(label, text);
}

// ---- A frame ------------------------------------------------------------------------------------

extern "C" void ui_begin(int width, int height, double seconds) {
    ImGui_ImplOpenGL3_NewFrame();
    if (has_window) ImGui_ImplGlfw_NewFrame();
    tell_begin();
    ImGuiIO &io = ImGui::GetIO();
    if (!has_window) {
        io.DisplaySize = ImVec2(float(width), float(height));
        io.DeltaTime = seconds > 1e-6 ? float(seconds) : 1e-6f;
    }
    ImGui::NewFrame();
}

extern "C" void ui_end(void) {
    tell_end();
    ImGui::Render();
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

extern "C" bool ui_wants_mouse(void) {
    return ImGui::GetIO().WantCaptureMouse;
}

extern "C" bool ui_wants_keys(void) {
    return ImGui::GetIO().WantTextInput;
}

// ---- Shapes -------------------------------------------------------------------------------------

static ImDrawList *list() {
    return inside_window ? ImGui::GetWindowDrawList() : ImGui::GetBackgroundDrawList();
}

static ImU32 color_of(ui_color c) {
    return IM_COL32(c >> 24, c >> 16 & 255, c >> 8 & 255, c & 255);
}

static ImVec2 at(double x, double y) {
    return ImVec2(float(x), float(y));
}

extern "C" void ui_line(double x0, double y0, double x1, double y1, ui_color color, double width) {
    list()->AddLine(at(x0, y0), at(x1, y1), color_of(color), float(width));
}

extern "C" void ui_box(double x, double y, double width, double height, ui_color color) {
    list()->AddRectFilled(at(x, y), at(x + width, y + height), color_of(color));
}

extern "C" void ui_frame(double x, double y, double width, double height, ui_color color) {
    list()->AddRect(at(x, y), at(x + width, y + height), color_of(color));
}

extern "C" void ui_dot(double x, double y, double radius, ui_color color) {
    list()->AddCircleFilled(at(x, y), float(radius), color_of(color));
}

extern "C" void ui_text(double x, double y, double across, double down, ui_color color, const char *text) {
    const ImVec2 size = ImGui::CalcTextSize(text);
    // Whole pixels, because letters between pixels are blurred.
    const double left = double(int(x - across * size.x)), top = double(int(y - down * size.y));
    list()->AddText(at(left, top), color_of(color), text);
}

extern "C" double ui_text_width(const char *text) {
    return ImGui::CalcTextSize(text).x;
}

extern "C" double ui_text_height(void) {
    return ImGui::GetFontSize();
}

// ---- Windows and controls -----------------------------------------------------------------------

extern "C" void ui_window_begin(const char *title, double x, double y, double width, double height) {
    ImGui::SetNextWindowPos(at(x, y));
    ImGui::SetNextWindowSize(at(width, height));
    ImGui::Begin(title, nullptr,
                 ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoResize | ImGuiWindowFlags_NoCollapse |
                     ImGuiWindowFlags_NoTitleBar);
    ImGui::PushItemWidth(-float(90 * ui_scale));
    inside_window = true;
}

extern "C" void ui_window_end(void) {
    ImGui::PopItemWidth();
    ImGui::End();
    inside_window = false;
}

extern "C" void ui_tooltip(const char *text) {
    ImGui::SetTooltip("%s", text);
}

extern "C" void ui_label(const char *text) {
    ImGui::TextWrapped("%s", text);
    tell_item("", text);
}

extern "C" void ui_section(const char *title) {
    ImGui::Spacing();
    ImGui::TextDisabled("%s", title);
    ImGui::Separator();
}

extern "C" void ui_same_line(void) {
    ImGui::SameLine();
}

extern "C" bool ui_button(const char *label) {
    const bool pressed = ImGui::Button(label);
    tell_item(label, "");
    return pressed;
}

extern "C" bool ui_check(const char *label, bool *on) {
    const bool changed = ImGui::Checkbox(label, on);
    tell_item(label, *on ? "on" : "off");
    return changed;
}

// Draws the lines of an open menu. Returns whether one was chosen.
static bool choose(int *chosen, const char *const *names, int count) {
    bool changed = false;
    for (int i = 0; i < count; i++) {
        ImGui::PushID(i);
        if (ImGui::Selectable(names[i], i == *chosen)) *chosen = i, changed = true;
        if (ImGui::IsItemVisible()) tell_item(names[i], "in a menu");
        if (i == *chosen) ImGui::SetItemDefaultFocus();
        ImGui::PopID();
    }
    return changed;
}

extern "C" bool ui_choice(const char *label, int *chosen, const char *const *names, int count) {
    const char *shown = *chosen >= 0 && *chosen < count ? names[*chosen] : "";
    const ImVec2 corner = ImGui::GetCursorScreenPos();
    const ImVec2 middle(corner.x + ImGui::CalcItemWidth() / 2, corner.y + ImGui::GetFrameHeight() / 2);
    const bool open = ImGui::BeginCombo(label, shown);
    tell(middle, open ? "open" : doing_of_item(), name_of(label), shown);
    if (!open) return false;
    const bool changed = choose(chosen, names, count);
    ImGui::EndCombo();
    return changed;
}

static void help_below_mouse(const char *help) {
    if (help && ImGui::IsItemHovered()) ImGui::SetTooltip("%s", help);
}

// A slider over decades is logarithmic.
static bool slider(const char *label, double *value, double low, double high, const char *format,
                   const char *help) {
    const bool wide = low > 0 && high / low > 100;
    const bool changed =
        ImGui::SliderScalar(label, ImGuiDataType_Double, value, &low, &high, format,
                            (wide ? ImGuiSliderFlags_Logarithmic : 0) | ImGuiSliderFlags_AlwaysClamp);
    tell_number(label, *value);
    help_below_mouse(help);
    return changed;
}

extern "C" bool ui_slider(const char *label, double *value, double low, double high, const char *help) {
    return slider(label, value, low, high, "%.4g", help);
}

extern "C" bool ui_whole(const char *label, double *value, double low, double high, const char *help) {
    const double before = *value;
    slider(label, value, low, high, "%.0f", help);
    *value = std::floor(*value + 0.5); // a fraction can be typed
    return *value != before;
}

extern "C" bool ui_number(const char *label, uint64_t *value) {
    const ImU64 one = 1;
    ImU64 number = *value;
    const bool changed = ImGui::InputScalar(label, ImGuiDataType_U64, &number, &one);
    tell_number(label, double(number));
    *value = number;
    return changed;
}

extern "C" bool ui_typed(const char *label, char *text, size_t size, const char *help) {
    ImGui::InputText(label, text, size);
    tell_item(label, text);
    const bool ended = ImGui::IsItemDeactivatedAfterEdit();
    help_below_mouse(help);
    return ended;
}

extern "C" bool ui_fold(const char *title) {
    const bool open = ImGui::CollapsingHeader(title);
    tell_item(title, open ? "open" : "closed");
    return open;
}

extern "C" void ui_canvas(const char *name, double height, double *x, double *y, double *width, bool *held,
                          double *mouse) {
    const ImVec2 place = ImGui::GetCursorScreenPos();
    const float across = ImGui::GetContentRegionAvail().x;
    ImGui::InvisibleButton(name, ImVec2(across, float(height)));
    *x = place.x;
    *y = place.y;
    *width = across;
    *held = ImGui::IsItemActive();
    *mouse = (ImGui::GetIO().MousePos.x - place.x) / across;
}
