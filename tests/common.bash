# What the command-line tests share. They run from the repository root, on the program $OHMSCAPE.
#
# Bats ends a test at the first command that fails, but not within `a && b` or `a || b`, other than by
# the last of them: what a test expects is a line of its own, or ends in `|| fail …`.
bats_require_minimum_version 1.5.0

setup_file() {
    find_python h5py numpy
}

common_setup() {
    ohmscape=${OHMSCAPE:-build/ohmscape}
    export OHMSCAPE_PROGRAM=$ohmscape # for Python
    tmp=$BATS_TEST_TMPDIR
    export POCL_CACHE_DIR=${POCL_CACHE_DIR:-$BATS_RUN_TMPDIR/pocl} # one for all tests: kernels are built once
    mkdir -p "$POCL_CACHE_DIR"
    unset OHMSCAPE_KERNELS
    if [ -z "${XDG_RUNTIME_DIR-}" ]; then # which libraries complain about on stderr
        export XDG_RUNTIME_DIR=$BATS_RUN_TMPDIR/runtime
        mkdir -p -m 700 "$XDG_RUNTIME_DIR"
    fi
    export LC_ALL=C
}

setup() {
    common_setup
}

# For tests that work in their own folder, with Python.
python_setup() {
    common_setup
    need_python
    ohmscape=$(realpath "$ohmscape")
    OHMSCAPE_PROGRAM=$ohmscape
    cd "$tmp" || return
}

# For readouts: a saved crossbar of 130 x 90, its conductances and 70 input vectors for its rows, 20 for its columns.
readout_fixture() {
    expect_ok run --quiet --device native --rows 130 --cols 90 --model "${1-sin-state:r_on=1e3,r_off=1e5}" -t 4 -o s.h5
    expect_ok export s.h5 --quiet -o g.npy
    python <<'END'
r = np.random.default_rng(5)
np.save("x.npy", r.uniform(-1, 1, (70, 130)).astype("f4"))
np.save("u.npy", r.uniform(-1, 1, (20, 90)))
END
}

# fail LINE...: ends the test with an explanation.
fail() {
    printf '%s\n' "$@" >&2
    return 1
}

# ---- What a test needs ------------------------------------------------------------------------

need_opencl() {
    "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null ||
        skip "no OpenCL device"
}

need_python() {
    [ -n "${PYTHON-}" ] || skip "no python3 with numpy and h5py"
}

# find_python MODULE...: $PYTHON is a python3 that has them, or empty. The one of the system has Debian's
# modules where another comes first.
find_python() {
    local candidate IFS=,
    export PYTHON=
    for candidate in python3 /usr/bin/python3; do
        "$candidate" -c "import $*" 2>/dev/null || continue
        PYTHON=$candidate
        break
    done
}

need_command() {
    command -v "$1" >/dev/null || skip "no $1"
}

need_terminal() {
    need_command script
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no pseudo-terminals here"
}

# start_display FOLDER: a display in memory with a free number, $DISPLAY; its logs go into the folder.
# -noreset: it stays when its last client leaves; -r: a key that is held for long, on a busy machine, does
# not repeat.
start_display() {
    local number=$1/display
    : >"$number"
    Xvfb -displayfd 3 -screen 0 1400x1000x24 -dpi 96 -nolisten tcp -noreset -r \
        3>"$number" >"$1/xvfb" 2>&1 </dev/null &
    export XVFB=$!
    for _ in $(seq 600); do
        [ "$(wc -l <"$number")" -eq 0 ] || break
        sleep 0.05
    done
    DISPLAY=:$(<"$number")
    export DISPLAY
    [ "$DISPLAY" != : ] || fail "Xvfb does not start:" "$(<"$1/xvfb")"
}

stop_display() {
    [ -z "${XVFB-}" ] || kill "$XVFB"
    unset XVFB DISPLAY
}

# ---- Running the program ----------------------------------------------------------------------

# Runs the program; a hang is exit status 124. Leaves $status, $output (stdout) and $stderr.
try() {
    run --separate-stderr timeout 120 "$ohmscape" "$@"
}

show() {
    fail "$1: ohmscape ${*:2}" "exit status: $status" "stdout: $output" "stderr: $stderr"
}

# expect_ok ARG...: the program succeeds and says nothing on stderr.
expect_ok() {
    try "$@"
    [ "$status" -eq 0 ] && [ -z "$stderr" ] || show "should succeed silently" "$@"
}

# expect_error CODE PATTERN ARG...: the program ends with CODE, an empty stdout and one error line
# that matches PATTERN, perhaps with a hint below.
expect_error() {
    local code=$1 pattern=$2
    shift 2
    try "$@"
    [ "$status" -eq "$code" ] || show "should exit with $code" "$@" || return
    [ -z "$output" ] || show "should print nothing on stdout" "$@" || return
    expect_message "$pattern" "$@"
}

# expect_message PATTERN WHAT...: $stderr is one error line that matches, perhaps with a hint below.
expect_message() {
    local pattern=$1
    shift
    [[ ${stderr_lines[0]-} == "ohmscape: error: "?* ]] || show "should print an error" "$@" || return
    [[ ${stderr_lines[0]#ohmscape: error: } =~ $pattern ]] || show "should match $pattern" "$@" || return
    [ "${#stderr_lines[@]}" -le 2 ] || show "should print one error and one hint at most" "$@" || return
    [[ ${stderr_lines[1]-hint: x} == "hint: "?* ]] || show "should print one error line" "$@" || return
}

# Waits until a process has a handler for SIGINT.
wait_for_handler() {
    local i mask
    for ((i = 0; i < 600; i++)); do
        mask=$(awk '/^SigCgt:/ { print $2 }' "/proc/$1/status")
        [ $((0x$mask >> 1 & 1)) -eq 1 ] && return
        sleep 0.05
    done
    fail "no handler for SIGINT"
}

# digest_of ARG...: prints the digest that `run ARG...` ends with.
digest_of() {
    local json
    json=$("$ohmscape" run --json "$@") || return
    jq -er '.digest | select(test("^[0-9a-f]{16}$"))' <<<"$json"
}

# expect_json FILTER: the JSON in $output fulfils a jq filter.
expect_json() {
    jq -e "$1" <<<"$output" >/dev/null || fail "not fulfilled: $1" "$output"
}

# ---- Python -----------------------------------------------------------------------------------

# python ARG...: runs the Python program on stdin, after these definitions.
python() {
    { cat <<'END'; cat; } | "$PYTHON" - "$@"
import json, os, subprocess, sys
import h5py
import numpy as np


def digest(values):
    """The digest of float32 values, as host/ohmscape.h defines it."""
    bits = values.astype("<f4").view("<u4").ravel().astype(np.uint64)
    x = np.arange(bits.size, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + bits
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    x = x ^ (x >> np.uint64(31))
    return f"{int(x.sum(dtype=np.uint64)):016x}"


def equal(name, found, expected):
    """Ends the program unless the two are the same."""
    if not np.array_equal(found, expected):
        sys.exit(f"{name} is {found!r}, not {expected!r}")


def close(name, found, expected, tolerance):
    """Ends the program unless the two differ by at most tolerance."""
    if not np.allclose(found, expected, rtol=0, atol=tolerance):
        sys.exit(f"{name} is {found!r}, not {expected!r} within {tolerance}")


def text(value):
    """A text attribute, whose length may be fixed or not."""
    return value.decode() if isinstance(value, bytes) else value


def attributes(f):
    return {name: text(value) for name, value in f.attrs.items()}


def ohmscape(*arguments):
    """Runs the program: its exit status, its stdout and its stderr. A hang is exit status 124."""
    command = ["timeout", "-s", "KILL", "20", os.environ["OHMSCAPE_PROGRAM"], *map(str, arguments)]
    done = subprocess.run(command, capture_output=True)
    code = 124 if done.returncode == -9 else done.returncode
    return code, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")


def is_one_error(stderr):
    """Whether it is one error line, perhaps with a hint below."""
    lines = stderr.splitlines()
    return (1 <= len(lines) <= 2 and lines[0].startswith("ohmscape: error: ")
            and all(line.startswith("hint: ") for line in lines[1:]))


END
}
