#!/usr/bin/env bats
# The viewer in a window: on a display in memory (Xvfb), with keys and a mouse that xdotool moves. There is
# no window manager there. OHMSCAPE_GL_DEBUG is set throughout: OpenGL's complaints would end up on stderr,
# and every test looks at that.
load common

setup_file() {
    local candidate missing=
    export NO_WINDOWS= DISPLAY=
    find_python h5py numpy PIL.Image
    [ -n "$PYTHON" ] || missing="python3 with numpy, h5py and PIL"
    for candidate in xdotool Xvfb; do
        command -v "$candidate" >/dev/null || missing=$candidate
    done
    if [ -n "$missing" ]; then
        NO_WINDOWS="no $missing"
        return
    fi
    start_display "$BATS_FILE_TMPDIR"
}

teardown_file() {
    stop_display
}

setup() {
    [ -z "$NO_WINDOWS" ] || skip "$NO_WINDOWS"
    common_setup
    ohmscape=$(realpath "$ohmscape")
    out=$tmp/out err=$tmp/err
    patience=120 # s, which only a test that fails or a busy machine needs
    [ -z "${SANITIZE-}" ] || patience=300
    export OHMSCAPE_GL_DEBUG=1
    unset XMODIFIERS WAYLAND_DISPLAY
}

teardown() {
    [ -n "${pid-}" ] || return 0
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

# ---- Waiting ----------------------------------------------------------------------------------

# wait_for WHAT COMMAND...: repeats the command until it succeeds. What it says is shown if it never does.
wait_for() {
    local what=$1 end=$((SECONDS + patience))
    shift
    until "$@" 2>"$tmp/why"; do
        if [ "$SECONDS" -ge "$end" ] || gone; then
            fail "in vain: $what" "$(<"$tmp/why")" "title: $(title 2>&1)" "stdout: $(<"$out")" "stderr: $(<"$err")"
            return
        fi
        sleep 0.02
    done
}

# ---- The window -------------------------------------------------------------------------------

# Synapses that stay as they start, for there is no voltage.
still=(--device native --stimulus constant:value=0)

mouse_away() {
    xdotool mousemove 1399 999 # beyond every window
}

# start ARG...: runs `view ARG...` in $tmp.
start() {
    mouse_away
    taken=0
    (cd "$tmp" && OHMSCAPE_CONTROLS=$tmp/controls exec "$ohmscape" view "$@") >"$out" 2>"$err" 3>&- &
    pid=$!
}

# open_window ARG...: does so, and waits until the window is ready for keys: it has a title with a step then.
open_window() {
    start "$@"
    take_window
}

take_window() {
    wait_for "a window" find_window
    wait_for "its focus" focused
}

# open_still ARG...: so that all pictures of the same part are the same.
open_still() {
    open_window "${still[@]}" "$@"
    xdotool key space # and does not keep the machine busy
}

find_window() {
    window=$(xdotool search --all --pid "$pid" --name '^ohmscape - ') && [ -n "$window" ]
}

focused() {
    xdotool windowfocus "$window" && [ "$(xdotool getwindowfocus)" = "$window" ]
}

title() {
    xdotool getwindowname "$window"
}

title_says() {
    [[ $(title) =~ $1 ]]
}

title_step() {
    title | sed -n 's/.* - step \([0-9]*\) .*/\1/p'
}

title_passes() {
    [ "$(title_step)" -gt "$1" ]
}

gone() {
    ! kill -0 "$pid" 2>/dev/null
}

# expect_end CODE [PATTERN]: the window ends by itself with this exit status, and a silent stderr or one
# error line that matches.
expect_end() {
    local code=0 end=$((SECONDS + patience))
    until gone; do
        [ "$SECONDS" -lt "$end" ] || fail "does not end: $(title)" "stderr: $(<"$err")" || return
        sleep 0.02
    done
    wait "$pid" || code=$?
    pid=
    [ "$code" -eq "$1" ] || fail "exit status $code, not $1" "stdout: $(<"$out")" "stderr: $(<"$err")" || return
    stderr=$(<"$err")
    if [ $# -eq 2 ]; then
        mapfile -t stderr_lines <"$err"
        expect_message "$2" view
    else
        [ -z "$stderr" ] || fail "on stderr: $stderr"
    fi
}

quit() {
    xdotool key q
    expect_end 0
}

# What a window manager does when its cross is clicked.
ask_to_close() {
    look "$window" <<'END'
import ctypes
X = ctypes.CDLL("libX11.so.6")
X.XOpenDisplay.restype = X.XInternAtom.restype = ctypes.c_void_p
X.XInternAtom.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
X.XSendEvent.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_long, ctypes.c_void_p]
X.XCloseDisplay.argtypes = [ctypes.c_void_p]


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int),
                ("display", ctypes.c_void_p), ("window", ctypes.c_ulong), ("message", ctypes.c_ulong),
                ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 24)]


display = X.XOpenDisplay(None)
window = int(sys.argv[1])
event = ClientMessage(type=33, window=window, message=X.XInternAtom(display, b"WM_PROTOCOLS", 0), format=32)
event.data[0] = X.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
X.XSendEvent(display, window, 0, 0, ctypes.byref(event))
X.XCloseDisplay(display)
END
}

# ---- Pictures ---------------------------------------------------------------------------------

# Saves a picture with the key s, in $picture, of step $picture_step. Whatever was done before has been heard
# then, and a frame was drawn after it.
snap() {
    taken=$((taken + 1))
    xdotool key s || return
    wait_for "picture $taken" picture_saved || return
    picture=$(sed -n 's/^saved //p' "$out" | sed -n "${taken}p")
    picture_step=$(sed 's/^ohmscape-\([0-9]*\).*/\1/' <<<"$picture")
    picture=$tmp/$picture
}

picture_saved() {
    [ "$(grep -c '^saved ' "$out")" -ge "$taken" ]
}

# Whether the window shows the picture of a file, and whether it shows another. One program writes them all,
# so that equal pictures are equal files.
shows() {
    snap && cmp "$picture" "$1" >&2
}

shows_other() {
    snap && ! cmp -s "$picture" "$1"
}

expect_picture() {
    wait_for "the picture ${1##*/}" shows "$1"
}

expect_other() {
    wait_for "another picture than ${1##*/}" shows_other "$1"
}

# headless NAME ARG...: draws the picture $tmp/NAME without a window.
headless() {
    expect_ok view --headless --quiet --screenshot "$tmp/$1" "${@:2}"
}

# look ARG...: runs the Python program on stdin, after these definitions.
look() {
    { cat <<'END'; cat; } | "$PYTHON" - "$@"
import sys
import numpy as np
from PIL import Image

NOTHING = (33, 33, 38)  # where the map has no synapse


def load(path):
    """The picture's red, green and blue, [height, width, 3]."""
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


END
}

# Whether the next picture is of this step, and whether it is of a later one.
step_is() {
    snap && [ "$picture_step" -eq "$1" ]
}

step_passes() {
    snap && [ "$picture_step" -gt "$1" ]
}

# Pauses; the step at which it rests is in $picture_step.
pause() {
    xdotool key space
    wait_for "the rest" at_rest
}

# The title, which is written after some frames, and the frames of three pictures are of one step.
at_rest() {
    local before
    snap && before=$picture_step && title_says " - step $before paused - " &&
        snap && [ "$picture_step" = "$before" ] && snap && [ "$picture_step" = "$before" ]
}

# ---- The mouse --------------------------------------------------------------------------------

move() {
    xdotool mousemove --window "$window" "$1" "$2"
}

# drag X Y DX DY: with the left button, and leaves the window.
drag() {
    xdotool mousemove --window "$window" "$1" "$2" mousedown 1 \
        mousemove --window "$window" $(($1 + $3)) $(($2 + $4)) mouseup 1 mousemove 1399 999
}

# click X Y: and waits for the line that is printed.
click() {
    local before
    before=$(clicks_printed)
    xdotool mousemove --window "$window" "$1" "$2" click 1
    wait_for "what the click at $1 $2 prints" more_clicks_than "$before"
}

clicks_printed() {
    grep -c '^row ' "$out" || true
}

more_clicks_than() {
    [ "$(clicks_printed)" -gt "$1" ]
}

# Where things are in a window that is not bare, as viz/frame.c lays it out: left, top, right of the panel
# and bottom of the map.
map_left=64 map_top=34 map_right=108 map_bottom=40

# panel_width WIDTH: of a window so wide.
panel_width() {
    echo $(($1 * 45 / 100 < 330 ? $1 * 45 / 100 : 330))
}

# map_of WIDTH HEIGHT: the size of the map, two numbers.
map_of() {
    echo $(($1 - $(panel_width "$1") - map_left - map_right)) $(($2 - map_top - map_bottom))
}

# ---- Opening and running ----------------------------------------------------------------------

@test "a window opens with GLX and with EGL, and its title tells how it runs" {
    local number='[0-9.]+(e[+][0-9]+)?' seconds
    for api in glx egl; do
        open_window -n 64 --size 640x400 --context "$api" --timings
        wait_for "the title" title_says "^ohmscape - resistance 64 x 64 - step [0-9]+ - $number synapse-steps/s -\
 $number frames/s - (copied|shared), ${api^^} - .+\$"
        wait_for "steps" title_passes 0
        wait_for "their rate" title_says ' - 0*[1-9][0-9.e+]* synapse-steps/s - [1-9][0-9.]* frames/s - '
        quit
        seconds=$(sed -n 's/^first frame  *\([0-9]*\)[.].* s after the start$/\1/p' "$out")
        [ "$seconds" -lt "$patience" ] || fail "$(<"$out")"
    done
}

@test "an unknown display is an error that names --headless" {
    DISPLAY=:987654 expect_error 1 'no display' view -n 8
    [[ ${stderr_lines[1]} == *--headless* ]]
}

# start_weston: a Wayland display, $WAYLAND_DISPLAY, instead of X11's, in which it is. Without a mouse, as Weston
# is by itself, GLFW 3.3 crashes.
start_weston() {
    export XDG_RUNTIME_DIR=$tmp/runtime WAYLAND_DISPLAY=wayland-test
    mkdir -m 700 "$XDG_RUNTIME_DIR"
    weston --backend=x11-backend.so --no-config --socket=$WAYLAND_DISPLAY >"$tmp/weston" 2>&1 3>&- &
    pid=$! # which teardown ends
    unset DISPLAY
    wait_for "Wayland's socket" test -S "$XDG_RUNTIME_DIR/$WAYLAND_DISPLAY"
}

@test "on Wayland a window has EGL, and GLX is refused" {
    need_command weston
    touch "$out" "$err"
    start_weston
    try view -n 16 --device native --size 320x240 --frames 3 --screenshot "$tmp/last.png" -o "$tmp/last.h5"
    [[ $stderr != *"no display"* ]] || skip "GLFW here is for X11 alone"
    stderr=$(grep -vi plugin <<<"$stderr" || true) # libdecor's, where it has none to draw the window's frame
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "$stderr"
    [ -s "$tmp/last.png" ] && [ -s "$tmp/last.h5" ]
    try view -n 16 --device native --frames 3 --context glx
    [ "$status" -eq 1 ] && [[ $stderr == *"there is no GLX here"* ]] || fail "$stderr"
}

@test "--frames ends a window by itself" {
    start -n 32 --device native --size 320x240 --frames 40 --screenshot last.png -o end.h5
    expect_end 0
    [ "$(<"$out")" = "saved last.png" ]
    python "$tmp" <<'END'
with h5py.File(sys.argv[1] + "/end.h5") as f:
    steps = int(f.attrs["step"])
if not 1 <= steps <= 40:
    sys.exit(f"{steps} steps in 40 frames")
END
}

@test "space pauses and goes on, a full stop does one step" {
    local step end
    open_window -n 32 --device native --size 320x240
    wait_for "steps" step_passes 1
    pause
    step=$picture_step
    wait_for "the title" title_says " - step $step paused - "
    end=$((${EPOCHREALTIME/[.,]/} + 1300000)) # in which the title is written twice or more
    while [ "${EPOCHREALTIME/[.,]/}" -lt "$end" ]; do
        title_says " - step $step paused - " || fail "$(title)"
    done

    xdotool key period
    wait_for "one step" step_is $((step + 1))
    xdotool key period period period
    wait_for "three steps" step_is $((step + 4))
    snap
    step_is $((step + 4))
    xdotool key space
    wait_for "to go on" step_passes $((step + 10))
    wait_for "a title without a pause" title_says ' - step [0-9]+ - '
    xdotool key period
    wait_for "a pause after one step" title_says ' paused - '
    quit
}

@test "pictures of one step do not replace each other" {
    open_still -n 32 --size 320x240
    wait_for "the rest" at_rest
    [[ ${picture##*/} =~ ^ohmscape-$picture_step-[1-9][0-9]*.png$ ]]
    [ "$(find "$tmp" -name 'ohmscape-*.png' | wc -l)" -eq "$taken" ]
    quit
}

# steps_a_frame: by the two rates in the title of a crossbar of 32 x 32.
steps_a_frame() {
    title | awk '{ for (i = 2; i <= NF; i++) { if ($i == "synapse-steps/s") s = $(i - 1);
                                               if ($i == "frames/s") f = $(i - 1) }
                   print (f > 0 ? s / f / 1024 : 0) }'
}

steps_a_frame_are() {
    awk -v is="$(steps_a_frame)" -v want="$1" 'BEGIN { exit !(is > want * 0.9 && is < want * 1.1) }'
}

@test "+ doubles the steps of a frame, - halves them down to one" {
    # With --device native such a step takes microseconds: no frame waits for them.
    open_window -n 32 --device native --size 320x240
    xdotool key plus plus plus plus
    wait_for "16 steps a frame" steps_a_frame_are 16
    xdotool key minus minus minus
    wait_for "2 steps a frame" steps_a_frame_are 2
    xdotool key minus minus minus
    wait_for "one step a frame" steps_a_frame_are 1
    quit
}

# ---- Pixels -----------------------------------------------------------------------------------

# same_frame FIRST SECOND LEFT TOP WIDTH HEIGHT: the pictures are the same, every pixel in this rectangle, and
# the letters around it but for how OpenGL rounds their edges.
same_frame() {
    look "$@" <<'END'
first, second = map(load, sys.argv[1:3])
left, top, width, height = map(int, sys.argv[3:])
if first.shape != second.shape:
    sys.exit(f"{first.shape} is not {second.shape}")
apart = np.abs(first - second).max(axis=2)
allowed = np.full(apart.shape, 2)
allowed[top:top + height, left:left + width] = 0
rows, cols = np.nonzero(apart > allowed)
if len(rows):
    sys.exit(f"{len(rows)} pixels of {sys.argv[1]} and {sys.argv[2]} differ, by {apart.max()} at most, "
             f"rows {rows.min()} to {rows.max()}, columns {cols.min()} to {cols.max()}")
END
}

@test "the first frame of a window is that without one, bare and with everything" {
    local options map
    expect_ok run -n 100 --steps 20 --device native --quiet -o "$tmp/state.h5"
    for options in "--bare --size 300x200" "--size 1280x800"; do # there letters are as large without a window
        map="0 0 300 200"
        [[ $options == --bare* ]] || map="$map_left $map_top $(map_of 1280 800)"
        # shellcheck disable=SC2086
        headless headless.png --panel --from "$tmp/state.h5" --device native $options
        for api in glx egl; do
            # shellcheck disable=SC2086
            start --from state.h5 --device native $options --context $api --frames 1 --screenshot $api.png
            expect_end 0
            # shellcheck disable=SC2086
            same_frame "$tmp/$api.png" "$tmp/headless.png" $map
        done
    done
}

@test "the picture and the file at the end are of the same step" {
    local options=(--device native --bare --size 256x256)
    start -n 64 "${options[@]}" --frames 9 --screenshot last.png -o last.h5
    expect_end 0
    headless file.png "${options[@]}" --from "$tmp/last.h5"
    cmp "$tmp/last.png" "$tmp/file.png" || fail "last.h5 is not what last.png shows"
}

# ---- Values of synapses -----------------------------------------------------------------------

# clicks_fit H5 LEFT TOP WIDTH HEIGHT REGION X,Y...: the printed lines are of the synapses at these pixels of
# a window whose map lies there, and tell the values of the file. REGION is ROW,COLUMN,ROWS,COLUMNS or all.
# With $levels the map of that picture shows those values too, in shades of grey over the whole range.
clicks_fit() {
    python "$out" "$@" <<'END'
import math
import re

out, h5, left, top, width, height, region, *pixels = sys.argv[1:]
left, top, width, height = (int(n) for n in (left, top, width, height))
with h5py.File(h5) as f:
    state, a = f["state"][:].astype(float), attributes(f)
    flux = f["flux"][:] if "flux" in f else None
rows, cols = state.shape
low, high = a["model.r_on"], a["model.r_off"]
resistance = low * state + high * (1 - state)
row0, col0, down, across = (0, 0, rows, cols) if region == "all" else map(float, region.split(","))
side = max(down / height, across / width)  # synapses a pixel
row0 += (down - height * side) / 2
col0 += (across - width * side) / 2

NUMBER = r"([-+0-9.e]+)"
lines = [line for line in open(out).read().splitlines() if line.startswith("row ")]
if len(lines) != len(pixels):
    sys.exit(f"{len(lines)} lines of {len(pixels)} clicks: {lines}")


def value(pattern, line):
    found = re.search(pattern, line)
    if not found:
        sys.exit(f"no {pattern!r} in {line!r}")
    return float(found[1]) if len(found.groups()) == 1 else [float(x) for x in found.groups()]


for pixel, line in zip(pixels, lines, strict=True):
    x, y = (int(n) for n in pixel.split(","))
    x, y = x - left, y - top
    row, col = math.floor(row0 + (y + 0.5) * side), math.floor(col0 + (x + 0.5) * side)
    if not line.startswith(f"row {row}, column {col}, step {a['step']};"):
        sys.exit(f"at {pixel} is row {row}, column {col}, step {a['step']}, not: {line}")
    equal("state at " + pixel, np.float32(value(f";state {NUMBER} ", line)), np.float32(state[row, col]))
    r, g = value(f";resistance {NUMBER} Ω", line), value(f";conductance {NUMBER} S", line)
    close("resistance at " + pixel, r, resistance[row, col], 1e-6 * high)
    close("conductance at " + pixel, g * r, 1, 1e-6)
    voltage = value(f";voltage {NUMBER} V", line)
    if not a["stimulus.lo"] <= voltage <= a["stimulus.hi"]:
        sys.exit(f"voltage at {pixel} is {voltage}")
    close("current at " + pixel, value(f";current {NUMBER} A", line), voltage / r, 1e-5 * abs(voltage / r))
    if flux is not None:
        equal("flux at " + pixel, np.float32(value(f";flux {NUMBER} V", line)), flux[row, col])
    if side <= 1:
        if "mean" in line:
            sys.exit(f"one synapse at {pixel} has a mean: {line}")
        continue
    first = max(math.floor(row0 + y * side), 0), max(math.floor(col0 + x * side), 0)
    end = min(math.floor(row0 + (y + 1) * side), rows), min(math.floor(col0 + (x + 1) * side), cols)
    there = f";rows {first[0]} to {end[0] - 1}, columns {first[1]} to {end[1] - 1};"
    if there not in line:
        sys.exit(f"at {pixel} are {there!r}, not: {line}")
    below = resistance[first[0]:end[0], first[1]:end[1]]
    mean, least, most = value(f";resistance mean {NUMBER} Ω;min {NUMBER}, max {NUMBER} Ω", line)
    for name, found, expected in (("mean", mean, below.mean()), ("min", least, below.min()),
                                  ("max", most, below.max())):
        close(f"{name} at {pixel}", found, expected, 1e-5 * high)
    if os.environ.get("levels"):
        from PIL import Image
        shown = Image.open(os.environ["levels"]).convert("RGB").getpixel((x + left, y + top))
        close("grey at " + pixel, shown, 255 * (mean - low) / (high - low), 1)
END
}

# click_and_quit PIXELS...: pauses, clicks at these pixels, and ends with the file last.h5.
click_and_quit() {
    local pixel
    pause
    mouse_away
    snap
    export levels=$picture
    for pixel; do
        click "${pixel%,*}" "${pixel#*,}"
    done
    quit
}

@test "a click prints the values of the synapse below it, as the file has them" {
    local pixels=(0,0 319,0 5,318 101,203 319,319)
    open_window -n 40 --flux --device native --bare --size 320x320 -o last.h5
    click_and_quit "${pixels[@]}"
    clicks_fit "$tmp/last.h5" 0 0 320 320 all "${pixels[@]}"
}

@test "a click prints the values of the synapse below it, beside the panel and zoomed in" {
    local size pixels=(65,40 100,100 190,222 243,359)
    read -ra size <<<"$(map_of 640 400)"
    open_window -n 64 --device native --size 640x400 --region 20,30,8,8 -o last.h5
    click_and_quit "${pixels[@]}"
    clicks_fit "$tmp/last.h5" $map_left $map_top "${size[@]}" 20,30,8,8 "${pixels[@]}"
}

@test "a click on several synapses prints their mean, least and greatest, as the file has them" {
    local pixels=(0,0 127,0 64,100 3,126)
    open_window -n 500 --device native --bare --size 128x128 --colormap gray -o last.h5
    click_and_quit "${pixels[@]}"
    clicks_fit "$tmp/last.h5" 0 0 128 128 all "${pixels[@]}"
}

@test "a click on the edge of the crossbar prints of synapses that are there" {
    # Columns 498 to 500 are below the pixels at 132, rows 498 to 500 below those at 120.
    local pixels=(0,40 132,40 60,120 132,120)
    open_window -n 500 --device native --bare --size 200x200 --colormap gray --region 138,102,600,600 -o last.h5
    click_and_quit "${pixels[@]}"
    clicks_fit "$tmp/last.h5" 0 0 200 200 138,102,600,600 "${pixels[@]}"
}

@test "a click of a mouse at rest prints the synapse while paused" {
    open_window -n 16 --device native --bare --size 256x256
    pause
    move 40 56
    snap # by then the synapse is known
    snap
    xdotool click 1
    wait_for "what the click prints" more_clicks_than 0
    [[ $(grep '^row ' "$out") == "row 3, column 2, step $picture_step;"* ]] || fail "$(<"$out")"
    quit
}

@test "a click prints the synapse below it while the crossbar runs" {
    open_window -n 16 --device native --bare --size 256x256
    wait_for "steps" step_passes 1
    for k in 1 2 3; do
        click 40 56
        [[ $(tail -n 1 "$out") == "row 3, column 2, "* ]] || fail "click $k at row 3, column 2: $(<"$out")"
        click 200 120
        [[ $(tail -n 1 "$out") == "row 7, column 12, "* ]] || fail "click $k at row 7, column 12: $(<"$out")"
    done
    quit
}

@test "a click beside the crossbar prints nothing, nor does moving onto it afterwards" {
    open_window -n 16 --device native --bare --size 400x200 # the crossbar is 100 to 299
    wait_for "steps" step_passes 1
    xdotool mousemove --window "$window" 30 100 click 1
    snap
    move 200 100
    snap
    snap
    [ "$(clicks_printed)" -eq 0 ] || fail "$(<"$out")"
    quit
}

@test "what lies below the pointer is shown beside it" {
    open_still -n 16 --bare --size 256x256
    snap
    local first=$picture
    move 60 60
    expect_other "$first"
    look "$first" "$picture" <<'END'
before, after = map(load, sys.argv[1:])
rows, cols = np.nonzero((before != after).any(axis=2))
if not (60 <= rows.min() < 100 and 60 <= cols.min() < 100):
    sys.exit(f"rows {rows.min()} to {rows.max()}, columns {cols.min()} to {cols.max()}")
END
    mouse_away
    expect_picture "$first"
    [ "$(clicks_printed)" -eq 0 ]
    quit
}

# ---- Moving about -----------------------------------------------------------------------------

# panned FIRST DX DY: the window shows the picture FIRST moved by so many pixels.
panned() {
    snap && look "$1" "$picture" "$2" "$3" <<'END'
first, now = map(load, sys.argv[1:3])
dx, dy = map(int, sys.argv[3:])
height, width = first.shape[:2]
moved = np.empty_like(first)
moved[:] = NOTHING
moved[max(dy, 0):height + min(dy, 0), max(dx, 0):width + min(dx, 0)] = \
    first[max(-dy, 0):height - max(dy, 0), max(-dx, 0):width - max(dx, 0)]
if not np.array_equal(now, moved):
    sys.exit(f"{(now != moved).any(axis=2).sum()} pixels are not those from {dx}, {dy} away")
END
}

@test "dragging moves the picture by as many pixels" {
    for n in 16 1024; do # 16 pixels a synapse, with a grid, and 4 synapses a pixel
        open_still -n $n --bare --size 256x256
        snap
        local first=$picture
        drag 100 90 37 -21
        wait_for "to be panned" panned "$first" 37 -21
        drag 100 90 -67 34
        wait_for "to be panned back and beyond" panned "$first" -30 13
        [ "$(clicks_printed)" -eq 0 ]
        quit
    done
}

@test "dragging never loses the crossbar" {
    open_still -n 16 --bare --size 256x256
    snap
    local first=$picture
    drag 10 10 600 0
    drag 10 10 600 500
    drag 10 10 600 500
    wait_for "the crossbar to be in the corner" panned "$first" 128 128
    xdotool key r
    expect_picture "$first"
    quit
}

# region_about X Y FACTOR: what is seen of 16 x 16 synapses in 256 x 256 pixels after zooming there.
region_about() {
    awk -v x="$1" -v y="$2" -v by="$3" 'BEGIN { OFS = ","; OFMT = "%.17g"
        s = 1 / 16 / by; print y / 16 - y * s, x / 16 - x * s, 256 * s, 256 * s }'
}

@test "the wheel zooms about the synapse below the pointer; r and a double click show all again" {
    local x=184 y=88 first
    open_still -n 16 --bare --size 256x256
    snap
    first=$picture
    click $x $y
    [[ $(tail -n 1 "$out") == "row 5, column 11, "* ]]
    xdotool click --repeat 6 --delay 5 4
    click $((x + 1)) $y
    [[ $(tail -n 1 "$out") == "row 5, column 11, "* ]] || fail "zoomed in: $(<"$out")"
    mouse_away
    headless zoomed.png -n 16 "${still[@]}" --bare --size 256x256 --region "$(region_about $x $y $(awk "BEGIN { print 1.25 ^ 6 }"))"
    expect_picture "$tmp/zoomed.png"

    move $x $y
    xdotool click --repeat 9 --delay 5 5
    click $((x + 1)) $y
    [[ $(tail -n 1 "$out") == "row 5, column 11, "* ]] || fail "zoomed out: $(<"$out")"
    mouse_away
    expect_other "$first"
    xdotool key r
    expect_picture "$first"

    move $x $y
    xdotool click --repeat 40 --delay 5 4
    mouse_away
    headless zoomed.png -n 16 "${still[@]}" --bare --size 256x256 --region "$(region_about $x $y 16)"
    expect_picture "$tmp/zoomed.png" # a synapse as large as the window
    wait_for "a double click to show all" double_click_shows "$first"
    quit
}

# Where a frame takes long, the two clicks are not heard as one.
double_click_shows() {
    xdotool mousemove --window "$window" 128 128 click --repeat 2 --delay 20 1 mousemove 1399 999
    shows "$1"
}

# ---- Keys -------------------------------------------------------------------------------------

@test "c, m, l, f and 1 2 3 draw what the options do" {
    local options=(-n 256 --bare --size 128x128) first key now
    open_still "${options[@]}"
    snap
    first=$picture
    while read -r key now; do
        # shellcheck disable=SC2086
        headless expected.png "${options[@]}" "${still[@]}" $now
        xdotool key "$key"
        wait_for "after $key the picture of $now" shows "$tmp/expected.png"
    done <<'END'
c --colormap viridis
c --colormap magma
c --colormap cividis
c --colormap coolwarm
c --colormap gray
m --colormap gray --reduction min
m --colormap gray --reduction max
m --colormap gray --reduction nearest
l --colormap gray --reduction nearest --log
f --colormap gray --reduction nearest --log --range seen
2 --colormap gray --reduction nearest --log --range seen --quantity conductance
3 --colormap gray --reduction nearest --log --range seen --quantity state
END
    xdotool key 1 f l m c
    expect_picture "$first"
    quit
}

@test "number keys choose the quantity" {
    open_window -n 32 --flux --device native --size 320x240
    for quantity in 4:voltage 5:flux 2:conductance; do
        xdotool key "${quantity%:*}"
        wait_for "${quantity#*:}" title_says "^ohmscape - ${quantity#*:} 32 x 32 - "
    done
    quit
}

@test "behind wires, keys show the current and the potentials of lines" {
    open_window -n 32 --wires row=0.01,col=0.01 --device native --size 320x240
    for quantity in 6:current 7:word-line 8:bit-line; do
        xdotool key "${quantity%:*}"
        wait_for "${quantity#*:}" title_says "^ohmscape - ${quantity#*:} 32 x 32 - "
    done
    quit
}

stderr_says() {
    grep -q "$1" "$err"
}

@test "5 without --flux and n of too many neurons say why not, and go on" {
    open_window -n 129 --device native --size 320x240
    xdotool key 3 5
    wait_for "a word about the flux" stderr_says '^ohmscape: .*--flux$'
    snap
    wait_for "steps" step_passes "$picture_step"
    wait_for "the state" title_says "^ohmscape - state "
    xdotool key n
    wait_for "a word about the network" stderr_says '^ohmscape: .*128 x 128'
    [ "$(wc -l <"$err")" -eq 2 ]
    : >"$err"
    snap
    wait_for "steps" step_passes "$picture_step"
    quit
}

@test "tab, h, n, v and b show and hide the panel, the keys, the networks, the receptive fields and the bars" {
    open_still -n 16 --size 640x400
    xdotool key Tab # the panel tells rates, which change
    snap
    local with=$picture
    wait_for "no panel" wider "$with"
    local first=$picture last
    xdotool key h
    expect_other "$first"
    xdotool key h
    expect_picture "$first"
    xdotool key n
    expect_other "$first"
    last=$picture
    xdotool key n
    wait_for "the other layout" neither "$first" "$last"
    xdotool key n
    expect_picture "$first"
    xdotool key v
    expect_other "$first"
    xdotool key v
    expect_picture "$first"
    xdotool key b
    expect_other "$first"
    xdotool key b
    expect_picture "$first"
    xdotool key Tab
    expect_other "$first"
    quit
}

# The map reaches to where the panel was, and is at rest.
wider() {
    snap && look "$picture" <<'END'
now = load(sys.argv[1])
if tuple(now[-1, -1]) != (26, 26, 28):
    sys.exit(f"the last pixel is {now[-1, -1]}")
END
    local before=$picture
    shows "$before"
}

neither() {
    snap && ! cmp -s "$picture" "$1" && ! cmp -s "$picture" "$2"
}

# Whether the next picture, bare, is of a network, which leaves its corners free, or of synapses throughout.
network_shown() {
    snap && look "$picture" <<'END'
now = load(sys.argv[1])
drawn = (now != NOTHING).any(axis=2).mean()
if tuple(now[0, 0]) != NOTHING or drawn < 0.1:
    sys.exit(f"the first pixel is {now[0, 0]}, and {drawn:.1%} are drawn")
END
}

synapses_shown() {
    snap && look "$picture" <<'END'
nothing = (load(sys.argv[1]) == NOTHING).all(axis=2)
if nothing.any():
    sys.exit(f"{nothing.sum()} pixels are no synapses")
END
}

@test "the network comes and goes while the crossbar is stepped" {
    local options=(-n 100 --device native --bare --size 256x256) round=(n 1 n 2 n 3) work=() k
    open_window "${options[@]}" -o last.h5
    wait_for "synapses" synapses_shown
    xdotool key n
    wait_for "a network" network_shown
    for k in 1 2 3 4 5 6 7 8; do
        work+=("${round[@]}") # after three times n it is the same layout again
    done
    xdotool key --delay 0 "${work[@]}" "${work[@]}" # many between two frames
    wait_for "the network again" network_shown
    wait_for "steps" step_passes "$picture_step"
    xdotool key --delay 40 "${work[@]}" # with frames between them, and steps under way
    wait_for "the network again" network_shown
    xdotool key --delay 0 n n
    wait_for "synapses again" synapses_shown
    wait_for "steps" step_passes "$picture_step"
    wait_for "the state" title_says "^ohmscape - state "
    pause
    quit
    # What was stepped meanwhile is what is stepped without a window.
    headless file.png "${options[@]:2}" --quantity state --from "$tmp/last.h5"
    cmp "$picture" "$tmp/file.png" || fail "last.h5 is not what the window showed"
    headless fresh.png "${options[@]}" --quantity state --steps "$picture_step"
    cmp "$picture" "$tmp/fresh.png" || fail "a fresh start comes to another picture at step $picture_step"
}

# ---- Colour bar and panel ---------------------------------------------------------------------

# scaled FIRST WIDTH HEIGHT LOW HIGH TOLERANCE: the greys of the map, which is so large, are those of FIRST
# with the range [0, 1] become [LOW, HIGH], on the average within the tolerance.
scaled() {
    snap && look "$1" "$picture" $map_left $map_top "${@:2}" <<'END'
first, now = map(load, sys.argv[1:3])
left, top, width, height = map(int, sys.argv[3:7])
low, high, tolerance = map(float, sys.argv[7:])
before, after = (p[top:top + height, left:left + width, 0] for p in (first, now))
synapses = (first[top:top + height, left:left + width] == before[..., None]).all(axis=2)  # NOTHING is no grey
expected = np.clip((before / 255 - low) / (high - low), 0, 1) * 255
apart = np.abs(after - expected)[synapses]
if synapses.sum() < 1000 or apart.mean() > tolerance:
    sys.exit(f"{apart.mean()} apart, of {synapses.sum()} pixels")
END
}

@test "the ends of the colour bar can be dragged, and dragged back" {
    local size bar first
    read -ra size <<<"$(map_of 640 400)"
    bar=$((map_left + size[0] + 16 + 9)) # its middle
    open_still -n 100 --size 640x400 --colormap gray
    xdotool windowmove "$window" 50 300 # with room above it for the mouse
    snap
    first=$picture
    drag $bar $map_top 0 $((size[1] / 4))
    wait_for "a lower upper end" scaled "$first" "${size[@]}" 0 0.75 1.5
    drag $bar $map_top 0 $((-size[1] / 4))
    wait_for "the upper end to be back" scaled "$first" "${size[@]}" 0 1 12
    xdotool key f # all it can be
    wait_for "the whole range" scaled "$first" "${size[@]}" 0 1 0
    drag $bar $((map_top + size[1])) 0 $((-size[1] / 4))
    wait_for "a higher lower end" scaled "$first" "${size[@]}" 0.25 1 1.5
    [ "$(clicks_printed)" -eq 0 ]
    quit
}

@test "the mouse on the panel leaves the map alone" {
    local size first x
    read -ra size <<<"$(map_of 640 400)"
    x=$((640 - $(panel_width 640) + 60))
    open_still -n 100 --size 640x400 --colormap gray
    snap
    first=$picture
    move $x 12 # on the rates, which do nothing
    snap
    xdotool click 1
    xdotool click --repeat 3 --delay 5 4 click --repeat 3 --delay 5 5
    snap
    xdotool mousedown 1 mousemove --window "$window" $((x + 40)) 60 mousemove --window "$window" 100 100 mouseup 1
    mouse_away
    snap
    scaled "$first" "${size[@]}" 0 1 0
    [ "$(clicks_printed)" -eq 0 ] || fail "$(<"$out")"
    click $((map_left + size[0] / 2)) $((map_top + size[1] / 2))
    [[ $(grep '^row ' "$out") == "row 50, column 50, "* ]] || fail "$(<"$out")"
    quit
}

# ---- Controls ---------------------------------------------------------------------------------
# The viewer tells where they are and what they do, viz/ui.cpp.

# control NAME: leaves $control_x, $control_y, $control_does and $control_value of it, as it was drawn last.
control() {
    local found
    found=$(awk -F'\t' -v name="$1" '$4 == name { print $1 FS $2 FS $3 FS $5; exit }' "$tmp/controls") || return
    [ -n "$found" ] || fail "no control $1:" "$(<"$tmp/controls")" || return
    IFS=$'\t' read -r control_x control_y control_does control_value <<<"$found"
}

control_does() {
    control "$1" && [ "$control_does" = "$2" ] || fail "$1 is $control_does"
}

control_says() {
    control "$1" && [ "$control_value" = "$2" ] || fail "$1 says $control_value"
}

# Whether a line in the panel matches.
panel_says() {
    awk -F'\t' '$4 == "" { print $5 }' "$tmp/controls" | grep -q "$1"
}

# press NAME [DX]: so slowly that each part of it has a frame of its own, as far from its middle.
press() {
    press_down "$@"
    xdotool mouseup 1
    wait_for "$1 to be let go" let_go "$1"
}

press_down() {
    wait_for "$1" control "$1"
    move $((control_x + ${2:-0})) "$control_y"
    wait_for "the mouse on $1" control_does "$1" hovered
    xdotool mousedown 1
    wait_for "$1 to be pressed" control_does "$1" active
}

let_go() {
    control "$1" && [ "$control_does" != active ]
}

# choose MENU ITEM: of a menu an item.
choose() {
    press "$1"
    wait_for "$1 to open" control_does "$1" open
    press_down "$2"
    xdotool mouseup 1
    wait_for "$1 to be $2" control_says "$1" "$2"
    mouse_away
}

# type_stimulus TEXT: into the field below the menus.
type_stimulus() {
    local field='as text'
    press_down "$field"
    xdotool mouseup 1
    hold ctrl a
    xdotool type --delay 0 "$1"
    wait_for "what is typed" control_says "$field" "$1"
    xdotool keydown Return
    wait_for "the end of the typing" let_go "$field"
    xdotool keyup Return
    mouse_away
}

# hold KEY KEY: down together for some frames; a key that is up again before the next frame may not be seen.
hold() {
    control frame
    xdotool keydown "$1" keydown "$2"
    wait_for "some frames" frame_passes $((control_value + 5))
    xdotool keyup "$2" keyup "$1"
}

frame_passes() {
    control frame && [ "$control_value" -ge "$1" ]
}

# model_of F: the model, its parameters and the stimulus that info tells.
model_of() {
    "$ohmscape" info "$1" | sed -n 's/^\(model\|stimulus\) *//p' | tr '\n' ' '
}

@test "menus and a text choose model and stimulus; what is refused changes nothing" {
    local said
    "$PYTHON" -c 'import sys, PIL.Image; PIL.Image.new("L", (2, 2), 255).save(sys.argv[1])' "$tmp/white.png"
    open_window -n 16 --device native --size 800x900 --seed 7 --flux -o last.h5 --stimulus pattern:file=white.png
    type_stimulus pattern:lo=0,hi=0.25
    wait_for "the pattern's new end" control_says hi 0.25
    choose model vteam # with a stimulus of its own
    wait_for "another stimulus" stimulus_is_not pattern
    choose stimulus pattern # with its file again, and as it was
    wait_for "the pattern's end as it was" control_says hi 0.25
    type_stimulus wave:offset=2000
    wait_for "a word about the offset" panel_says offset
    wait_for "steps" step_passes 3
    quit
    said=$(model_of "$tmp/last.h5")
    [[ $said == "vteam:"*" dt=1e-11 pattern:file=white.png,lo=0,hi=0.25,"*" seed 7 " ]] || fail "$said"
    python "$tmp/last.h5" <<'END'
with h5py.File(sys.argv[1]) as f:
    equal("the shape of the flux", f["flux"].shape, (16, 16))
END
}

stimulus_is_not() {
    control stimulus && [ "$control_value" != "$1" ]
}

@test "a slider changes its parameter alone, and no spread" {
    local said
    open_window -n 16 --device native --size 800x900 -o last.h5 --model sin-state:r_on=0.1~lognormal:0.25,noise=0.125
    press beta 30
    quit
    said=$(model_of "$tmp/last.h5")
    [[ $said =~ ^sin-state:beta=([0-9.]+),r_on=0.1~lognormal:0.25,r_off=10,noise=0.125,\ dt=0.1\ uniform:lo=-5,hi=5, ]] ||
        fail "$said"
    [ "${BASH_REMATCH[1]}" != 0.5 ]
}

@test "a click selects a synapse, Escape and a click beside it none" {
    local size before
    read -ra size <<<"$(map_of 800 900)"
    open_still -n 16 --size 800x900
    wait_for "the rest" at_rest
    mark_is nowhere
    click $((map_left + size[0] / 2)) $((map_top + size[1] / 2))
    mark_is there
    xdotool key Escape
    mark_is nowhere
    click $((map_left + size[0] / 2)) $((map_top + size[1] / 2))
    mark_is there
    xdotool mousemove --window "$window" 20 500 click 1
    mark_is nowhere
    quit
}

# mark_is there | nowhere: white pixels in the middle of the map.
mark_is() {
    wait_for "a mark $1" marked "$1"
}

marked() {
    mouse_away
    snap && look "$picture" "$1" $map_left $map_top "${size[@]}" <<'END'
left, top, width, height = map(int, sys.argv[3:])
white = (load(sys.argv[1])[top:top + height, left:left + width] == 255).all(axis=2)
if white.any() != (sys.argv[2] == "there"):
    sys.exit(f"{white.sum()} white pixels")
END
}

# ---- Sizes ------------------------------------------------------------------------------------

@test "a new size of the window is the picture's, and the map fills it" {
    local options=(-n 64 --bare) size
    open_still "${options[@]}" --size 300x300
    for size in 400x400 420x301 150x290; do
        xdotool windowsize "$window" "${size%x*}" "${size#*x}"
        headless resized.png "${options[@]}" "${still[@]}" --size "$size"
        expect_picture "$tmp/resized.png"
    done
    quit
}

# filled WIDTH HEIGHT: so large is the picture, and the crossbar fills the map's width or height.
filled() {
    local size
    read -ra size <<<"$(map_of "$1" "$2")"
    snap && look "$picture" "$1" "$2" $map_left $map_top "${size[@]}" <<'END'
now = load(sys.argv[1])
full_width, full_height, left, top, width, height = map(int, sys.argv[2:])
if now.shape != (full_height, full_width, 3):
    sys.exit(f"the picture is {now.shape}")
side = min(width, height)
x, y = left + (width - side) // 2, top + (height - side) // 2
synapses = (now[y:y + side, x:x + side] != NOTHING).any(axis=2)
around = now[top:top + height, left:left + width].copy()
around[y - top:y - top + side, x - left:x - left + side] = NOTHING
if not synapses.all() or (around != NOTHING).any():
    sys.exit(f"{synapses.mean():.1%} of the square are synapses, or some are beside it")
END
}

@test "a new size moves panel, axes and colour bar; a tiny one does no harm" {
    open_window -n 64 --device native --size 640x400
    wait_for "the map" filled 640 400
    xdotool windowsize "$window" 900 600
    wait_for "a larger map" filled 900 600
    xdotool windowsize "$window" 1 1
    snap
    xdotool windowsize "$window" 70 50
    snap
    xdotool windowsize "$window" 900 500
    wait_for "a lower map" filled 900 500
    quit
}

@test "pictures that are saved while the window changes its size are whole" {
    local work=() k
    open_window -n 16 --device native --bare --size 200x200
    for k in $(seq 60); do
        work+=(key --delay 0 s windowsize "$window" $((200 + k % 2 * 400)) $((200 + k % 2 * 300)))
    done
    xdotool "${work[@]}" "${work[@]}" 2>/dev/null || true # it fails when the window is gone
    quit
    look "$tmp"/ohmscape-*.png <<'END'
shapes = {load(path).shape for path in sys.argv[1:]}
if not shapes <= {(200, 200, 3), (500, 600, 3)}:
    sys.exit(f"{shapes}")
END
}

@test "a window that is minimised or hidden comes back and goes on" {
    open_window -n 64 --device native --bare --size 256x256 -o last.h5
    xdotool windowminimize "$window"
    wait_for "steps" title_passes $(($(title_step) + 1))
    xdotool windowunmap "$window"
    xdotool windowmap --sync "$window" windowfocus "$window"
    wait_for "steps" title_passes $(($(title_step) + 1))
    pause
    quit
    headless file.png --bare --size 256x256 --device native --from "$tmp/last.h5"
    cmp "$picture" "$tmp/file.png"
}

# ---- Ending -----------------------------------------------------------------------------------

# expect_file STEP RUNNING: last.h5 is whole, and of that step, or if it was running of that or a later one.
expect_file() {
    expect_ok run --from "$tmp/last.h5" --steps 0 --device native --json # which checks the digest
    if [ "$2" = running ]; then
        expect_json ".step >= $1"
    else
        expect_json ".step == $1"
    fi
}

@test "q, the window's cross, SIGINT and SIGTERM end it, paused or not, with the file saved" {
    local how code running
    while read -r how code running; do
        rm -f "$tmp/last.h5"
        open_window -n 32 --device native --size 320x240 -o last.h5
        wait_for "steps" step_passes 0
        [ "$running" = running ] || pause
        case $how in
        q) xdotool key q ;;
        cross) ask_to_close ;;
        *) kill "-$how" "$pid" ;;
        esac
        expect_end "$code"
        expect_file "$picture_step" "$running"
    done <<'END'
q 0 running
cross 0 paused
INT 130 running
TERM 143 paused
END
}

# ---- What goes wrong --------------------------------------------------------------------------

# shows_notice: the window, as the display has it, shows a line in the notice's colours.
shows_notice() {
    ffmpeg -nostdin -v error -y -f x11grab -video_size 320x240 -i "$DISPLAY+$(position)" -frames:v 1 "$tmp/grab.png"
    look "$tmp/grab.png" <<'END'
sys.exit(0 if (np.abs(load(sys.argv[1]) - (0xE6, 0x78, 0x64)).max(axis=2) < 12).sum() > 50 else "no notice")
END
}

position() {
    xdotool getwindowgeometry --shell "$window" | sed -n 's/^[XY]=//p' | paste -sd,
}

@test "a picture that cannot be written is said, in the window too, and the window goes on" {
    need_command ffmpeg
    mkdir "$tmp/gone"
    mouse_away
    (cd "$tmp/gone" && exec "$ohmscape" view -n 32 --device native --size 320x240 -o "$tmp/kept.h5") >"$out" 2>"$err" 3>&- &
    pid=$!
    take_window
    rmdir "$tmp/gone"
    xdotool key s
    wait_for "a word about the picture" stderr_says '^ohmscape: error: cannot write ohmscape-[0-9]*.png: No such file'
    wait_for "the notice" shows_notice
    wait_for "steps" title_passes "$(title_step)"
    xdotool key q
    expect_end 0 '^cannot write ohmscape-'
    [ ! -s "$out" ]
    "$ohmscape" info "$tmp/kept.h5" >"$tmp/info"
}

@test "the crossbar and the film are saved when the display ends" {
    need_command ffmpeg
    local api server=$XVFB before=$DISPLAY
    for api in glx egl; do
        rm -f "$tmp"/*.h5 "$tmp"/*.mp4
        mkdir -p "$tmp/$api"
        start_display "$tmp/$api"
        open_window -n 32 --device native --size 320x240 --context "$api" -o kept.h5 --record film.mp4
        wait_for "steps" title_passes 1
        kill -9 "$XVFB"
        expect_end 1 "^the connection to the display $DISPLAY was lost"
        [[ ${stderr_lines[1]} =~ ^"hint: kept.h5 was saved at step "[1-9] ]] || fail "$stderr"
        "$ohmscape" info --json "$tmp/kept.h5" | jq -e '.step > 0'
        expect_film 320,240 1
        [ "$(cd "$tmp" && echo *.mp4* *.h5*)" = "film.mp4 kept.h5" ]
    done
    XVFB=$server DISPLAY=$before
}

@test "SIGHUP, once or twice, ends a window in order" {
    open_window -n 32 --device native --size 320x240 -o kept.h5
    wait_for "steps" title_passes 0
    kill -HUP "$pid"
    kill -HUP "$pid" # shell and terminal both send it
    expect_end 129
    "$ohmscape" info "$tmp/kept.h5" >"$tmp/info"
}

# ---- Films ------------------------------------------------------------------------------------

# expect_film SIZE FRAMES: film.mp4 can be played, and has as many frames or more.
expect_film() {
    run --separate-stderr ffmpeg -nostdin -v error -i "$tmp/film.mp4" -f null -
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "ffmpeg: $stderr" || return
    local found
    found=$(ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=width,height,nb_read_frames \
        -of csv=p=0 "$tmp/film.mp4")
    [[ $found =~ ^$1,([0-9]+)$ ]] && [ "${BASH_REMATCH[1]}" -ge "$2" ] || fail "film.mp4 has $found"
}

@test "a window is recorded, every frame" {
    need_command ffmpeg
    start -n 32 --device native --size 320x240 --record film.mp4 --frames 25
    expect_end 0
    expect_film 320,240 25
    open_window -n 32 --device native --size 320x240 --record film.mp4
    kill -INT "$pid"
    expect_end 130
    expect_film 320,240 1
}

@test "a recording ends when the window changes its size, and can be played; the window goes on" {
    need_command ffmpeg
    open_window -n 32 --device native --size 320x240 --record film.mp4 -o kept.h5
    wait_for "steps" step_passes 1
    xdotool windowsize "$window" 400 300
    wait_for "a word about the film" stderr_says 'film.mp4 ends here: the window was resized'
    expect_film 320,240 1
    snap
    wait_for "steps" step_passes "$picture_step"
    xdotool key q
    expect_end 1 'film.mp4 ends here: the window was resized'
    expect_film 320,240 1
    "$ohmscape" info "$tmp/kept.h5" >"$tmp/info" # the crossbar is not lost with the film
}
