// Mouse and keys.
#include "notice.h"
#include "receptive.h"
#include "spiking.h"
#include "trace.h"
#include "ui.h"
#include "input.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <math.h>

const char input_keys[] = "drag\tpan\n"
                          "wheel\tzoom at the pointer\n"
                          "double-click, r\tshow the whole crossbar\n"
                          "click\tprint the synapse's values and plot its current\n"
                          "escape\tdeselect the synapse\n"
                          "space\tpause or resume\n"
                          ".\tone step\n"
                          "+ -\tmore or fewer steps per frame\n"
                          "1 2 3 4 5\tresistance, conductance, state, voltage, flux\n"
                          "6 7 8\tcurrent; with wires, potentials of word and bit lines\n"
                          "b\tbars of the lines' voltages and currents\n"
                          "m\tpixel value: mean, min, max, nearest\n"
                          "c\tnext colour map\n"
                          "l\tlinear or logarithmic scale\n"
                          "f\tcolour range: full, or of the visible values\n"
                          "n\tnetwork; again for other layouts\n"
                          "v\theatmap or receptive fields\n"
                          "page up, page down\tother receptive fields, if there are too many\n"
                          "[ ]\tprevious or next neuron\n"
                          "tab\tshow or hide the panel\n"
                          "s\tsave a picture\n"
                          "h\tshow or hide these keys\n"
                          "q\tquit\n";

static viewer *viewer_of(GLFWwindow *window) {
    return glfwGetWindowUserPointer(window);
}

// ---- Where the mouse is -----------------------------------------------------------------------

static bool inside(rectangle r, double x, double y) {
    return x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height;
}

bool input_probe(const viewer *v, double mouse_x, double mouse_y, uint64_t *row, uint64_t *col,
                 ohm_view *area) {
    const layout l = viewer_layout(v);
    const camera *c = &v->camera;
    if (viewer_face(v) != FACE_HEATMAP || !inside(l.map, mouse_x, mouse_y)) return false;
    const double x = floor(mouse_x - l.map.x), y = floor(mouse_y - l.map.y);
    double at_row, at_col;
    camera_synapse(c, x + 0.5, y + 0.5, &at_row, &at_col);
    if (at_row < 0 || at_col < 0 || at_row >= (double)c->rows || at_col >= (double)c->cols) return false;
    *row = (uint64_t)at_row;
    *col = (uint64_t)at_col;
    *area = viewer_view(v);
    camera_synapse(c, x, y, &area->row, &area->col);
    area->rows = c->down;
    area->cols = c->across;
    area->width = area->height = 1;
    return true;
}

static grip grip_at(const viewer *v, double x, double y) {
    const layout l = viewer_layout(v);
    const double reach = 10 * v->ui_scale;
    if (v->bare || x < l.bar.x - reach || x > l.bar.x + l.bar.width + reach)
        return inside(l.map, x, y) ? GRIP_MAP : GRIP_NONE;
    if (fabs(y - l.bar.y) <= reach) return GRIP_HIGH;
    if (fabs(y - l.bar.y - l.bar.height) <= reach) return GRIP_LOW;
    return GRIP_NONE;
}

// ---- Mouse ------------------------------------------------------------------------------------

#define CLICK_REACH 3 // pixels that the mouse may move during a click

// Drags an end of the colour range. The bar's height is the whole range.
static void drag_end(viewer *v, double pixels) {
    const layout l = viewer_layout(v);
    const double place = -pixels / l.bar.height;
    color_scale moved = v->scale;
    if (v->grip == GRIP_HIGH)
        moved.high = color_scale_value(&v->scale, 1 + place);
    else
        moved.low = color_scale_value(&v->scale, place);
    if (!(moved.low < moved.high)) return;
    v->scale = moved;
    v->range = RANGE_MANUAL;
}

static bool away_from_press(const viewer *v) {
    return hypot(v->mouse_x - v->press_x, v->mouse_y - v->press_y) > CLICK_REACH * v->ui_scale;
}

static void on_move(GLFWwindow *window, double x, double y) {
    viewer *v = viewer_of(window);
    const double scale = surface_scale(v->surface);
    x *= scale;
    y *= scale;
    const double dx = x - v->mouse_x, dy = y - v->mouse_y;
    v->mouse_x = x;
    v->mouse_y = y;
    v->mouse_inside = !ui_wants_mouse();
    if (away_from_press(v)) v->moved = true;
    if (v->grip == GRIP_MAP && viewer_face(v) != FACE_TILES) camera_pan(&v->camera, dx, dy);
    if (v->grip == GRIP_LOW || v->grip == GRIP_HIGH) drag_end(v, dy);
}

// Chooses the neuron at the mouse, if there is one.
static bool choose_neuron(viewer *v) {
    uint64_t neuron;
    if (!receptive_at(v, v->mouse_x, v->mouse_y, &neuron) && !spiking_at(v, v->mouse_x, v->mouse_y, &neuron))
        return false;
    v->neuron = neuron;
    return true;
}

static void on_button(GLFWwindow *window, int button, int action, int mods) {
    (void)mods;
    viewer *v = viewer_of(window);
    notice_clear(v);
    if (button != GLFW_MOUSE_BUTTON_LEFT) return;
    if (action == GLFW_RELEASE) {
        if (v->grip == GRIP_MAP && !v->moved) {
            v->clicked = true;
            v->click_x = v->mouse_x;
            v->click_y = v->mouse_y;
        }
        v->grip = GRIP_NONE;
        return;
    }
    if (ui_wants_mouse() || choose_neuron(v)) return;
    const double now = glfwGetTime();
    v->grip = grip_at(v, v->mouse_x, v->mouse_y);
    const bool again = !v->moved && now - v->press_time < 0.4 && !away_from_press(v);
    if (v->grip == GRIP_MAP && again) camera_reset(&v->camera);
    if (v->grip == GRIP_NONE) trace_drop(&v->trace);
    v->press_time = now;
    v->press_x = v->mouse_x;
    v->press_y = v->mouse_y;
    v->moved = v->grip == GRIP_MAP && again; // the second press of a double click is not a click of its own
}

static void on_wheel(GLFWwindow *window, double x, double y) {
    (void)x;
    viewer *v = viewer_of(window);
    const layout l = viewer_layout(v);
    if (ui_wants_mouse() || v->network || !inside(l.map, v->mouse_x, v->mouse_y)) return;
    if (viewer_face(v) == FACE_TILES) {
        receptive_turn(v, y < 0 ? 1 : y > 0 ? -1 : 0);
        return;
    }
    camera_zoom(&v->camera, v->mouse_x - l.map.x, v->mouse_y - l.map.y, pow(1.25, y));
    v->moved = true; // so that the next press is not the second of a double click
}

static void on_enter(GLFWwindow *window, int entered) {
    viewer_of(window)->mouse_inside = entered;
}

// ---- Keys -------------------------------------------------------------------------------------

void input_choose_quantity(viewer *v, ohm_quantity quantity) {
    if (!viewer_has(v, quantity)) {
        notice_say(v, quantity == OHM_FLUX ? "the flux is not tracked; start with --flux"
                                           : "lines have no resistance; start with --wires");
        return;
    }
    if (quantity != v->quantity && v->range == RANGE_MANUAL)
        v->range = RANGE_WHOLE; // its ends were in another unit
    v->quantity = quantity;
}

// Goes through the network layouts, then back to the heatmap.
static void next_network(viewer *v) {
    if (v->camera.rows != v->camera.cols || v->camera.rows > NETWORK_MAX) {
        notice_say(v, "the network view shows at most %d x %d synapses", NETWORK_MAX, NETWORK_MAX);
        return;
    }
    if (!v->network) {
        v->network = true;
        v->layout = NETWORK_RING;
    } else if (v->layout == NETWORK_RING) {
        v->layout = NETWORK_BIPARTITE;
    } else {
        v->network = false;
    }
}

void input_show_tiles(viewer *v, bool tiles) {
    if (tiles && !viewer_has_tiles(v)) {
        notice_say(v, "columns of more than %u devices are not shown as receptive fields", OHM_MAX_IMAGE);
        return;
    }
    if (v->learning.training && v->range == RANGE_MANUAL)
        v->range = RANGE_WHOLE; // its ends were of weights, or not
    v->tiles = tiles;
}

// From the heatmap or a network to the receptive fields, and back to the heatmap.
static void next_face(viewer *v) {
    input_show_tiles(v, viewer_face(v) != FACE_TILES);
    v->network = false;
}

static void next_neuron(viewer *v, int by) {
    const uint64_t count = viewer_columns(v);
    v->neuron = (v->neuron + count + (uint64_t)(int64_t)by) % count;
    if (viewer_face(v) == FACE_TILES) receptive_follow(v);
}

static void more_steps(viewer *v, bool more) {
    uint64_t *k = &v->steps_per_frame;
    if (more)
        *k = *k < 1u << 20 ? *k * 2 + (*k == 0) : *k;
    else
        *k = *k > 1 ? *k / 2 : 1;
}

// Commands go by the character, not by the key, so that they work with every keyboard layout.
static void on_character(GLFWwindow *window, unsigned character) {
    viewer *v = viewer_of(window);
    notice_clear(v);
    if (ui_wants_keys()) return;
    if (character >= '1' && character < '1' + OHM_QUANTITIES)
        input_choose_quantity(v, (ohm_quantity)(character - '1'));
    switch (character) {
    case ' ': v->paused = !v->paused; break;
    case '.': v->paused = true, v->extra_steps++; break;
    case '+': more_steps(v, true); break;
    case '-': more_steps(v, false); break;
    case 'm': v->reduction = (v->reduction + 1) % OHM_REDUCTIONS; break;
    case 'c': v->colors = (viewer_colors(v) + 1) % COLORMAP_COUNT, v->colors_chosen = true; break;
    case 'l': v->logarithmic = !v->logarithmic; break;
    case 'f': v->range = v->range == RANGE_WHOLE ? RANGE_SEEN : RANGE_WHOLE; break;
    case 'n': next_network(v); break;
    case 'v': next_face(v); break;
    case '[': next_neuron(v, -1); break;
    case ']': next_neuron(v, 1); break;
    case 'b': v->with_bars = !v->with_bars; break;
    case 'r': camera_reset(&v->camera); break;
    case 's': v->screenshot = true; break;
    case 'h': v->help = !v->help; break;
    case 'q': v->quit = true; break;
    default: break;
    }
}

static void on_key(GLFWwindow *window, int key, int scancode, int action, int mods) {
    (void)scancode, (void)mods;
    viewer *v = viewer_of(window);
    if (action != GLFW_PRESS || ui_wants_keys()) return;
    if (key == GLFW_KEY_TAB) v->panel = !v->panel;
    if (key == GLFW_KEY_PAGE_DOWN) receptive_turn(v, 1);
    if (key == GLFW_KEY_PAGE_UP) receptive_turn(v, -1);
    if (key == GLFW_KEY_ESCAPE) trace_drop(&v->trace);
}

static void on_close(GLFWwindow *window) {
    viewer_of(window)->quit = true;
}

void input_listen(viewer *v) {
    GLFWwindow *window = surface_window(v->surface);
    v->press_time = -1; // long ago, so that the first press is not the second of a double click
    glfwSetWindowUserPointer(window, v);
    glfwSetCursorPosCallback(window, on_move);
    glfwSetCursorEnterCallback(window, on_enter);
    glfwSetMouseButtonCallback(window, on_button);
    glfwSetScrollCallback(window, on_wheel);
    glfwSetCharCallback(window, on_character);
    glfwSetKeyCallback(window, on_key);
    glfwSetWindowCloseCallback(window, on_close);
}
