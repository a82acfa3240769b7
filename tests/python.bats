#!/usr/bin/env bats
# The Python package, installed into a virtual environment and tested by pytest: host/python/tests.
load common

setup_file() {
    find_python cffi numpy setuptools wheel venv pytest
    VENV=$(realpath -m "${BUILD:-build}/venv")
    export VENV
    git status --short --ignored host/python >"$BATS_FILE_TMPDIR/before"
    [ -z "$PYTHON" ] || [ -n "${SANITIZE-}" ] || host/python/install "${BUILD:-build}" "" "$VENV" >&2
}

setup() {
    common_setup
    [ -n "$PYTHON" ] || skip "no python3 with cffi, numpy, setuptools, wheel, venv and pytest"
    [ -z "${SANITIZE-}" ] || skip "make python-asan runs these with the sanitizers"
    # What is installed is tested, and nothing is left beside the sources.
    export PYTHONNOUSERSITE=1 PYTHONDONTWRITEBYTECODE=1
}

# Runs test files, and says what they skip; in CI a reason that is not in tests/skips fails.
passes() {
    run "$VENV/bin/python" -m pytest -q -c host/python/pyproject.toml "${@/#/host/python/tests/}"
    [ "$status" -eq 0 ] || fail "$output"
    local reasons
    reasons=$(sed -n 's/^SKIPPED .*py[:0-9]*: /# skip /p' <<<"$output")
    [ -z "$reasons" ] || echo "$reasons" >&3
    [ -z "${CI-}" ] || [ -z "$reasons" ] || ! grep -vE -f <(tail -n +2 tests/skips) <<<"$reasons" ||
        fail "skipped, and not in tests/skips"
}

@test "crossbars, planes, readouts, refusals and the catalogue" {
    passes test_crossbar.py test_planes.py test_reading.py test_errors.py test_catalogue.py test_paper.py
}

@test "threads, signals, forks and spawned processes" {
    passes test_process.py
}

@test "trainings, tiles and networks of PyTorch" {
    passes test_training.py test_tiles.py test_torch.py
}

@test "the examples run, as scripts and as notebooks" {
    passes test_examples.py
}

@test "methods work under Python's debug allocator" {
    PYTHONMALLOC=debug PYTHONDEVMODE=1 passes test_planes.py test_reading.py
}

@test "types are right, strictly" {
    "$VENV/bin/python" -c 'import mypy' 2>/dev/null || skip "no mypy"
    cd host/python
    local mypy=("$VENV/bin/python" -m mypy --cache-dir="${VENV%/*}/mypy") # make lint's too
    run "${mypy[@]}" ohmscape tests/typed_use.py
    [ "$status" -eq 0 ] || fail "$output"
    echo 'import ohmscape; ohmscape.Crossbar(4).advance("5")' >"$tmp/wrong.py"
    run "${mypy[@]}" "$tmp/wrong.py"
    [[ $output == *'"advance"'*'incompatible type "str"'* ]] || fail "$output"
}

@test "installing says what is missing" {
    mkdir "$tmp/bin"
    for command in "$PYTHON" env sed; do ln -s "$(command -v "$command")" "$tmp/bin/"; done
    run env PATH="$tmp/bin" "$PYTHON" host/python/setup.py --version
    [ "$status" -ne 0 ] && [[ $output == *"ohmscape: not found: make, cc, pkg-config"*"hint: as root: apt-get install make gcc"* ]] ||
        fail "$output"
    cp -r host/python "$tmp/alone"
    run "$PYTHON" "$tmp/alone/setup.py" --version
    [ "$status" -ne 0 ] && [[ $output == *"hint: install from a whole checkout"* ]] || fail "$output"
}

@test "nothing is left beside the sources" {
    run diff "$BATS_FILE_TMPDIR/before" <(git status --short --ignored host/python)
    [ "$status" -eq 0 ] || fail "$output"
}
