#!/usr/bin/env bats
# The viewer without a display: pictures, networks, figures, films, and what it says of bad input.
#
# Pictures are compared with those that tests/picture.py works out from the saved state.
load common

setup_file() {
    find_python h5py numpy matplotlib PIL
    export PYTHONPATH=$PWD/tests PYTHONDONTWRITEBYTECODE=1
    export OHMSCAPE_GL_DEBUG=1 # OpenGL's complaints go to stderr, where no test lets them pass
    state a 37 --rows 23 --cols 65 --flux --seed 12345678901234567890
    state big 5 --rows 130 --cols 200
    state one 5 --neurons 1
    state row 5 --rows 1 --cols 65
    state column 5 --rows 70 --cols 1
    state square 5 --rows 2 --cols 16 # 8 times as long as wide
    state stretched 5 --rows 17 --cols 2
    state resistance 5 --rows 12 --cols 7 --model sin-resistance
    state start 0 --rows 6 --cols 7
}

# state NAME STEPS ARG...: a saved state that the tests share.
state() {
    "${OHMSCAPE:-build/ohmscape}" run -q --device native -o "$BATS_FILE_TMPDIR/$1.h5" --steps "${@:2}"
}

setup() {
    common_setup
    unset DISPLAY WAYLAND_DISPLAY
    files=$BATS_FILE_TMPDIR
    out=$tmp/out # what should stay empty
    mkdir "$out"
}

need_pictures() {
    [ -n "${PYTHON-}" ] || skip "no python3 with h5py, numpy, matplotlib and PIL"
}

# draw FILE.png ARG...: view draws what it is asked for, and says nothing.
draw() {
    expect_ok view --headless --quiet --screenshot "$@"
    [ -z "$output" ] || show "should be quiet" view "$@"
}

# same A B: the same bytes.
same() {
    cmp "$1" "$2" || fail "$1 and $2 differ"
}

# ---- Help ---------------------------------------------------------------------------------------

@test "view --help and figure --help name every option" {
    shared=('-n, --neurons N' '--rows R' '--cols C' '--dt DT' '--seed S' '--model MODEL' '--stimulus STIMULUS'
        '--init INIT' '--flux' '--device DEVICE' '--fuse K' '--lanes L' '--band-rows R' '--from F.h5'
        '-t, --steps T' '--quantity Q' '--colormap MAP' '--range RANGE' '--log' '--layout LAYOUT' '--size WxH'
        '-q, --quiet' '-h, --help')
    expect_ok view --help
    for option in "${shared[@]}" '--steps-per-frame K' '--reduction R' '--network' '--show WHAT' '--field WxH' '--layer L' '--neuron K' '--raster N' '--region R,C,ROWS,COLS' '--select ROW,COL' \
        '--bare' '--panel' '--headless' '--frames N' '--screenshot F.png' '--record F.mp4' '--fps N' \
        '--share MODE' '--context API' '-o, --output F.h5' '--timings'; do
        grep -qE -- "^ +$option( |\$)" <<<"$output" || fail "view --help does not name $option: $output"
    done
    [[ $output == *--bars* && $output == *"--wires KEY"* ]]
    expect_ok figure --help
    for option in "${shared[@]}" '-o, --output F.png'; do
        grep -qE -- "^ +$option( |\$)" <<<"$output" || fail "figure --help does not name $option: $output"
    done
}

# ---- Pictures -----------------------------------------------------------------------------------

@test "a picture is the saved state, at any size and of any shape" {
    need_pictures
    python "$files" <<'END'
from picture import *
sizes = {"a": [(91, 77), (65, 23), (333, 251), (31, 200), (7, 3)], "big": [(64, 64)],
         "one": [(91, 77), (1, 1), (8, 8), (7, 7)], "row": [(90, 77), (640, 41)], "column": [(90, 77), (13, 200)],
         "square": [(160, 90), (90, 160)], "stretched": [(160, 90), (33, 200)], "resistance": [(90, 77), (257, 160)]}
check_all(*((f"{sys.argv[1]}/{name}.h5", size, {}) for name in sizes for size in sizes[name]))
END
}

@test "grid lines are the first pixels of a synapse, also where it begins in the middle of a pixel" {
    need_pictures
    python "$files" <<'END'
from picture import *
check_all(*((f"{sys.argv[1]}/one.h5", size, {}) for size in ((90, 77), (353, 230), (243, 146))),
          (f"{sys.argv[1]}/resistance.h5", (357, 261), {}),
          (f"{sys.argv[1]}/a.h5", (120, 83), {"region": (0, 60, 5, 10)}))
END
}

@test "a region is what is seen of the state, and nothing beyond its ends" {
    need_pictures
    python "$files" <<'END'
from picture import *
cases = [
    {"region": (3, 5, 1, 1)},               # one synapse
    {"region": (0, 60, 5, 10)},             # beyond the last column, where rows are padded
    {"region": (20, 0, 10, 30)},            # below
    {"region": (-3.5, -2.25, 10, 12)},      # above and to the left
    {"region": (7.3, 11.9, 4.1, 9.7)},      # between synapses
    {"region": (10.5, 0.25, 2, 40)},        # wider than the picture
    {"region": (0, 0, 23, 64)},
    {"region": (100, 100, 5, 5)},           # nothing
    {"region": (1e18, 0, 5, 5)},
    {"region": (-1000, -1000, 3000, 3000)},
    {"region": (3.5, 5.5, 1e-9, 1e-9)},
]
check_all(*((f"{sys.argv[1]}/a.h5", (120, 80), case) for case in cases),
          *((f"{sys.argv[1]}/a.h5", (40, 27), {**case, "reduction": "max"}) for case in cases[1:6]))
END
}

@test "every quantity is reduced in every way" {
    need_pictures
    python "$files" <<'END'
from picture import *
ways = ("mean", "min", "max", "nearest")
cases = [(q, r) for q in ("resistance", "conductance", "state", "voltage", "flux", "current") for r in ways]
check_all(*((f"{sys.argv[1]}/a.h5", (30, 11), {"quantity": q, "reduction": r}) for q, r in cases),
          *((f"{sys.argv[1]}/big.h5", (37, 23), {"quantity": "state", "reduction": r}) for r in ways),
          (f"{sys.argv[1]}/resistance.h5", (91, 70), {"quantity": "state"}))
END
}

@test "colours cover all that can be, what is seen, or what is given, on either scale" {
    need_pictures
    python "$files" <<'END'
from picture import *
cases = [(q, r) for q in ("resistance", "conductance", "flux") for r in ("all", "seen")]
cases += [("resistance", "2:6.5"), ("conductance", "0.3:0.8"), ("state", "all"), ("state", "0.2:0.9")]
check_all(*((f"{sys.argv[1]}/a.h5", (131, 61), {"quantity": q, "range": r, "log": log})
            for q, r in cases for log in (False, True)),
          (f"{sys.argv[1]}/a.h5", (131, 61), {"quantity": "voltage", "range": "-1:2"}),
          (f"{sys.argv[1]}/one.h5", (9, 9), {"range": "seen"}))
END
}

@test "the colour maps are matplotlib's, entry by entry" {
    need_pictures
    "${BUILD:-build}/tests/test_pictures" --dump-colormaps >"$tmp/maps"
    "$PYTHON" tests/colormaps.py <"$tmp/maps"
}

@test "pictures are in the colours of matplotlib's maps" {
    need_pictures
    python "$files" <<'END'
from picture import *
check_all(*((f"{sys.argv[1]}/a.h5", (130, 61), {"colormap": name, "quantity": "state"})
            for name in ("jet", "viridis", "magma", "cividis", "coolwarm", "gray")))
END
}

@test "the voltage is that of the last step, of any seed, step and stimulus" {
    need_pictures
    state far 3 --rows 9 --cols 130 --seed 4294967295 --stimulus uniform:lo=-1,hi=2.5
    state constant 3 --rows 9 --cols 13 --stimulus constant:value=-0.5
    python "$files" <<'END'
from picture import *
with h5py.File(f"{sys.argv[1]}/far.h5", "r+") as f:
    f.attrs.modify("step", np.uint64(2**40 + 3)) # for which no test can wait
check_all(*((f"{sys.argv[1]}/{name}.h5", (150, 40), {"quantity": "voltage", **asked})
            for name in ("far", "constant", "start") for asked in ({}, {"range": "seen"})))
END
}

@test "the potentials of lines, and voltages and currents behind wires" {
    need_pictures
    state wired 3 --rows 23 --cols 65 --wires row=0.02,col=0.03
    state flat 3 --rows 23 --cols 65 --wires row=0.02,col=0,tile_rows=10
    python "$files" <<'END'
from picture import *
check_all(*((f"{sys.argv[1]}/{name}.h5", (30, 11), {"quantity": q, "reduction": r, "range": end})
            for name in ("wired", "flat") for q in ("voltage", "current", "word-line", "bit-line")
            for r, end in (("mean", "seen"), ("max", "all"))))
END
    expect_error 2 '--quantity word-line: the lines have no resistance' \
        view --from "$files/a.h5" --headless --quantity word-line --screenshot "$tmp/p.png"
    [[ $stderr == *"hint: add --wires row=1,col=1"* ]]
}

@test "bars along the edges are the voltages and currents of lines" {
    need_pictures
    state wired 3 --rows 23 --cols 65 --wires row=0.02,col=0.03
    state lines 3 --rows 23 --cols 65 --stimulus lines
    python "$files" <<'END'
from picture import *
blue, orange = np.array([0x7F, 0xC8, 0xFF]), np.array([0xFF, 0xA0, 0x60])
def lengths(part, color):
    return (np.abs(part.astype(int) - color).max(axis=2) < 40).sum(axis=1)
for name in "wired", "lines":
    path = f"{sys.argv[1]}/{name}.h5"
    f, c = Frame(1000, 700, bars=True), Crossbar(path)
    found = look(path, "--size", "1000x700", "--bars")
    left = found[f.top:f.top + f.map_height, f.left - f.bars:f.left]
    below = found[f.top + f.map_height:f.top + f.map_height + f.bars, f.left:f.left + f.map_width].transpose(1, 0, 2)
    if name == "wired":
        rows, cols = c.wires["row_voltage"], c.wires["col_current"]
    else: # from what every device gets
        bars = run("export", path, "--quantity", "current", "-o", f"{sys.argv[1]}/i.npy", "-q")
        cols, rows = np.load(f"{sys.argv[1]}/i.npy").astype(float).sum(0), None
    for values, part, lines in (rows, left, 23), (cols, below, 65):
        if values is None: continue
        plus, minus = lengths(part, blue), lengths(part, orange)
        shown = np.flatnonzero(plus + minus)
        size = len(shown) / lines # pixels of a line
        assert size > 4, size
        most = max(plus.max(), minus.max())
        for k in range(lines):
            at = shown[0] + int((k + 0.5) * size)
            signed = (plus[at] - minus[at]) / most
            assert abs(signed - values[k] / np.abs(values).max()) < 0.06, (name, k, signed, values[k] / np.abs(values).max())
END
    draw "$tmp/p.png" --from "$files/a.h5" --bars --size 300x200 # its devices have voltages of their own: no bars
}

# same_from VIEW DEVICE...: devices, perhaps with options, draw the picture that the native engine draws.
same_from() {
    local view=$1 device
    shift
    # shellcheck disable=SC2086 # several words
    draw "$tmp/p.png" --from "$files/a.h5" --bare --size 30x9 $view --device native
    for device in "$@"; do
        # shellcheck disable=SC2086 # several words
        draw "$tmp/q.png" --from "$files/a.h5" --bare --size 30x9 $view --device $device
        same "$tmp/p.png" "$tmp/q.png"
    done
}

@test "the picture is the same from every split" {
    same_from '' 'native --band-rows 1' 'native --band-rows 7' 'native --band-rows 1000' 'native --lanes 1' \
        'native --lanes 4' 'native --share off' native,native
}

@test "OpenCL devices draw the same picture, shared or not, alone or together" {
    need_opencl
    same_from '--quantity voltage' 0.0 native,0.0 '0.0 --band-rows 5' '0.0 --share off'
    same_from '--quantity conductance --reduction max --region 3.5,-2,30,50' auto 0.0,native
}

@test "a picture of a new crossbar is one of its initial state" {
    need_pictures
    draw "$tmp/p.png" --device native --rows 6 --cols 7 --bare --size 91x70
    python "$files/start.h5" "$tmp/p.png" <<'END'
from picture import *
same("the picture", read_png(sys.argv[2]), heatmap(Crossbar(sys.argv[1]), 91, 70))
END
}

@test "the saved picture is named, unless --quiet" {
    expect_ok view --from "$files/a.h5" --headless --device native --size 20x20 --screenshot "$tmp/p.png"
    [ "$output" = "saved $tmp/p.png" ]
    draw "$tmp/q.png" --from "$files/a.h5" --device native --size 20x20
    same "$tmp/p.png" "$tmp/q.png"
}

# ---- Axes ---------------------------------------------------------------------------------------

@test "a picture with axes has the map, the colour bar and the panel in their places" {
    need_pictures
    python "$files/a.h5" <<'END'
from picture import *
ground = np.array([26, 26, 28])
for (width, height), panel, asked in [((1280, 800), False, {}), ((1280, 800), True, {}),
                                      ((641, 401), False, {"colormap": "viridis", "region": (3, 5, 8, 9)}),
                                      ((333, 251), False, {"quantity": "state", "log": True, "range": "0.1:1"}),
                                      ((700, 500), True, {"reduction": "min"})]:
    name, f = f"{width} x {height}, panel {panel}, {asked}", Frame(width, height, panel)
    found = look(sys.argv[1], "--size", f"{width}x{height}", *options(**asked), *["--panel"] * panel)
    equal(f"the shape of {name}", found.shape, (height, width, 3))
    same(f"the map of {name}", f.map_of(found), heatmap(Crossbar(sys.argv[1]), f.map_width, f.map_height, **asked))
    same(f"the bar of {name}", f.bar_of(found), f.bar_colors(asked.get("colormap", "jet")))
    drawn = np.any(np.abs(found - ground) > 3, axis=2)
    for what, part, least in [("panel", drawn[:, f.panel:], 0.9 if panel else 0),
                              ("title", drawn[:f.top, f.left:f.left + f.map_width], 0.02),
                              ("rows", drawn[f.top:f.top + f.map_height, :f.left], 0.001),
                              ("columns", drawn[f.top + f.map_height:, f.left:f.left + f.map_width], 0.002),
                              ("numbers of the bar", drawn[f.top:, f.bar + f.bar_width:f.panel], 0.005)]:
        if part.size and part.mean() < least:
            sys.exit(f"{name}: there is nothing of the {what}")
END
}

@test "small pictures with axes are drawn too" {
    for size in 1x1 3x2 400x7 7x400; do
        draw "$tmp/p.png" --from "$files/a.h5" --device native --size "$size" --panel
    done
}

# ---- The stimulus and a synapse -----------------------------------------------------------------

@test "--select marks a synapse and draws its current over its voltage: a loop of a wave" {
    need_pictures
    options=(--device native -n 8 --model yakopcic --stimulus wave --size 1280x800 --panel)
    draw "$tmp/all.png" "${options[@]}" --steps 104
    draw "$tmp/one.png" "${options[@]}" --frames 105 --select 2,6
    python "$tmp" <<'END'
from picture import *
before, after = (read_png(f"{sys.argv[1]}/{name}.png") for name in ("all", "one"))
frame = Frame(1280, 800, True)
panels = [np.all(np.abs(p[:, frame.panel:] - (0xFF, 0xB4, 0x54)) < 30, axis=2) for p in (before, after)]
if panels[0].any():
    sys.exit("there is a curve of no synapse")
curve = panels[1]
rows, cols = np.nonzero(curve)
if len(rows) < 300 or np.ptp(rows) < 80 or np.ptp(cols) < 150:
    sys.exit(f"{len(rows)} pixels of a curve, {np.ptp(rows)} rows high and {np.ptp(cols)} columns wide")
# It is pinched: two branches to the left and to the right, and one point of both at 0 V, in the middle.
crossings = [np.sum(np.diff(curve[:, x].astype(int)) == 1) for x in range(cols.min(), cols.max() + 1)]
middle, third = len(crossings) // 2, len(crossings) // 3
if min(crossings[middle - 2:middle + 3]) != 1 or min(max(crossings[:third]), max(crossings[-third:])) < 2:
    sys.exit(f"no pinched loop: {crossings}")
# White about the synapse, and nothing else on the map has changed.
side = frame.map_height / 8
left, top = frame.left + (frame.map_width - frame.map_height) / 2 + 6 * side, frame.top + 2 * side
drawn = np.argwhere(np.any(before != after, axis=2)[:, :frame.panel])
close("the mark", np.array([*drawn.min(axis=0), *drawn.max(axis=0)]), np.array([top, left, top + side, left + side]), 4)
if not np.any(np.all(after[int(top) - 3:int(top) + 3, int(left + side / 2)] > 240, axis=1)):
    sys.exit("the mark is not white")
END
}

@test "a synapse that does not exist is not selected" {
    for place in 1 1,2,3 -1,0 0,-1 0.5,1 a,b nan,0 1e10,0 ''; do
        refused 2 "^--select: \"$place\" is not ROW,COLUMN" "--select=$place"
    done
    refused 2 '^--select: there is no synapse in row 5, column 0 of 5 x 5$' --select 5,0
    refused 2 '^--select: there is no synapse in row 0, column 65 of 23 x 65$' --select 0,65 --from "$files/a.h5"
    refused 2 '^--select plots in the panel, which --bare omits$' --select 0,0 --bare
}

@test "the panel shows the stimulus as a picture, where it is one" {
    need_pictures
    python "$tmp" <<'END'
from picture import *
side, options = 128, ("--panel", "--colormap", "gray", "--size", "1280x800")
corner = f"{sys.argv[1]}/corner.png"
Image.fromarray(np.array([[0, 255], [255, 255]], np.uint8)).save(corner)


def places(stimulus, steps):
    """Where in the panel a picture is that is white, but for a black upper left quarter."""
    path = f"{sys.argv[1]}/p.png"
    run("view", "--headless", "-q", "--device", "native", "-n", 128, "--screenshot", path, *options,
        "--stimulus", stimulus, "--steps", steps)
    panel = read_png(path)[:, Frame(1280, 800, True).panel:]
    white, black, half = np.all(panel == 255, axis=2), np.all(panel == 0, axis=2), side // 2
    return [(y, x) for y in range(panel.shape[0] - side) for x in range(20)
            if black[y:y + half, x:x + half].all() and white[y:y + half, x + half:x + side].all()
            and white[y + half:y + side, x:x + side].all()]


pattern = f"pattern:file={corner},lo=-2,hi=1"
equal("how many there are of a pattern", len(places(pattern, 3)), 1)
equal("before its first step", places(pattern, 0), [])
equal("of a distribution", places("constant:value=1", 3), [])
END
}

# ---- Frames -------------------------------------------------------------------------------------

@test "the last of N frames shows the state after N - 1 times K steps" {
    need_pictures
    while read -r frames each before; do
        draw "$tmp/p.png" --from "$files/a.h5" --device native --bare --size 70x41 --frames "$frames" \
            --steps-per-frame "$each" --steps "$before" -o "$tmp/f.h5"
        expect_ok run -q --device native --from "$files/a.h5" -o "$tmp/g.h5" -t $(((frames - 1) * each + before))
        same "$tmp/f.h5" "$tmp/g.h5"
        draw "$tmp/q.png" --from "$tmp/f.h5" --device native --bare --size 70x41
        same "$tmp/p.png" "$tmp/q.png"
    done <<<$'1 9 0\n4 7 0\n1 1 6\n3 1 5'
    python "$tmp" <<'END'
from picture import *
equal("the step", Crossbar(f"{sys.argv[1]}/f.h5").step, 37 + 7)
same("the last frame", read_png(f"{sys.argv[1]}/p.png"), heatmap(Crossbar(f"{sys.argv[1]}/f.h5"), 70, 41))
END
}

@test "without --frames there is one frame, and auto is a step a frame" {
    draw "$tmp/p.png" --device native --size 40x30 -o "$tmp/f.h5"
    expect_ok info --json "$tmp/f.h5"
    expect_json '.step == 0'
    draw "$tmp/p.png" --device native --size 40x30 -o "$tmp/f.h5" --frames 4 --steps-per-frame auto
    expect_ok info --json "$tmp/f.h5"
    expect_json '.step == 3'
}

@test "--timings says where the time went" {
    expect_ok view --headless --device native --frames 5 --steps-per-frame 3 --timings
    for pattern in '^picture +copied: .' '^first frame +[0-9.]+ s after the start$' \
        '^then +4 frames in [0-9.]+ s: [0-9.]+ frames/s, [0-9.e+]+ synapse-steps/s$' '^ +(step|reduce|draw) +[0-9.]+ ms'; do
        grep -qE "$pattern" <<<"$output" || fail "no $pattern in $output"
    done
}

# ---- Networks -----------------------------------------------------------------------------------

@test "a network has its neurons and its lines in their places and colours" {
    need_pictures
    state network 9 --neurons 4
    python "$files/network.h5" <<'END'
from picture import *
crossbar, n, size = Crossbar(sys.argv[1]), 4, 1600
box, width = (0, 0, size, size), 2 * size / 1280
values = line_colors(crossbar.resistance(), (-10, 10)) # a range in which every line is wide enough to hold a pixel


def aside(a, b):
    """A pair's lines, each to the right of its own way."""
    right = np.array([a[1] - b[1], b[0] - a[0]]) / np.hypot(*(b - a))
    return a + 0.9 * width * right, b + 0.9 * width * right


def check_lines(layout, points, lines):
    """Each line, somewhere where it is alone."""
    for (i, j), (a, b) in lines.items():
        rest = [ends for pair, ends in lines.items() if pair != (i, j)]
        for share in np.linspace(0.05, 0.95, 181):
            point = a + share * (b - a)
            alone = min(distance(point, *ends) for ends in rest) > 3.6
            if alone and min(np.hypot(*(point - p)) for p in points) > size / 20:
                break
        else:
            sys.exit(f"{layout}: line {i}, {j} is nowhere alone")
        x, y = nearest_to_line(a, b, share)
        same_color(f"{layout}: line {i}, {j}", found[y, x], blend(NOTHING, values[i, j]))


def draw(layout):
    return look(sys.argv[1], "--bare", "--network", "--layout", layout, "--size", f"{size}x{size}", "--range=-10:10")


pairs = [(i, j) for i in range(n) for j in range(n)]
found, ring = draw("ring"), neurons("ring", n, box)
for i in range(n):
    same_color(f"ring: neuron {i}", at(found, ring[i]), NEURON)
check_lines("ring", ring, {(i, j): aside(ring[i], ring[j]) for i, j in pairs if i != j})
for i in range(n): # synapse (i, i) is a small ring outside its neuron, of 16 lines
    way = ring[i] - size / 2
    middle, radius = size / 2 + 1.09 * way, 0.07 * 0.42 * size
    turn = np.round(np.arctan2(way[1], way[0]) / (np.pi / 8)) * np.pi / 8
    a, b = (middle + radius * np.array([np.cos(t), np.sin(t)]) for t in (turn, turn + np.pi / 8))
    x, y = nearest_to_line(a, b, 0.5)
    same_color(f"ring: loop {i}", found[y, x], blend(NOTHING, values[i, i]))

found, (left, right) = draw("bipartite"), neurons("bipartite", n, box)
for i in range(n):
    same_color(f"bipartite: source {i}", at(found, left[i]), NEURON)
    same_color(f"bipartite: target {i}", at(found, right[i]), NEURON)
check_lines("bipartite", [*left, *right], {(i, j): (left[i], right[j]) for i, j in pairs})

found, grid = draw("diagonal"), neurons("diagonal", n, box)
for i, j in pairs:
    if i != j:
        same_color(f"diagonal: point {i}, {j}", at(found, grid[i, j]), NEURON)
for k in range(n - 1):
    over = [values[i, j] for i, j in pairs if min(i, j) <= k < max(i, j)]
    x, y = nearest_to_line(grid[k, k], grid[k + 1, k + 1], 0.5)
    same_color(f"diagonal: segment {k}", found[y, x], blend(NOTHING, *over))
END
}

@test "a network has all its neurons, from 1 to 128, also beside axes" {
    need_pictures
    python <<'END'
from picture import *
for n, size in ((1, 300), (2, 300), (128, 800)):
    path = f"{os.environ['BATS_TEST_TMPDIR']}/{n}.h5"
    run("run", "-q", "--device", "native", "-n", n, "-o", path)
    for layout in ("ring", "bipartite"):
        found = look(path, "--bare", "--network", "--layout", layout, "--size", f"{size}x{size}")
        for point in neurons(layout, n, (0, 0, size, size)).reshape(-1, 2):
            same_color(f"{layout} of {n}, at {point}", at(found, point), NEURON)
f = Frame(1000, 700)
found = look(f"{os.environ['BATS_TEST_TMPDIR']}/2.h5", "--network", "--size", "1000x700")
for point in neurons("ring", 2, (f.left, f.top, f.map_width, f.map_height)):
    same_color(f"ring with axes, at {point}", at(found, point), NEURON)
same("the bar of a network", f.bar_of(found), f.bar_colors("jet"))
END
}

@test "another state is another network" {
    network=(--device native -n 5 --network --bare --size 200x200)
    for layout in ring bipartite diagonal; do
        draw "$tmp/$layout.png" "${network[@]}" --layout "$layout" --steps 3
        draw "$tmp/q.png" "${network[@]}" --layout "$layout" --frames 4
        same "$tmp/$layout.png" "$tmp/q.png"
        draw "$tmp/q.png" "${network[@]}" --layout "$layout" --steps 9
        ! cmp -s "$tmp/$layout.png" "$tmp/q.png" || fail "$layout: 3 steps look like 9"
    done
    draw "$tmp/q.png" "${network[@]}" --steps 3
    same "$tmp/ring.png" "$tmp/q.png"
}

# ---- The figure ---------------------------------------------------------------------------------

@test "figure draws the paper's: 20 steps of 25 synapses, in two rows" {
    need_pictures
    expect_ok figure -o "$tmp/f.png"
    [ "$output" = "saved $tmp/f.png" ]
    expect_ok figure -q --device native -o "$tmp/g.png"
    [ -z "$output" ]
    same "$tmp/f.png" "$tmp/g.png"
    for ((k = 1; k <= 20; k++)); do
        expect_ok run -q --device native -t "$k" -o "$tmp/$k.h5"
    done
    python "$tmp" <<'END'
from picture import *
found, figure = read_png(f"{sys.argv[1]}/f.png"), Figure(20)
equal("the size", found.shape, (400, 2000, 3))
equal("the corners", found[[0, 0, -1, -1], [0, -1, 0, -1]], np.full((4, 3), 255))
for i in range(20):
    figure.check_panel(found, i, Crossbar(f"{sys.argv[1]}/{i + 1}.h5"))
    x, y, width, height = figure.box(i)
    if not np.any(found[y - 19:y - 4, x:x + width] < 128):
        sys.exit(f"panel {i} has no title")
    if np.any(found[y + height + 2:(i // 10 + 1) * 200 - 2, x:x + width] < 255):
        sys.exit(f"panel {i} reaches over its end")
END
}

@test "figure goes on from a state, with other sizes, numbers of panels, quantities and layouts" {
    need_pictures
    expect_ok run -q --device native -n 6 --seed 5 -t 11 -o "$tmp/0.h5"
    for ((k = 1; k <= 12; k++)); do
        expect_ok run -q --device native --from "$tmp/$((k - 1)).h5" -t 1 -o "$tmp/$k.h5"
    done
    python "$tmp" <<'END'
from picture import *
folder = sys.argv[1]
later = [Crossbar(f"{folder}/{i}.h5") for i in range(1, 13)]


def draw(*arguments):
    run("figure", "-q", "--device", "native", "-o", f"{folder}/f.png", "--from", f"{folder}/0.h5", *arguments)
    return read_png(f"{folder}/f.png")


for steps, size, quantity, colormap in [(7, (), "resistance", "jet"), (12, (), "state", "viridis"),
                                        (1, (640, 480), "conductance", "jet"), (12, (3001, 701), "resistance", "gray")]:
    figure = Figure(steps, *size)
    found = draw("-t", steps, "--quantity", quantity, "--colormap", colormap, *["--size", "%dx%d" % size] if size else [])
    equal(f"the size of {steps} panels", found.shape, (figure.height, figure.width, 3))
    for i in range(steps):
        figure.check_panel(found, i, later[i], quantity, colormap)

for layout in ("ring", "bipartite"):
    figure, found = Figure(7), draw("-t", 7, "--layout", layout)
    for i in range(7):
        for point in neurons(layout, 6, figure.box(i)).reshape(-1, 2):
            same_color(f"{layout}: panel {i} at {point}", at(found, point), NEURON)
END
}

@test "figure draws one neuron, and 64" {
    need_pictures
    python "$tmp" <<'END'
from picture import *
folder = sys.argv[1]
for n, size in ((1, (200, 200)), (64, (1500, 1500))):
    run("figure", "-q", "--device", "native", "-n", n, "-t", 1, "--size", "%dx%d" % size, "-o", f"{folder}/f.png")
    run("run", "-q", "--device", "native", "-n", n, "-t", 1, "-o", f"{folder}/f.h5")
    Figure(1, *size).check_panel(read_png(f"{folder}/f.png"), 0, Crossbar(f"{folder}/f.h5"))
    run("figure", "-q", "--device", "native", "-n", n, "-o", f"{folder}/f.png")
    equal("the default size", read_png(f"{folder}/f.png").shape, (400, 2000, 3))
END
}

@test "figure without -o is figure1.png, here" {
    ohmscape=$(realpath "$ohmscape")
    cd "$out"
    expect_ok figure --device native -t 2
    [ "$output" = "saved figure1.png" ]
    [ "$(ls -A)" = figure1.png ]
}

@test "figure draws as many panels as its help allows" {
    expect_ok figure --help
    most=$(sed -nE 's/.*panels.* 1 to ([0-9]+).*/\1/p' <<<"$output")
    [ "$most" -ge 20 ] || fail "$output"
    expect_error 2 '^--steps: .*1 to' figure -n 2 -t $((most + 1)) -o "$out/f.png"
    expect_ok figure -q --device native -n 2 -t "$most" -o "$tmp/f.png"
}

# ---- Films --------------------------------------------------------------------------------------

need_film() {
    need_command ffmpeg
    need_command ffprobe
}

# film_of F: prints width,height,frames/s,frames.
film_of() {
    ffprobe -v error -count_frames -select_streams v -of csv=p=0 \
        -show_entries stream=width,height,avg_frame_rate,nb_read_frames "$1"
}

# expect_film F WIDTH,HEIGHT,RATE,FRAMES
expect_film() {
    local film
    film=$(film_of "$1")
    [ "$film" = "$2" ] || fail "$1 is $film, not $2"
}

@test "a film has every frame, in its size and at its rate" {
    need_film
    expect_ok view --headless -q --device native -n 9 --record "$tmp/f.mp4" --frames 45 --size 64x48
    expect_film "$tmp/f.mp4" 64,48,30/1,45
    # H.264 has no place for an odd column or row.
    expect_ok view --headless -q --device native -n 9 --record "$tmp/f.mkv" --frames 7 --size 65x49 --fps 12
    expect_film "$tmp/f.mkv" 64,48,12/1,7
    expect_ok view --headless -q --device native --record "$tmp/one.mp4" --size 64x48
    expect_film "$tmp/one.mp4" 64,48,30/1,1
}

@test "the frames of a film are the pictures of its steps" {
    need_film
    need_pictures
    expect_ok view --headless -q --device native -n 3 --seed 4 --bare --size 96x96 --frames 5 --steps-per-frame 20 \
        --record "$tmp/f.mp4" --screenshot "$tmp/last.png"
    for i in 0 1 2 3 4; do
        draw "$tmp/$i.png" --device native -n 3 --seed 4 --bare --size 96x96 --steps $((20 * i))
    done
    same "$tmp/4.png" "$tmp/last.png"
    python "$tmp" <<'END'
from picture import *
command = ["ffmpeg", "-v", "error", "-nostdin", "-i", f"{sys.argv[1]}/f.mp4", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
frames = np.frombuffer(subprocess.check_output(command), np.uint8).astype(int).reshape(5, 96, 96, 3)
for i, frame in enumerate(frames):
    # In the middle of each synapse, away from the edges that H.264 blurs. It is lossy: 12 of 255 are not seen.
    middles = np.ix_(range(16, 96, 32), range(16, 96, 32))
    same(f"frame {i}", frame[middles], read_png(f"{sys.argv[1]}/{i}.png")[middles], 12)
END
}

# cut_film SIGNAL F: starts a film without end, sends the signal once some of it is there, and waits for
# all that work on it. Prints the exit status, or - and the signal, and what the viewer said.
cut_film() {
    python "$@" <<'END'
import select, signal, time
read, write = os.pipe() # ends with the last process that has it: ffmpeg inherits it
view = subprocess.Popen([os.environ["OHMSCAPE_PROGRAM"], "view", "--headless", "-q", "--device", "native", "-n", "9",
                         "--size", "96x96", "--frames", "100000000", "--record", sys.argv[2]],
                        pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
os.close(write)
end = time.monotonic() + 30
folder, name = os.path.split(sys.argv[2])
def size_of(path): # 0 of one that has gone since
    try: return os.path.getsize(path)
    except FileNotFoundError: return 0
def size(): # of what is written beside the film's place
    return max([size_of(f"{folder}/{f}") for f in os.listdir(folder) if name in f], default=0)
try:
    while size() < 30000:
        if view.poll() is not None or time.monotonic() > end:
            sys.exit(f"there is no film of {size()} bytes")
        time.sleep(0.02)
except BaseException:
    view.kill() # which would go on for ever
    raise
view.send_signal(getattr(signal, sys.argv[1]))
if not select.select([read], [], [], 30)[0]:
    view.kill()
    sys.exit("the viewer or ffmpeg does not end")
print(view.wait(), view.communicate()[0].decode())
END
}

# playable F: all of it can be decoded.
playable() {
    run --separate-stderr ffmpeg -v error -nostdin -i "$1" -f null -
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "ffmpeg reads $1 with exit status $status: $stderr"
    local film
    film=$(film_of "$1")
    [ "${film##*,}" -ge 30 ] || fail "$1 is $film"
}

@test "a film that is interrupted can be played; exit 130 or 143" {
    need_film
    need_pictures
    [ "$(cut_film SIGINT "$tmp/f.mp4")" = "130 " ]
    playable "$tmp/f.mp4"
    [ "$(cut_film SIGTERM "$tmp/g.mkv")" = "143 " ]
    playable "$tmp/g.mkv"
}

@test "a film of a viewer that is killed can be played, and is beside the one that was there" {
    need_film
    need_pictures
    mkdir "$tmp/films"
    echo old >"$tmp/films/f.mp4"
    [ "$(cut_film SIGKILL "$tmp/films/f.mp4")" = "-9 " ]
    [ "$(<"$tmp/films/f.mp4")" = old ]
    rm "$tmp/films/f.mp4"
    playable "$(find "$tmp/films" -name '*f.mp4*')"
}

@test "a film that fails leaves the one that was there, and says where the rest of it is" {
    need_film
    mkdir "$tmp/bin"
    printf '#!/bin/sh\nulimit -f 40\ntrap "" XFSZ\nPATH=%q exec ffmpeg "$@"\n' "$PATH" >"$tmp/bin/ffmpeg"
    chmod +x "$tmp/bin/ffmpeg"
    echo old >"$out/f.mp4"
    PATH=$tmp/bin:$PATH expect_error 1 "^cannot record $out/f.mp4: ffmpeg: .*File too large" view --headless -q \
        --device native -n 64 --size 320x240 --frames 400 --record "$out/f.mp4" -o "$out/f.h5"
    [ "${stderr_lines[1]}" = "hint: the recording so far is in $out/f.cut.mp4" ]
    [ "$(<"$out/f.mp4")" = old ]
    [ "$(cd "$out" && echo *)" = "f.cut.mp4 f.h5 f.mp4" ]
}

# cut_steps SECONDS: a viewer with many steps before its first frame is ended after so long.
cut_steps() {
    local code=0
    "$ohmscape" view --headless -q --device native -n 64 -t 100000000000 -o "$out/f.h5" &
    sleep "$1"
    kill -TERM $!
    wait $! || code=$?
    [ "$code" -eq 143 ] || [ "$1" = 0.1 ] # before signals are heard
}

@test "a signal ends the steps before the first frame, and what was done is saved" {
    for seconds in 0.1 0.3 1 3 10; do
        cut_steps "$seconds"
        [ -e "$out/f.h5" ] || continue # before there is a crossbar
        expect_ok info --json "$out/f.h5"
        jq -e '.step == 0' <<<"$output" >/dev/null || break # before the first step
    done
    expect_json '.step > 0'
}

@test "an interrupted viewer saves what it was asked to save, picture and state of one step" {
    need_pictures
    # Later if that was before the first frame.
    for delay in 0.2 1 5 20; do
        "$ohmscape" view --headless -q --device native --size 64x64 --frames 4294967295 -o "$tmp/f.h5" \
            --screenshot "$tmp/p.png" </dev/null >"$tmp/said" 2>&1 3>&- &
        pid=$!
        wait_for_handler "$pid"
        sleep "$delay"
        kill -INT "$pid"
        status=0
        wait "$pid" || status=$?
        [ "$status" -eq 130 ]
        [ ! -s "$tmp/said" ] || fail "$(<"$tmp/said")"
        [ -e "$tmp/f.h5" ] || continue
        expect_ok info --json "$tmp/f.h5"
        jq -e '.step == 0' <<<"$output" >/dev/null || break
    done
    expect_json '.step > 0'
    draw "$tmp/q.png" --from "$tmp/f.h5" --device native --size 64x64
    same "$tmp/p.png" "$tmp/q.png"
}

# ---- Bad input ----------------------------------------------------------------------------------

# untouched WHAT...: nothing has been written.
untouched() {
    [ -z "$(ls -A "$out")" ] || show "should write nothing, not $(ls -A "$out")" "$@"
}

# refused CODE PATTERN ARG...: view ends with an error, and writes neither a picture nor a state.
refused() {
    expect_error "$1" "$2" view --headless --device native --size 40x30 --screenshot "$out/p.png" -o "$out/f.h5" \
        "${@:3}" || return
    untouched view "${@:3}"
}

# figure_refused CODE PATTERN ARG...: the same of figure.
figure_refused() {
    expect_error "$1" "$2" figure --device native -o "$out/p.png" "${@:3}" || return
    untouched figure "${@:3}"
}

# under NAME=VALUE... -- FUNCTION...: the function, with the program in a changed environment.
under() {
    local changes=()
    while [ "$1" != -- ]; do
        changes+=("$1")
        shift
    done
    printf '#!/bin/sh\nexec env %s "%s" "$@"\n' "${changes[*]@Q}" "$(realpath "$ohmscape")" >"$tmp/under"
    chmod +x "$tmp/under"
    ohmscape=$tmp/under "${@:2}"
}

@test "without a display: one line, and what to do" {
    for command in 'view' 'view -n 3 --network'; do
        # shellcheck disable=SC2086 # several words
        expect_error 1 '^there is no display' $command --device native --screenshot "$out/p.png" -o "$out/f.h5"
        [[ ${stderr_lines[1]} == "hint: --headless "* ]]
    done
    under DISPLAY=:987 -- expect_error 1 'no display.*:987' view --device native --screenshot "$out/p.png"
    [[ ${stderr_lines[1]} == "hint: --headless "* ]]
    untouched view
}

@test "unknown names are refused with those there are" {
    refused 2 '^--colormap: "hsv" is not one of jet, viridis, magma, cividis, coolwarm, gray$' --colormap hsv
    refused 2 '^--colormap: "" is not one of' --colormap ''
    refused 2 '^--quantity: "charge" is not one of resistance, conductance, state, voltage, flux, current, word-line, bit-line$' --quantity charge
    refused 2 '^--reduction: "sum" is not one of mean, min, max, nearest$' --reduction sum
    refused 2 '^--share: "maybe" is not one of auto, on, off$' --share maybe
    refused 2 '^--layout: "star" is not one of diagonal, ring, bipartite$' --layout star
    refused 2 '^--context: "wgl" is not one of auto, glx, egl$' --context wgl
    refused 2 '^unknown option --frobnicate$' --frobnicate
    refused 2 '^unknown model "perpetual"' --model perpetual
    refused 1 '^there is no OpenCL device 9\.9$' --device 9.9
    figure_refused 2 '^--colormap: "hsv" is not one of' --colormap hsv
    figure_refused 2 '^--quantity: "charge" is not one of' --quantity charge
    figure_refused 2 '^--layout: "star" is not one of' --layout star
    figure_refused 2 '^unknown option --frobnicate$' --frobnicate
}

@test "numbers that make no sense, or are past the limits, are refused" {
    for size in 0x5 5x0 5 axb 99999x1 1x8193 5x 5x5x5 5.5x5 -5x5 ''; do
        refused 2 "^--size: \"$size\" is not WIDTHxHEIGHT" --size "$size"
    done
    for region in 1,2,3 1,2,3,4,5 a,b,c,d 0,0,0,5 0,0,5,0 0,0,-1,5 nan,0,1,1 0,inf,1,1 0,0,1, ''; do
        refused 2 "^--region: \"$region\" is not ROW,COLUMN,ROWS,COLUMNS" --region "$region"
    done
    for range in 3:1 1:1 1 1:2:3 nan:1 0:inf some ''; do
        refused 2 "^--range: \"$range\" is not all, seen, or LOW:HIGH" --range "$range"
    done
    for number in 0 4294967296 -1 x; do
        refused 2 "^--frames: \"$number\" is not a whole number from 1 to 4294967295$" --frames "$number"
    done
    refused 2 '^--neurons: "0" is not' -n 0
    refused 2 '^--neurons: "2147483649" is not' -n 2147483649
    refused 2 '^--fps: "0" is not' --fps 0
    refused 2 '^--fps: "1001" is not' --fps 1001
    refused 2 '^--steps-per-frame: "0" is not' --steps-per-frame 0
    refused 2 '^--steps-per-frame: "1048577" is not' --steps-per-frame 1048577
    refused 2 '^--steps: "72057594037927937" is not' -t 72057594037927937
    refused 2 'go beyond the last step' --from "$files/a.h5" -t 72057594037927936
    refused 1 'needs [0-9.]+ PiB' -n 100000000
    figure_refused 2 '^--size: "5x" is not WIDTHxHEIGHT' --size 5x
    figure_refused 2 '^--range: "3:1" is not all, seen, or LOW:HIGH' --range 3:1
    figure_refused 2 '^--neurons: "0" is not' -n 0
    figure_refused 2 '^--steps: .*1 to' -t 0
}

@test "options that do not go together are refused" {
    refused 2 '^--quantity flux: the flux is not tracked$' --quantity flux
    [ "${stderr_lines[1]}" = "hint: add --flux" ]
    refused 2 '^--quantity flux: the flux is not tracked$' --quantity flux --from "$files/one.h5"
    figure_refused 2 '^--quantity flux: the flux is not tracked$' --quantity flux
    for range in 0:1 -1:1; do
        refused 2 '^--log: a logarithmic range must start above 0$' --log "--range=$range"
        figure_refused 2 '^--log: a logarithmic range must start above 0$' --log "--range=$range"
    done
    refused 2 '^--network .*128' --network -n 129
    figure_refused 2 '64 x 64' -n 65
    refused 2 '"more"' more
    figure_refused 2 '"more"' more
    refused 2 '^--neurons differs from the value' --from "$files/a.h5" -n 3
}

@test "networks and figures of crossbars that are not square are refused as that" {
    refused 2 '(square|as many rows as columns)' --network --rows 3 --cols 4
    refused 2 '(square|as many rows as columns)' --network --from "$files/a.h5"
    figure_refused 2 '(square|as many rows as columns)' --rows 3 --cols 4
}

@test "files that cannot be read are refused" {
    echo hello >"$tmp/hello.h5"
    for command in refused figure_refused; do
        "$command" 1 "^cannot read $tmp/missing.h5: No such file or directory$" --from "$tmp/missing.h5"
        "$command" 1 "^$tmp/hello.h5 is damaged or not an ohmscape file: ." --from "$tmp/hello.h5"
    done
}

# unwritable PATTERN ARG...: view ends with an error before it has written anything.
unwritable() {
    expect_error 1 "$1" view --headless --device native --size 40x30 "${@:2}" || return
    untouched view "${@:2}"
}

@test "pictures that cannot be written are refused before anything is" {
    for name in "$tmp/missing/p.png" "$tmp" /dev/null ''; do
        unwritable "^cannot write \"?$name\"?: ." --screenshot "$name"
        unwritable "^cannot write \"?$name\"?: ." --screenshot "$name" -o "$out/f.h5"
        unwritable "^cannot write \"?$name\"?: ." --screenshot "$name" --from "$files/a.h5" -o "$out/f.h5"
        expect_error 1 "^cannot write \"?$name\"?: ." figure --device native -o "$name"
    done
}

@test "pictures are named .png" {
    for name in p.jpg p png p.png.svg; do
        refused 2 "^cannot write a picture to \"$out/$name\": its name does not end in .png$" --screenshot "$out/$name"
        expect_error 2 "^cannot write a picture to \"$out/$name\": its name" figure --device native -o "$out/$name"
    done
    untouched
    draw "$out/p.PNG" --device native --size 40x30
}

@test "states that cannot be written are refused before anything is" {
    for name in "$tmp/missing/f.h5" "$tmp" ''; do
        unwritable "^cannot write \"?$name\"?: ." -o "$name" --screenshot "$out/p.png"
        unwritable "^cannot write \"?$name\"?: ." -o "$name" --screenshot "$out/p.png" --from "$files/a.h5"
    done
}

@test "films that cannot be written are refused before anything is" {
    need_film
    refused 2 '^cannot record ".*f\.avi": its name ends in neither \.mp4 nor \.mkv$' --record "$out/f.avi"
    refused 2 '^cannot record ".*f\.avi": its name ends in neither' --record "$out/f.avi" --from "$files/a.h5"
    refused 1 "^cannot write $tmp/missing/f.mp4: No such file or directory$" --record "$tmp/missing/f.mp4"
    mkdir "$tmp/folder.mp4"
    refused 1 "^cannot write $tmp/folder.mp4: it is not a regular file$" --record "$tmp/folder.mp4"
    refused 2 '^cannot record 1 x 1 pixels: the size must be from 2 x 2' --record "$out/f.mp4" --size 1x1
}

@test "no film is begun when another file cannot be written" {
    need_film
    unwritable "^cannot write $tmp/missing/p.png: ." --record "$out/f.mp4" --screenshot "$tmp/missing/p.png"
    unwritable "^cannot write $tmp/missing/p.png: ." --record "$out/f.mp4" --screenshot "$tmp/missing/p.png" \
        -o "$out/f.h5"
    unwritable "^cannot write $tmp/missing/f.h5: ." --record "$out/f.mp4" -o "$tmp/missing/f.h5"
    unwritable "^cannot write $tmp/missing/f.h5: ." --record "$out/f.mp4" -o "$tmp/missing/f.h5" --from "$files/a.h5"
}

@test "a film without ffmpeg is refused" {
    mkdir "$tmp/bin"
    under "PATH=$tmp/bin" -- refused 1 '^recording needs ffmpeg, which is not on PATH$' --record "$out/f.mp4"
    [[ ${stderr_lines[1]} == "hint: "*"ffmpeg" ]]
    printf '#!/bin/sh\necho "Unknown encoder libx264" >&2\nexit 1\n' >"$tmp/bin/ffmpeg"
    chmod +x "$tmp/bin/ffmpeg"
    under "PATH=$tmp/bin:/usr/bin:/bin" -- refused 1 'ffmpeg: Unknown encoder libx264$' --record "$out/f.mp4"
}

@test "an error leaves the picture that is there" {
    echo old >"$out/p.png"
    expect_error 2 'colormap' view --headless --screenshot "$out/p.png" --colormap hsv
    expect_error 1 'missing.h5' view --headless --screenshot "$out/p.png" --from "$tmp/missing.h5"
    expect_error 2 'colormap' figure -o "$out/p.png" --colormap hsv
    [ "$(cat "$out/p.png")" = old ]
}

@test "--share on says why nothing can be shared" {
    refused 1 'native engine' --share on
    need_opencl
    "$ohmscape" devices --json | jq -e '.devices[] | select(.id == "0.0") | .type == "cpu"' >/dev/null ||
        skip "this device may be able to share"
    refused 1 '^cannot share buffers with OpenGL: .' --share on --device 0.0
}

@test "without OpenGL, or with too old a one, there is one line" {
    for library in libGL.so.1 libEGL.so.1; do
        mkdir "$tmp/$library"
        : >"$tmp/$library/$library"
        for command in refused figure_refused; do
            under "LD_LIBRARY_PATH=$tmp/$library" -- "$command" 1 "^cannot draw without OpenGL: .*$library"
        done
    done
    mesa=/usr/share/glvnd/egl_vendor.d/50_mesa.json
    [ -e "$mesa" ] || skip "no Mesa"
    for command in refused figure_refused; do
        under MESA_GL_VERSION_OVERRIDE=2.1 LIBGL_ALWAYS_SOFTWARE=1 "__EGL_VENDOR_LIBRARY_FILENAMES=$mesa" -- \
            "$command" 1 'OpenGL.* 3\.3'
    done
}
