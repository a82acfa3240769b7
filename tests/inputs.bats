#!/usr/bin/env bats
# What state files hold of the files and stimuli that drove a crossbar, and files that others have written.
load common

setup() {
    common_setup
    ohmscape=$(realpath "$ohmscape")
    OHMSCAPE_PROGRAM=$ohmscape
    cp host/example/omega.png "$tmp"
    cd "$tmp" || return
    mkdir elsewhere
}

# save FILE ARG...: a native run that is saved.
save() {
    expect_ok run --quiet --device native -o "$@"
}

# inverted IN OUT: a picture's negative.
inverted() {
    python "$@" <<'END'
from PIL import Image, ImageOps
ImageOps.invert(Image.open(sys.argv[1]).convert("L")).save(sys.argv[2])
END
}

# openings FILE ARG...: how often ohmscape opens a file, as the system says. Reading and closing are watched too, so that
# two openings are never told as one.
openings() {
    "$PYTHON" - "$OHMSCAPE_PROGRAM" "$@" <<'END'
import ctypes, os, struct, subprocess, sys
OPEN, ACCESS, CLOSE = 0x20, 0x1, 0x18
libc = ctypes.CDLL(None)
watch = libc.inotify_init()
if watch < 0 or libc.inotify_add_watch(watch, os.fsencode(sys.argv[2]), OPEN | ACCESS | CLOSE) < 0:
    sys.exit("no inotify")
subprocess.run([sys.argv[1], *sys.argv[3:]], check=True)
os.set_blocking(watch, False)
count = 0
while True:
    try:
        events = os.read(watch, 1 << 16)
    except BlockingIOError:
        break
    while events:
        _, mask, _, length = struct.unpack_from("iIII", events)
        if mask & 0x4000: sys.exit("inotify has lost events")
        count += bool(mask & OPEN)
        events = events[16 + length:]
print(count)
END
}

# ---- Inputs -----------------------------------------------------------------------------------

@test "a saved crossbar and the voltages of a first phase are opened once" {
    need_python
    "$PYTHON" -c 'import ctypes; assert ctypes.CDLL(None).inotify_init() >= 0' || skip "no inotify"
    save a.h5 -n 10 -t 5
    local count
    count=$(openings a.h5 run --from a.h5 --quiet --device native -t 3 -o b.h5)
    [ "$count" -eq 1 ] || fail "run --from opens the file $count times"
    count=$(openings a.h5 export a.h5 -o c.npy --quiet)
    [ "$count" -eq 1 ] || fail "export opens the file $count times"
    python <<'END'
with h5py.File("each.h5", "w") as f:
    f["voltage"] = np.full((7, 10, 10), 0.5)
END
    printf 'neurons = 10\n[first]\nstimulus = file:path=each.h5\nsteps = 7\n[then]\nsteps = 3\n' >e.ini
    count=$(openings each.h5 run e.ini --quiet --device native -o d.h5)
    [ "$count" -eq 1 ] || fail "an experiment opens the voltages of its first phase $count times"
    # What is wrong with a first phase is still an error before any file.
    python <<'END'
with h5py.File("each.h5", "a") as f:
    f["voltage"][6, 9, 9] = np.nan
END
    expect_error 1 'each.h5: voltage\[6, 9, 9\] is nan' run e.ini --quiet --device native -o never.h5
    [ ! -e never.h5 ]
}

@test "a state stands alone: pictures, cells and line voltages are in it" {
    need_python
    printf '1,2\n3,4\n' >cells.txt
    python <<'END'
for name, sizes in ("lines.h5", [("row_voltage", (7, 10)), ("col_voltage", (7, 12))]), ("each.h5", [("voltage", (7, 10, 12))]):
    with h5py.File(name, "w") as f:
        for dataset, size in sizes:
            f[dataset] = np.random.default_rng(1).uniform(-1, 1, size)
END
    for stimulus in pattern:file=omega.png+omega.png,hold=2 write:cells=cells.txt file:path=lines.h5 file:path=each.h5; do
        save whole.h5 --rows 10 --cols 12 -t 30 --stimulus "$stimulus"
        save part.h5 --rows 10 --cols 12 -t 11 --stimulus "$stimulus"
        mkdir -p alone
        cp part.h5 alone
        (cd alone && save later.h5 --from part.h5 -t 19)
        cmp whole.h5 alone/later.h5
        expect_ok info --json part.h5
        expect_json ".inputs | length == 1 and .[0].kept and (.[0].name | inside(\"$stimulus\"))"
    done
    python whole.h5 each.h5 <<'END'
with h5py.File(sys.argv[1]) as f, open(sys.argv[2], "rb") as given:
    data = given.read()
    one = f["inputs/0"]
    equal("the format", f.attrs["format_version"], 3)
    equal("the bytes", one[:].tobytes(), data)
    equal("the name", text(one.attrs["name"]), "each.h5")
    equal("the size", one.attrs["size"], len(data))
    data += bytes(-len(data) % 4)
    equal("the digest", text(one.attrs["digest"]), digest(np.frombuffer(data, "<f4")))
END
}

@test "a changed input changes nothing, and is told" {
    need_python
    find_python PIL h5py numpy
    [ -n "$PYTHON" ] || skip "no python3 with PIL"
    save a.h5 -n 20 -t 10 --stimulus pattern:file=omega.png
    save b.h5 --from a.h5 -t 10
    inverted omega.png omega.png
    try run --from a.h5 -t 10 --device native --quiet -o c.h5
    [ "$status" -eq 0 ]
    [[ $stderr == "ohmscape: omega.png has changed since a.h5 was saved"* ]]
    cmp b.h5 c.h5
    cp omega.png negative.png
    expect_ok run --from a.h5 -t 10 --device native --quiet --stimulus pattern:file=negative.png -o d.h5
    expect_ok info --json d.h5
    expect_json '[.history[].step] == [0, 10] and .inputs[0].name == "negative.png"'
    expect_json '.history[1].stimulus | test("file=negative.png.*start=10")'
}

@test "an input that is too large stays outside, is found beside the state, and has to be the same" {
    need_python
    python <<'END'
with h5py.File("v.h5", "w") as f:
    f["voltage"] = np.random.default_rng(2).uniform(-1, 1, (300, 100, 100)).astype("f4")
END
    save whole.h5 -n 100 -t 20 --stimulus file:path=v.h5
    [ "$(stat -c %s whole.h5)" -lt 1000000 ]
    save part.h5 -n 100 -t 9 --stimulus file:path=v.h5
    expect_ok info part.h5
    [[ $output == *"v.h5, 12"*"too large to be stored in this file"* ]] || fail "$output"
    (cd elsewhere && save later.h5 --from ../part.h5 -t 11)
    cmp whole.h5 elsewhere/later.h5
    (cd elsewhere && cp ../part.h5 . && expect_error 1 '^cannot read v.h5: No such file' run --device native --from part.h5 -o x.h5 && [ ! -e x.h5 ])
    python <<'END'
with h5py.File("v.h5", "r+") as f:
    f["voltage"][250, 50, 50] = 0.5
END
    expect_error 1 '^v.h5 has changed since the crossbar was saved: .* digest [0-9a-f]{16}, not .* with' run --device native --from part.h5 -o x.h5
    [ ! -e x.h5 ]
    expect_error 1 '^cannot read .: Is a directory' run -o x.h5 --stimulus pattern:file=.
}

# ---- History ----------------------------------------------------------------------------------

@test "a stimulus may be another on resuming, which report, JSON and file tell" {
    save a.h5 -n 9 -t 6 --stimulus uniform:lo=-1,hi=2
    expect_ok run --from a.h5 --device native -t 4 --stimulus constant:value=0.5 -o b.h5
    [[ $output == *"from step 0: uniform:lo=-1,hi=2"*"from step 6: constant:value=0.5"* ]] || fail "$output"
    expect_ok run --from b.h5 --device native -t 3 --stimulus constant:value=0.25 -o c.h5 --json
    expect_json '.history == [{step: 0, stimulus: "uniform:lo=-1,hi=2"}, {step: 6, stimulus: "constant:value=0.5"},
        {step: 10, stimulus: "constant:value=0.25"}]'
    history=$(jq -c .history <<<"$output")
    expect_ok info c.h5 --json
    [ "$(jq -c .history <<<"$output")" = "$history" ]
    # The same as phases are.
    printf '%s\n' 'neurons = 9' '[a]' 'stimulus = uniform:lo=-1,hi=2' 'steps = 6' '[b]' 'stimulus = constant:value=0.5' \
        'steps = 4' '[c]' 'stimulus = constant:value=0.25' 'steps = 3' >e.ini
    save d.h5 e.ini
    cmp c.h5 d.h5
    # What is given changes what the file has; what takes no step leaves no trace.
    expect_ok run --from a.h5 --device native -t 1 --stimulus uniform:hi=1 --json
    expect_json '.stimulus == "uniform:lo=-1,hi=1" and (.history | length) == 2'
    save none.h5 --from a.h5 -t 0 --stimulus constant:value=3
    save back.h5 --from none.h5 -t 0 --stimulus uniform:lo=-1,hi=2
    cmp a.h5 back.h5
    save p.h5 -n 9 -t 6 --stimulus pattern:file=omega.png
    expect_ok run --from p.h5 --device native -t 1 --stimulus pattern:lo=0.5 --json
    expect_json '.stimulus | test("file=omega.png,lo=0.5.*start=0")'
    expect_error 2 'unknown stimulus "x"' run --device native --from a.h5 --stimulus x -o x.h5
    expect_error 2 'hi=2000 is outside' run --device native --from a.h5 --stimulus uniform:hi=2000 -o x.h5
    expect_error 2 'give file=FILE' run --device native --from a.h5 --stimulus pattern -o x.h5
    [ ! -e x.h5 ]
}

@test "an experiment goes on with what comes from it, and says when nothing is left" {
    printf '%s\n' 'neurons = 9' '[a]' 'stimulus = uniform:lo=-1,hi=2' 'steps = 6' '[b]' 'stimulus = pattern:file=omega.png' \
        'steps = 4' >e.ini
    save whole.h5 e.ini
    save part.h5 e.ini -t 8
    cp e.ini part.h5 elsewhere # without its picture, which is in the state
    (cd elsewhere && expect_ok run e.ini --from part.h5 --quiet --device native -o later.h5)
    cmp whole.h5 elsewhere/later.h5
    try run e.ini --from whole.h5
    [ "$status" -eq 0 ] && [ "$stderr" = "ohmscape: nothing left to do: whole.h5 is at step 10, and e.ini ends at step 10" ]
    sed -i 's/hi=2/hi=3/' e.ini
    expect_error 2 '^part.h5 does not come from e.ini: its step 0 was driven by uniform:lo=-1,hi=2, but phase \[a\]' \
        run e.ini --from part.h5 -o x.h5
    sed -i 's/hi=3/hi=2/; s/steps = 6/steps = 5/' e.ini
    expect_error 2 '^part.h5 does not come from e.ini: its step 5 ' run e.ini --from part.h5 -o x.h5
    [ ! -e x.h5 ]
}

# ---- Files that others have written -----------------------------------------------------------

@test "texts may have the forms that h5py gives them" {
    need_python
    save a.h5 -n 9 -t 6 --stimulus pattern:file=omega.png
    cp a.h5 b.h5
    python <<'END'
with h5py.File("b.h5", "r+") as f:
    for number, (name, value) in enumerate(attributes(f).items()):
        if isinstance(value, str):
            f.attrs[name] = value if number % 2 else np.bytes_(value)
    f["inputs/0"].attrs["name"] = "omega.png"
END
    rm omega.png
    expect_ok run --from b.h5 --quiet --device native -t 0 -o c.h5
    cmp a.h5 c.h5
}

@test "virtual and external datasets, and damaged texts, are refused" {
    need_python
    save a.h5 -n 4 -t 2
    python <<'END'
import shutil
with h5py.File("a.h5") as f:
    state = f["state"][:]
state.tofile("raw.bin")
np.zeros((3, 4, 4), "f4").tofile("zero.bin")


def forge(path, name, size, kind):
    with h5py.File(path, "a") as f:
        if name in f:
            del f[name]
        if kind == "external":
            f.create_dataset(name, size, "f4", external=[("raw.bin" if len(size) == 2 else "zero.bin", 0, h5py.h5f.UNLIMITED)])
            return
        most = (None, *size[1:]) if kind == "endless" else size
        layout = h5py.VirtualLayout(size, "f4", maxshape=most)
        source = h5py.VirtualSource(".", name, size, maxshape=most) # itself
        rows = np.s_[0 : h5py.h5s.UNLIMITED] if kind == "endless" else np.s_[:]
        layout[rows] = source[rows]
        f.create_virtual_dataset(name, layout)


for kind in "virtual", "endless", "external":
    shutil.copy("a.h5", f"state-{kind}.h5")
    forge(f"state-{kind}.h5", "state", (4, 4), kind)
    forge(f"voltage-{kind}.h5", "voltage", (3, 4, 4), kind)
# A text of variable length, in a heap that each of its bytes spoils in turn.
with h5py.File("a.h5", "r+") as f:
    f.attrs["model"] = "sin-state"
good = open("a.h5", "rb").read()
heap = good.index(b"GCOL")
for place in range(heap, heap + 56, 7):
    data = bytearray(good)
    data[place] ^= 0xFF
    open("bad.h5", "wb").write(data)
    code, _, err = ohmscape("info", "bad.h5")
    if not (code == 0 and not err or code == 1 and is_one_error(err)):
        sys.exit(f"byte {place - heap} of the heap: exit status {code}: {err}")
END
    for kind in virtual endless external; do
        expect_error 1 "^state-$kind.h5 is damaged .*cannot read state: its data is in other files" run --device native --from state-$kind.h5 -o x.h5
        expect_error 1 "^voltage-$kind.h5: cannot read voltage: its data is in other files" \
            run -n 4 --stimulus file:path=voltage-$kind.h5 -o x.h5
    done
    [ ! -e x.h5 ]
}

@test "damaged inputs and histories are refused" {
    need_python
    save good.h5 -n 4 -t 3 --stimulus pattern:file=omega.png
    save good.h5 --from good.h5 -t 2 --stimulus pattern:file=omega.png,lo=0
    python <<'END' >forgeries
import shutil
forgeries = {
    "the input omega.png has the wrong digest": lambda f: f["inputs/0"].write_direct(np.zeros(f["inputs/0"].shape, "u1")),
    "an input does not have the expected size": lambda f: f["inputs/0"].attrs.modify("size", 3),
    "cannot read name": lambda f: f["inputs/0"].attrs.pop("name"),
    "cannot read inputs/0": lambda f: f.move("inputs/0", "inputs/1"),
    "cannot read history/step": lambda f: f.pop("history/step"),
    "its history is invalid": lambda f: f["history/step"].write_direct(np.array([0, 9], "u8")),
    "its history is invalid ": lambda f: f["history/step"].write_direct(np.array([1, 2], "u8")),
    "its history is invalid  ": lambda f: f["history/stimulus"].write_direct(np.array([b"x", b"y"], f["history/stimulus"].dtype)),
}
for i, (message, forge) in enumerate(forgeries.items()):
    shutil.copy("good.h5", f"bad-{i}.h5")
    with h5py.File(f"bad-{i}.h5", "r+") as f:
        forge(f)
    print(message.strip())
END
    number=0
    while read -r pattern; do
        expect_error 1 "^bad-$number.h5 is damaged or not an ohmscape file: $pattern" run --device native --from bad-$number.h5 -o x.h5
        expect_error 1 "^bad-$number.h5 is damaged or not an ohmscape file: $pattern" info bad-$number.h5
        number=$((number + 1))
    done <forgeries
    [ "$number" -eq 8 ] && [ ! -e x.h5 ]
}

@test "no output replaces a file that the run is read from" {
    python <<'END'
with h5py.File("v.h5", "w") as f:
    f["voltage"] = np.zeros((3, 5, 5), "f4")
np.save("w.npy", np.full((5, 5), 0.5, "f4"))
np.save("one.npy", np.full((1, 1), 0.5, "f4"))
END
    cp omega.png other.png
    printf 'neurons = 5\n[phase a]\nsteps = 3\nstimulus = pattern:file=omega.png\n' >e.ini
    sha256sum v.h5 w.npy one.npy omega.png other.png e.ini >before
    expect_error 2 '^--output v.h5 would replace the file of the stimulus' run --stimulus file:path=v.h5 -o v.h5
    expect_error 2 '^--output ./other.png would replace a file of the stimulus' run --stimulus pattern:file=omega.png+other.png -o ./other.png
    expect_error 2 '^--output w.npy would replace the file of the init' run --init file:path=w.npy -o w.npy
    expect_error 2 '^--output e.ini would replace the experiment' run e.ini -o e.ini
    expect_error 2 '^--output omega.png would replace the file of the stimulus' run e.ini -o omega.png
    expect_error 2 '^--output one.npy would replace the file of the init' iv --init file:path=one.npy -o one.npy
    sha256sum --quiet -c before
}

@test "a wave of few steps a period is warned of" {
    run "$ohmscape" run -n 4 --stimulus wave:frequency=10 -t 3 --device native --json
    [[ $output == *"its period has only 1 steps of 0.1 s"* ]] || fail "$output"
}
