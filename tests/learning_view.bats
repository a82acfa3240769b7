#!/usr/bin/env bats
# Watching networks learn: receptive fields, spikes and trainings, drawn without a display.
load common

setup_file() {
    find_python h5py numpy PIL
    export OHMSCAPE_GL_DEBUG=1 # OpenGL's complaints go to stderr, where no test lets them pass
}

setup() {
    common_setup
    unset DISPLAY WAYLAND_DISPLAY
    # shellcheck disable=SC2154 # common_setup sets it
    cd "$tmp" || return
    ohmscape=$(realpath "$OLDPWD/$ohmscape")
}

need_pictures() {
    [ -n "${PYTHON-}" ] || skip "no python3 with h5py, numpy and PIL"
}

# draw FILE.png ARG...: view draws what it is asked for, and says nothing.
draw() {
    expect_ok view --headless --quiet --device native --screenshot "$@"
    [ -z "$output" ] || show "should be quiet" view "$@"
}

# look: runs the Python program on stdin, after these definitions.
look() {
    { cat <<'END'; cat; } | "$PYTHON" -
import sys
import h5py
import numpy as np
from PIL import Image

GROUND = (26, 26, 28)  # of the window
NOTHING = (33, 33, 38)  # where the map shows no device


def load(path):
    """The picture's red, green and blue, [height, width, 3]."""
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


END
}

# ---- Receptive fields ---------------------------------------------------------------------------

@test "receptive fields are the columns of the saved state" {
    need_pictures
    expect_ok run --quiet --device native --rows 12 --cols 6 --steps 5 -o s.h5
    draw fields.png --from s.h5 --bare --size 94x46 --show fields --quantity state --colormap gray --range 0:1
    look <<'END'
# 3 x 2 fields of 4 x 3 devices are largest, 30 x 22 pixels with 3 between them; 7 pixels a device
state = h5py.File("s.h5")["state"][:]
found, level = load("fields.png"), np.rint(state * 255)
rows, cols = np.nonzero((found != NOTHING).any(2))
assert len(rows) == 6 * 28 * 21, len(rows)
tops, lefts = [rows.min(), rows.max() + 1 - 21], [cols.min(), cols.min() + 31, cols.max() + 1 - 28]
for tile in range(6):
    top, left = tops[tile // 3], lefts[tile % 3]
    for device in range(12):
        y, x = top + device // 4 * 7 + 3, left + device % 4 * 7 + 3
        assert abs(found[y, x, 0] - level[device, tile]) <= 1, (tile, device, found[y, x], level[device, tile])
END
}

@test "a field can have another shape, and leave out the last devices" {
    need_pictures
    expect_ok run --quiet --device native --rows 5 --cols 1 --steps 5 -o s.h5
    draw fields.png --from s.h5 --bare --size 20x20 --show fields --field 2x2 --quantity state --colormap gray --range 0:1
    look <<'END'
level, found = np.rint(h5py.File("s.h5")["state"][:, 0] * 255), load("fields.png")
for device in range(4):
    part = found[device // 2 * 10:device // 2 * 10 + 10, device % 2 * 10:device % 2 * 10 + 10]
    assert (abs(part - level[device]) <= 1).all(), (device, part[0, 0], level[device])
END
}

@test "fields that cannot be are refused" {
    expect_error 2 '--field 6x1: a column has 5 devices' view --headless --field 6x1
    expect_error 2 '--field' view --headless --field 6
    expect_error 2 '--show' view --headless --show neurons
    expect_error 2 '--show fields does not go with --network' view --headless --show fields --network
    expect_error 2 '--show fields: columns have more than 16384 devices' view --headless --show fields --rows 16385 --cols 1
}

# ---- Spikes -------------------------------------------------------------------------------------

spiking=(--rows 16 --cols 16 --stimulus spiking)

@test "a crossbar of spiking neurons has a raster and a membrane beside its map" {
    need_pictures
    draw spikes.png "${spiking[@]}" --steps 300 --size 1280x720
    draw plain.png --rows 16 --cols 16 --size 1280x720
    look <<'END'
def plots(name):
    """The share of the right half that is no window ground."""
    return (load(name)[40:660, 740:1250] != GROUND).any(2).mean()
assert plots("spikes.png") > 0.8 and plots("plain.png") != plots("spikes.png")
r, g, b = np.moveaxis(load("spikes.png")[440:680, 740:1250].astype(int), 2, 0)
orange = ((r > 80) & (r > g + 20) & (g > b + 20)).sum()
assert orange > 100, orange  # the threshold
END
}

@test "the same network draws the same picture, however many steps a frame has" {
    draw one.png "${spiking[@]}" --steps 120 --size 900x600 --neuron 3
    draw many.png "${spiking[@]}" --frames 13 --steps-per-frame 10 --size 900x600 --neuron 3
    draw other.png "${spiking[@]}" --steps 120 --size 900x600 --neuron 4
    cmp one.png many.png
    run ! cmp -s one.png other.png
}

@test "windows of all sizes show what fits" {
    local size
    for size in 1x1 60x40 200x150 320x200 400x900 640x480 2000x300; do
        draw p.png "${spiking[@]}" --steps 20 --size "$size"
        draw p.png "${spiking[@]}" --steps 20 --size "$size" --panel --bars
        draw p.png "${spiking[@]}" --steps 20 --size "$size" --show fields --raster 10
    done
}

@test "a neuron that is not there is refused" {
    expect_error 2 '--neuron 16: there are 16 neurons' view --headless "${spiking[@]}" --neuron 16
    expect_error 2 '--neuron 0: there are 0 neurons' view --headless --neuron 0
    # shellcheck disable=SC2154 # expect_error sets it
    [[ $stderr == *"hint: a crossbar has one for each column with --stimulus spiking"* ]]
    expect_error 2 '--raster' view --headless "${spiking[@]}" --raster 9
}

# ---- Trainings ----------------------------------------------------------------------------------

# A set of 4 x 4 pictures in two classes, and a training on it.
training() {
    awk 'BEGIN {
        srand(1)
        for (i = 0; i < 200; i++) {
            for (k = 0; k < 16; k++) printf "%d,", (k % 4 < 2) == (i % 2) ? 200 + 50 * rand() : 50 * rand()
            print i % 2
        }
    }' >set.csv
    printf 'data = set.csv\nlayers = 16,9,2\nepochs = 3\n' >train.ini
}

@test "a training is drawn to its end, with receptive fields, accuracy and loss" {
    need_pictures
    training
    expect_ok view train.ini --device native --headless --screenshot t.png --size 1280x720 --steps-per-frame 20 --timings --json
    jq -e '.samples_per_second > 0 and .frames > 3' <<<"${output#saved t.png}"
    look <<'END'
found = load("t.png")
for color in (0x7F, 0xC8, 0xFF), (0xFF, 0xB4, 0x54), (0xB9, 0xE3, 0xA0):  # training, test and loss
    assert ((abs(found[25:700, 740:1260] - color).max(2) < 40).sum()) > 100, color
END
}

@test "the same samples give the same picture, however many a frame has" {
    training
    draw one.png train.ini --bare --size 300x200 --steps-per-frame 10 --frames 13
    draw many.png train.ini --bare --size 300x200 --steps-per-frame 120 --frames 2
    cmp one.png many.png
    draw heatmap.png train.ini --bare --size 300x200 --steps-per-frame 120 --frames 2 --show heatmap
    run ! cmp -s one.png heatmap.png
    draw second.png train.ini --bare --size 300x200 --layer 1 --show fields
}

@test "windows of all sizes show what fits of a training" {
    local size
    training
    for size in 1x1 60x40 200x150 320x200 400x900 640x480 2000x300; do
        draw p.png train.ini --frames 3 --size "$size"
        draw p.png train.ini --frames 3 --size "$size" --panel --show heatmap
    done
}

@test "a training is filmed" {
    need_command ffmpeg
    need_command ffprobe
    training
    expect_ok view train.ini --device native --headless --quiet --frames 6 --steps-per-frame 40 --size 320x200 --record t.mp4
    [ "$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 t.mp4)" = 6 ]
}

@test "what does not go with a training is refused" {
    training
    expect_error 2 '--neurons does not go with the training of train.ini' view --headless train.ini -n 5
    expect_error 2 '--output does not go with the training of train.ini' view --headless train.ini -o n.h5
    expect_error 2 '--layer 2: the network has layers 0 to 1' view --headless train.ini --layer 2
    expect_error 2 '--field 5x5: a column has 16 devices' view --headless train.ini --field 5x5
    expect_error 2 '--neuron 9: there are 9 neurons' view --headless train.ini --neuron 9
    expect_error 1 'cannot read nothing.ini' view --headless nothing.ini
    printf 'neurons = 5\n' >run.ini
    expect_error 2 'view takes no argument "run.ini"' view --headless run.ini
}
