"""What the viewer has to draw, worked out a second time: from a saved state, in double precision, with
matplotlib's own colours and a Philox of our own. Nothing here knows how the viewer does it, but for the
rules that its headers and its help state.

A picture is compared within 2 of 255 in every channel of every pixel: our colour tables are bytes that
are within 1 of matplotlib's (colormaps.py), and the framebuffer rounds to bytes once more.
"""

import os
import subprocess
import sys
import tempfile
from multiprocessing.pool import ThreadPool

import h5py
import numpy as np
from matplotlib import colormaps
from PIL import Image

TOLERANCE = 2
NOTHING = 255 * np.array([0.13, 0.13, 0.15])  # where there is no synapse, or no value
GRID_PIXELS, GRID_SHADE = 8, 0.7
NEURON = np.array([0x1F, 0x4F, 0xE0])
OPACITY = 0xE6 / 255  # of a network's lines
FIGURE_PANEL, FIGURE_IN_A_ROW = 200, 10  # pixels on a side; panels



class Wrong(Exception):
    """Something is not as it has to be; the text says what."""


def end(kind, reason, trace):
    """Ends the program with what is wrong, and for any other exception with where it came from."""
    if issubclass(kind, Wrong):
        print(reason, file=sys.stderr)
    else:
        sys.__excepthook__(kind, reason, trace)


sys.excepthook = end

# ---- Running the program ----------------------------------------------------------------------


def run(*arguments):
    """Runs the program, which has to succeed and to say nothing."""
    command = ["timeout", "60", os.environ["OHMSCAPE_PROGRAM"], *map(str, arguments)]
    alone = {**os.environ, "OMP_NUM_THREADS": "1"} # several run at once
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, text=True, env=alone)
    if done.returncode or done.stdout or done.stderr:
        raise Wrong(f"{' '.join(command[2:])}\nexit status {done.returncode}\n{done.stdout}{done.stderr}")


def read_png(path):
    """Its pixels, [height, width, 3]. It has to be a plain RGB picture."""
    with Image.open(path) as image:
        if image.format != "PNG" or image.mode != "RGB":
            raise Wrong(f"{path} is {image.format} in {image.mode}")
        return np.asarray(image).astype(int)


def look(source, *arguments, device="native"):
    """What view shows of a saved state."""
    with tempfile.TemporaryDirectory(dir=os.environ["BATS_TEST_TMPDIR"]) as folder:
        path = f"{folder}/p.png"
        run("view", "--headless", "-q", "--device", device, "--from", source, "--screenshot", path, *arguments)
        return read_png(path)


# ---- Comparing --------------------------------------------------------------------------------


def same(name, found, expected, tolerance=TOLERANCE):
    """Two pictures have to be the same."""
    if found.shape != expected.shape:
        raise Wrong(f"{name}: the shape is {found.shape}, not {expected.shape}")
    wrong = np.argwhere(np.any(np.abs(found - expected) > tolerance, axis=2))
    if len(wrong) == 0:
        return
    lines = [f"{name}: {len(wrong)} of {found.shape[0] * found.shape[1]} pixels differ"]
    for y, x in wrong[:5]:
        lines.append(f"  row {y}, column {x}: {found[y, x]}, not {expected[y, x].round(1)}")
    raise Wrong("\n".join(lines))


def same_color(name, found, expected, tolerance=TOLERANCE):
    if np.any(np.abs(found - expected) > tolerance):
        raise Wrong(f"{name} is {found}, not {np.asarray(expected).round(1)} within {tolerance}")


# ---- Random voltages --------------------------------------------------------------------------


def philox(counter, key):
    """Philox4x32-10 on arrays of words: four counters, two keys."""
    low = np.uint64(0xFFFFFFFF)
    c = [np.asarray(word, dtype=np.uint64) for word in counter]
    for turn in range(10):
        k0, k1 = (np.uint64((k + turn * w) % 2**32) for k, w in zip(key, (0x9E3779B9, 0xBB67AE85)))
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [(p1 >> np.uint64(32)) ^ c[1] ^ k0, p1 & low, (p0 >> np.uint64(32)) ^ c[3] ^ k1, p0 & low]
    return c


def check_philox():
    """Against the known answers of its authors."""
    zeros, ones = [0] * 4, [0xFFFFFFFF] * 4
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344]
    for counter, key, words in [
        (zeros, (0, 0), "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
        (ones, (0xFFFFFFFF, 0xFFFFFFFF), "408f276d 41c83b0e a20bc7c6 6d5451fd"),
        (pi, (0xA4093822, 0x299F31D0), "d16cfe09 94fdcceb 5001e420 24126ea1"),
    ]:
        found = " ".join(f"{int(word):08x}" for word in philox(counter, key))
        if found != words:
            raise Wrong(f"picture.py: Philox gives {found}, not {words}")


check_philox()

# ---- The crossbar -----------------------------------------------------------------------------


class Crossbar:
    """A saved state."""

    def __init__(self, path):
        with h5py.File(path) as f:
            self.a = {k: v.decode() if isinstance(v, bytes) else v for k, v in f.attrs.items()}
            self.state = f["state"][:].astype(np.float64)
            self.flux = f["flux"][:].astype(np.float64) if "flux" in f else None
            self.wires = {k: v[:].astype(np.float64) for k, v in f["wires"].items()} if "wires" in f else None
        self.rows, self.cols = self.state.shape
        self.step = int(self.a["step"])

    def resistance_limits(self):
        return tuple(float(np.float32(self.a[f"model.{key}"])) for key in ("r_on", "r_off"))

    def resistance(self):
        low, high = self.resistance_limits()
        return self.state if self.a["model"] == "sin-resistance" else low * self.state + high * (1 - self.state)

    def voltage(self):
        """Of the last step; there is none before the first."""
        if self.step == 0:
            return np.full(self.state.shape, np.nan)
        if self.wires:
            return self.wires["device_voltage"]
        if self.a["stimulus"] == "constant":
            return np.full(self.state.shape, np.float64(np.float32(self.a["stimulus.value"])))
        row, col = np.indices(self.state.shape)
        t, seed, stream = self.step - 1, int(self.a["seed"]), 1
        counter = [col // 64 * 16 + col % 16, row, np.full_like(row, t % 2**32),
                   np.full_like(row, stream << 24 | t >> 32)]
        word = np.choose(col // 16 % 4, philox(counter, (seed % 2**32, seed >> 32)))
        lo, hi = self.a["stimulus.lo"], self.a["stimulus.hi"]
        return (word >> np.uint64(8)).astype(float) * np.float32((hi - lo) * 2.0**-24) + float(np.float32(lo))

    def bit_line(self):
        """One node a device, or where bit lines have no resistance one a tile."""
        nodes = self.wires["bit_line"]
        tile = int(self.a["wires.tile_rows"]) or self.rows
        return nodes if len(nodes) == self.rows else np.repeat(nodes, tile, axis=0)[:self.rows]

    def values(self, quantity):
        if quantity == "current":
            return self.voltage() / self.resistance()
        if quantity == "bit-line":
            return self.bit_line()
        if quantity == "word-line":
            return self.bit_line() + self.voltage()
        if quantity == "conductance":
            return 1 / self.resistance()
        if quantity in ("resistance", "voltage"):
            return getattr(self, quantity)()
        return getattr(self, quantity)

    def limits(self, quantity):
        """All that a quantity can be; None where there is no limit."""
        low, high = self.resistance_limits()
        if quantity == "resistance":
            return low, high
        if quantity == "conductance":
            return 1 / high, 1 / low
        if quantity == "state":
            return (low, high) if self.a["model"] == "sin-resistance" else (0, 1)
        if quantity == "current":
            most = max(map(abs, self.limits("voltage"))) / low
            return -most, most
        if quantity in ("voltage", "word-line", "bit-line") and self.a["stimulus"] == "lines":
            most = float(np.float64(self.a["stimulus.hi"]) - self.a["stimulus.lo"])
            return -most, most
        if quantity == "voltage":
            ends = ("value", "value") if self.a["stimulus"] == "constant" else ("lo", "hi")
            return tuple(float(np.float32(self.a[f"stimulus.{end}"])) for end in ends)
        return None


# ---- What is seen -----------------------------------------------------------------------------


class Side:
    """One side of what is seen: the picture's pixels begin at a synapse and go on by so many each."""

    def __init__(self, start, each, pixels, synapses):
        self.start, self.pixels, self.synapses = start, pixels, synapses
        self.each = each * pixels / pixels # what is handed on is the extent

    def middles(self, i):
        """The synapses in the middles of pixels."""
        return np.floor(self.start + (i + 0.5) * self.each)

    def spans(self, nearest):
        """The synapses of each pixel, first to end - 1, as ohm_crossbar_view has it."""
        i = np.arange(self.pixels)
        if nearest or self.each < 1:
            first, end = self.middles(i), self.middles(i) + 1
        else:
            first, end = np.floor(self.start + i * self.each), np.floor(self.start + (i + 1) * self.each)
        return [np.clip(edge, 0, self.synapses).astype(int) for edge in (first, end)]

    def grid(self):
        """Which pixels are the first of a synapse, if it is large enough for a line."""
        i = np.arange(self.pixels)
        return (self.middles(i) != self.middles(i - 1)) & (self.each * GRID_PIXELS <= 1)


def sides(crossbar, width, height, region=None):
    """What is seen of it: the whole, or a region, whose middle is the picture's. Synapses are squares, but
    for those of a whole that is more than 8 times as long as wide."""
    rows, cols = crossbar.rows, crossbar.cols
    row, col, down, across = region or (0, 0, rows, cols)
    y, x = down / height, across / width
    if region or max(rows / cols, cols / rows) <= 8:
        y = x = max(y, x)
    return (Side(row + (down - height * y) / 2, y, height, rows),
            Side(col + (across - width * x) / 2, x, width, cols))


def reduce(values, down, across, reduction):
    """The value of every pixel, NaN where there is none."""
    join = {"mean": np.mean, "min": np.min, "max": np.max, "nearest": np.mean}[reduction]
    for side in (down, across): # a mean of means is the mean: all have as many synapses
        nothing = np.full(values.shape[1], np.nan)
        spans = zip(*side.spans(reduction == "nearest"))
        values = np.array([join(values[first:end], axis=0) if first < end else nothing for first, end in spans]).T
    return values


# ---- Colours ----------------------------------------------------------------------------------


def table(name):
    """A colour map's 256 entries, 0 to 255."""
    return 255 * colormaps[name](np.arange(256))[:, :3]


def place(values, ends, log):
    """Where values are between the ends of the scale, 0 to 1."""
    low, high = ends
    with np.errstate(invalid="ignore", divide="ignore"):
        if log and low > 0:
            values, low, high = np.log(np.maximum(values, 1e-37)), np.log(low), np.log(high)
        return np.clip((values - low) / (high - low), 0, 1)


def colors(name, places):
    """The colours at places, mixed of the two entries they are between. NaN has none."""
    at = 255 * np.nan_to_num(places)
    entry = np.minimum(at.astype(int), 254)
    entries, between = table(name), (at - entry)[..., None]
    mixed = entries[entry] * (1 - between) + entries[entry + 1] * between
    return np.where(np.isnan(places)[..., None], NOTHING, mixed)


def ends_of(crossbar, quantity, range, seen):
    """What the ends of the scale stand for."""
    if ":" in range:
        return tuple(map(float, range.split(":")))
    ends = crossbar.limits(quantity) if range == "all" else None
    if ends is None:
        seen = seen[~np.isnan(seen)]
        ends = (seen.min(), seen.max()) if seen.size else (0, 0)
    if ends[0] < ends[1]:
        return ends
    about = max(abs(ends[0]) / 1000, 1e-30)  # one value is in the middle
    return ends[0] - about, ends[1] + about


def heatmap(crossbar, width, height, region=None, reduction="mean", quantity="resistance", colormap="jet",
            range="all", log=False):
    """The picture of a crossbar, [height, width, 3], 0 to 255."""
    down, across = sides(crossbar, width, height, region)
    values = reduce(crossbar.values(quantity), down, across, reduction)
    picture = colors(colormap, place(values, ends_of(crossbar, quantity, range, values), log))
    line = (down.grid()[:, None] | across.grid()[None, :]) & ~np.isnan(values)
    return np.where(line[..., None], GRID_SHADE * picture, picture)


def options(region=None, reduction=None, quantity=None, colormap=None, range=None, log=False):
    """The same as options of view. --name=value, because a value may begin with a dash."""
    given = {"reduction": reduction, "quantity": quantity, "colormap": colormap, "range": range}
    words = [f"--{name}={value}" for name, value in given.items() if value is not None]
    return words + ["--log"] * log + ([f"--region={','.join(map(repr, region))}"] if region else [])


def check(path, size, **asked):
    """Compares view's bare picture of a saved state with ours."""
    width, height = size
    found = look(path, "--bare", "--size", f"{width}x{height}", *options(**asked))
    same(f"{os.path.basename(path)} at {width} x {height}, {asked}", found,
         heatmap(Crossbar(path), width, height, **asked))


def check_all(*cases):
    """Checks several, each given as the path, the size and a dictionary of what is asked for."""

    def trial(case):
        try:
            check(case[0], case[1], **case[2])
        except Wrong as reason:
            return str(reason)

    wrong = [reason for reason in ThreadPool(os.cpu_count()).map(trial, cases, chunksize=1) if reason]
    if wrong:
        raise Wrong("\n".join([*wrong[:3], f"{len(wrong)} of {len(cases)} pictures are wrong"]))


# ---- A picture with axes ----------------------------------------------------------------------


class Frame:
    """Where things are in a picture with axes."""

    def __init__(self, width, height, panel=False, bars=False):
        s = min(max(min(width / 1280, height / 800), 0.6), 6)
        self.scale, self.width, self.height = s, width, height
        self.panel = int(width - (min(330 * s, 0.45 * width) if panel else 0))  # where it begins
        self.bars = int(44 * s) if bars else 0
        self.left, self.top = int(64 * s) + self.bars, int(34 * s)
        self.map_width = self.panel - self.left - int(108 * s)
        self.map_height = height - self.top - int(40 * s) - self.bars
        self.bar = self.left + self.map_width + int(16 * s)
        self.bar_width = int(18 * s)

    def map_of(self, picture):
        return picture[self.top:self.top + self.map_height, self.left:self.left + self.map_width]

    def bar_of(self, picture):
        """Without its ends, which are framed."""
        end = int(4 * self.scale) + 1
        return picture[self.top + end:self.top + self.map_height - end, self.bar:self.bar + self.bar_width]

    def bar_colors(self, colormap):
        """The same of ours: from the highest value down."""
        height = self.map_height
        end = int(4 * self.scale) + 1
        entry = np.floor(255 * np.arange(height)[::-1] / (height - 1) + 0.5).astype(int)[end:height - end]
        return np.broadcast_to(table(colormap)[entry][:, None], (len(entry), self.bar_width, 3))


# ---- Networks ---------------------------------------------------------------------------------


def line_colors(values, ends, colormap="jet"):
    """The entry nearest to each value."""
    return table(colormap)[np.floor(place(values, ends, False) * 255 + 0.5).astype(int)]


def blend(ground, *above):
    """Colours over each other, each but the ground letting some of what is below through."""
    for color in above:
        ground = OPACITY * color + (1 - OPACITY) * ground
    return ground


def neurons(layout, n, box):
    """Where they are in a box (x, y, width, height): on the ring; left, then right; or [i][j]."""
    x, y, width, height = box
    i = np.arange(n)
    if layout == "ring":
        turn = 2 * np.pi * i / n  # from the top, clockwise
        radius = 0.42 * min(width, height)
        return np.stack([x + width / 2 + radius * np.sin(turn), y + height / 2 - radius * np.cos(turn)], -1)
    share = i / (n - 1) if n > 1 else np.full(1, 0.5)
    if layout == "bipartite":
        down = y + height * (0.06 + 0.88 * share)
        left, right = np.full(n, x + 0.12 * width), np.full(n, x + 0.88 * width)
        return np.stack([np.stack([left, down], -1), np.stack([right, down], -1)])
    across, up = np.meshgrid(x + width * (0.05 + 0.9 * share), y + height * (0.95 - 0.9 * share), indexing="ij")
    return np.stack([across, up], -1)


def at(picture, point):
    """The pixel that a point is in."""
    return picture[int(point[1]), int(point[0])]


def nearest_to_line(a, b, share):
    """The pixel, as x and y, whose middle is nearest to a line about so far along it. Lines run half a
    pixel to the right of and below the points they connect."""
    a, b = a + 0.5, b + 0.5
    step = (b - a) / np.hypot(*(b - a))
    x, y = np.floor(a + share * (b - a)).astype(int)
    near = [(u, v) for u in range(x - 2, x + 3) for v in range(y - 2, y + 3)]
    return min(near, key=lambda p: abs(step[0] * (p[1] + 0.5 - a[1]) - step[1] * (p[0] + 0.5 - a[0])))


def distance(point, a, b):
    """From a point to a line between two."""
    share = np.clip(np.dot(point - a, b - a) / max(np.dot(b - a, b - a), 1e-9), 0, 1)
    return np.hypot(*(point - a - share * (b - a)))


class Figure:
    """Where things are in a figure."""

    def __init__(self, panels, width=None, height=None):
        self.columns = min(panels, FIGURE_IN_A_ROW)
        self.rows = -(-panels // FIGURE_IN_A_ROW)
        self.width = width or FIGURE_PANEL * self.columns
        self.height = height or FIGURE_PANEL * self.rows

    def box(self, i):
        """Of panel i, below its title."""
        width, height = self.width / self.columns, self.height / self.rows
        x, y = i % self.columns * width, i // self.columns * height
        title = 1.5 * 13 * max(0.4, min(width, height) / FIGURE_PANEL)
        margin = 0.04 * width
        return int(x + margin), int(y + title), int(width - 2 * margin), int(height - title - margin)

    def check_panel(self, picture, i, crossbar, quantity="resistance", colormap="jet"):
        """The paper's layout: a point for every (i, j), and all lines on the diagonal, the last on top."""
        n, box = crossbar.rows, self.box(i)
        points = neurons("diagonal", n, box)
        off = [(a, b) for a in range(n) for b in range(n) if a != b] or [(0, 0)]
        for a, b in off:
            same_color(f"panel {i}, point {a}, {b}", at(picture, points[a, b]), NEURON)
        lines = line_colors(crossbar.values(quantity), crossbar.limits(quantity), colormap)
        for k in range(n - 1):
            over = [lines[a, b] for a in range(n) for b in range(n) if min(a, b) <= k < max(a, b)]
            x, y = nearest_to_line(points[k, k], points[k + 1, k + 1], 0.5)
            same_color(f"panel {i}, segment {k}", picture[y, x], blend(np.full(3, 255.0), *over))
