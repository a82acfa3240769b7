#!/usr/bin/env bats
# Lines that have resistances: circuits of readouts and of steps, against the circuit's equations solved directly.
load common

setup() {
    python_setup
}

# What the wires' tests compare with: the circuit's equations, solved directly in float64.
circuit() {
    cat >circuit.py <<'END'
def solve(g, volts, cols, row, col, source=0, sense=0, drive="left", ground="bottom", rows_float=(), cols_float=()):
    """Node voltages and the currents out of the bottom and top, and of the left and right, ends of the lines."""
    m, n = g.shape
    A, b = np.zeros((2 * m * n, 2 * m * n)), np.zeros(2 * m * n)
    u = lambda i, j: i * n + j
    v = lambda i, j: m * n + i * n + j
    def join(a, c, s):
        A[a, a] += s; A[c, c] += s; A[a, c] -= s; A[c, a] -= s
    def tie(a, s, volt):
        A[a, a] += s; b[a] += s * volt
    gr, gc = 1 / row, 1 / col
    gw, gs = 1 / (row + source), 1 / (col + sense)
    for i in range(m):
        for j in range(n):
            join(u(i, j), v(i, j), g[i, j])
            if j: join(u(i, j), u(i, j - 1), gr)
            if i: join(v(i, j), v(i - 1, j), gc)
        if i in rows_float: continue
        tie(u(i, 0), gw, volts[i])
        if drive == "both": tie(u(i, n - 1), gw, volts[i])
    for j in range(n):
        if j in cols_float: continue
        tie(v(m - 1, j), gs, cols[j])
        if ground == "both": tie(v(0, j), gs, cols[j])
    x = np.linalg.solve(A, b)
    U, V = x[:m * n].reshape(m, n), x[m * n:].reshape(m, n)
    out = gs * (V[-1] - cols) + (gs * (V[0] - cols) if ground == "both" else 0)
    into = gw * (U[:, 0] - volts) + (gw * (U[:, -1] - volts) if drive == "both" else 0)
    out[list(cols_float)] = 0; into[list(rows_float)] = 0
    return U, V, out, into
END
}

@test "wires, against a direct solution of the circuit" {
    expect_ok run --quiet --device native --rows 23 --cols 17 --model sin-state:r_on=100,r_off=2000 -t 4 -o s.h5
    expect_ok export s.h5 --quiet -o g.npy
    circuit
    python <<'END'
r = np.random.default_rng(6)
np.save("x.npy", r.uniform(-1, 1, (3, 23)).astype("f4"))
np.save("u.npy", r.uniform(-1, 1, (2, 17)).astype("f4"))
END
    local n=0 wires
    for wires in row=1,col=2 row=5,col=0.5,source=50,sense=20 row=1,col=1,drive=both,ground=both row=2,col=1,float=r3+c0-1+r20-22; do
        expect_ok read --from s.h5 --input x.npy --output y$n.npy --device native --wires $wires --json
        jq -e '.circuits.solutions == 3 and .circuits.estimate < 1e-9 and .circuits.sweeps > 3' <<<"$output" >/dev/null
        expect_ok read --from s.h5 --input u.npy --output j$n.npy --device native --wires $wires --transpose
        n=$((n + 1))
    done
    python <<'END'
exec(open("circuit.py").read())
g, x, w = (np.load(n + ".npy").astype("f8") for n in "gxu")
cases = [dict(row=1, col=2), dict(row=5, col=0.5, source=50, sense=20), dict(row=1, col=1, drive="both", ground="both"),
         dict(row=2, col=1, rows_float=(3, 20, 21, 22), cols_float=(0, 1))]
for k, case in enumerate(cases):
    for i, volts in enumerate(x):
        right = solve(g, volts, np.zeros(17), **case)[2]
        assert np.abs(np.load(f"y{k}.npy")[i] - right).max() < 1e-7 * np.abs(right).max(), (k, np.load(f"y{k}.npy")[i] / right)
    for i, cols in enumerate(w):
        right = solve(g, np.zeros(23), cols, **case)[3]
        assert np.abs(np.load(f"j{k}.npy")[i] - right).max() < 1e-7 * np.abs(right).max(), (k, np.load(f"j{k}.npy")[i] / right)
END
}

@test "wires without resistance are none, to the bit, and digests with wires are one" {
    readout_fixture
    expect_ok read --from s.h5 --input x.npy --device native --json
    plain=$(jq -r .digest <<<"$output")
    expect_ok read --from s.h5 --input x.npy --device native --json --wires row=0,col=0
    [ "$(jq -r .digest <<<"$output")" = "$plain" ]
    expect_ok read --from s.h5 --input x.npy --device native --json --wires row=2
    wired=$(jq -r .digest <<<"$output")
    [ "$wired" != "$plain" ]
    OMP_NUM_THREADS=3 expect_ok read --from s.h5 --input x.npy --device native,native --json --wires row=2
    [ "$(jq -r .digest <<<"$output")" = "$wired" ]
    "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null || skip "no OpenCL device"
    expect_ok read --from s.h5 --input x.npy --device 0.0 --json --wires row=2
    [ "$(jq -r .digest <<<"$output")" = "$wired" ]
}

@test "devices that are not linear, behind wires" {
    expect_ok run --quiet --device native --rows 12 --cols 9 --model yakopcic:b=3 -t 4 -o s.h5
    expect_ok export s.h5 --quiet --quantity state -o w.npy
    circuit
    python <<'END'
np.save("x.npy", np.random.default_rng(7).uniform(-0.5, 0.5, (2, 12)).astype("f4"))
END
    expect_ok read --from s.h5 --input x.npy --output y.npy --device native --wires row=2,col=3 --exact
    python <<'END'
exec(open("circuit.py").read())
w, x, y = np.load("w.npy").astype("f8"), np.load("x.npy").astype("f8"), np.load("y.npy")
for i, volts in enumerate(x):
    g = np.full(w.shape, 0.01)
    for _ in range(500): # by chords
        U, V, out, into = solve(g, volts, np.zeros(9), 2, 3)
        cell = U - V
        new = 0.17 * w * np.where(np.abs(cell) < 1e-9, 3, np.sinh(3 * cell) / np.where(cell == 0, 1, cell))
        if np.abs(new / g - 1).max() < 1e-10: break
        g = new
    assert np.abs(y[i] - out).max() < 2e-6 * np.abs(out).max(), y[i] / out
END
}

@test "wires that cannot be are refused" {
    readout_fixture
    expect_error 2 'row=-1 is outside .0, 1e.12' read --from s.h5 --input x.npy --wires row=-1
    expect_error 2 'has no parameter "r"; available: row, col, source' read --from s.h5 --input x.npy --wires r=1
    expect_error 2 'drive=up is not one of left, both' read --from s.h5 --input x.npy --wires drive=up
    expect_error 2 'float=x3: "x3" is not a line' read --from s.h5 --input x.npy --device native --wires float=x3
    expect_error 2 'has 130 rows, from 0' read --from s.h5 --input x.npy --device native --wires float=r130
    expect_error 2 'tol=1e-13 is below 1e-12' run -n 4 --device native --wires tol=1e-13
    expect_error 1 'not found to 1e-12' read --from s.h5 --input x.npy --device native --wires row=50,tol=1e-12,sweeps=1 --output y.npy
    [ ! -e y.npy ]
    expect_error 2 'uniform gives every device a voltage of its own' run -n 4 --device native --wires row=1 --stimulus uniform
    expect_error 2 'row 0 floats, and no cells join it to a terminal' run -n 4 --device native --wires row=1,float=r0-3+c0-3
    expect_error 1 'not found to 1e-09 of the largest in 1 sweeps' \
        run -n 40 --device native --wires row=50,tol=1e-9,sweeps=1 -t 3 -o left.h5
    [ ! -e left.h5 ]
}

# ---- Steps ------------------------------------------------------------------------------------

# The device's voltages of a step are those of the circuit of the devices as they were before it.
@test "each step's voltages and currents, against a direct solution" {
    local a="--quiet --device native --rows 23 --cols 17 --model sin-state:r_on=100,r_off=2000 --stimulus lines"
    circuit
    local n=0 wires
    for wires in row=1,col=2,tol=1e-9 row=5,col=0,source=50,sense=20,tol=1e-9 row=0,col=3,drive=both,ground=both,tol=1e-9 \
        row=2,col=1,tol=1e-9,float=r3+c0-1+r20-22; do
        expect_ok run $a --wires $wires -t 4 -o before$n.h5
        expect_ok run $a --wires $wires -t 5 -o after$n.h5
        expect_ok export before$n.h5 --quiet -o g$n.npy
        local quantity
        for quantity in voltage word-line bit-line; do
            expect_ok export after$n.h5 --quiet --quantity $quantity -o $quantity$n.npy
        done
        n=$((n + 1))
    done
    python <<'END'
exec(open("circuit.py").read())
tiny = 1e-6 # ohm: the equations have no place for none
cases = [dict(row=1, col=2), dict(row=5, col=tiny, source=50, sense=20), dict(row=tiny, col=3, drive="both", ground="both"),
         dict(row=2, col=1, rows_float=(3, 20, 21, 22), cols_float=(0, 1))]
for k, case in enumerate(cases):
    g, V, u, v = (np.load(f"{n}{k}.npy").astype("f8") for n in ("g", "voltage", "word-line", "bit-line"))
    f = h5py.File(f"after{k}.h5")["wires"]
    rows, cols = f["row_voltage"][:], f["col_voltage"][:]
    U, W, out, into = solve(g, rows, cols, **case)
    most = max(abs(rows).max(), abs(cols).max())
    loose = 1e-6 if tiny in case.values() else 2e-7
    assert abs(u - U).max() < loose * most and abs(v - W).max() < loose * most, (k, abs(u - U).max(), abs(v - W).max())
    assert abs(V - (U - W)).max() < loose * most
    # What flows in flows out, and the power of the sources is that of the devices and the wires.
    top = max(abs(f["col_current"][:]).max(), abs(f["row_current"][:]).max())
    assert abs(f["row_current"][:].sum() + f["col_current"][:].sum()) < 1e-7 * top
    if tiny not in case.values():
        assert abs(f["col_current"][:] - out).max() < 1e-7 * top and abs(f["row_current"][:] - into).max() < 1e-7 * top
    given = -(f["row_current"][:] * rows).sum() - (f["col_current"][:] * cols).sum()
    drop = lambda d, r: (np.diff(d) ** 2).sum() / r if r > tiny else 0
    gw, gs = case["row"] + case.get("source", 0), case["col"] + case.get("sense", 0)
    used = (g * V ** 2).sum()
    if tiny not in case.values() and "rows_float" not in case:
        used += drop(U, case["row"]) + drop(W.T, case["col"]) + gw * (f["row_current"][:] ** 2).sum() + gs * (f["col_current"][:] ** 2).sum()
        assert abs(used / given - 1) < 1e-5, (k, used / given)
END
}

@test "a run with wires has the same bits on every device, in bands, and when it goes on from a file" {
    local model
    for model in soft-bounds:read_noise=0.01 yakopcic; do
        local a="--rows 130 --cols 70 --model $model --stimulus lines --wires row=3,col=2"
        expect_ok run $a -t 7 --device native --json -o whole.h5
        whole=$(jq -r .digest <<<"$output")
        jq -e '.circuits.solutions >= 7 and .circuits.estimate < 1e-4' <<<"$output" >/dev/null
        OMP_NUM_THREADS=3 expect_ok run $a -t 7 --device native,native --lanes 4 --band-rows 64 --fuse 3 --json
        [ "$(jq -r .digest <<<"$output")" = "$whole" ]
        expect_ok run $a -t 3 --quiet --device native -o part.h5
        expect_ok run --from part.h5 -t 4 --device native --json -o rest.h5
        [ "$(jq -r .digest <<<"$output")" = "$whole" ]
        expect_ok info rest.h5
        [[ $output == *"wires         resistive:row=3,col=2"* ]]
        python <<'END'
a, b = h5py.File("whole.h5")["wires"], h5py.File("rest.h5")["wires"]
assert sorted(a) == sorted(b) and all((a[n][:] == b[n][:]).all() for n in a)
assert h5py.File("whole.h5").attrs["format_version"] == 4
END
        "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null || continue
        expect_ok run $a -t 7 --device 0.0 --json
        [ "$(jq -r .digest <<<"$output")" = "$whole" ]
    done
}

@test "steps behind wires without resistance are those without wires, and wires can be changed" {
    expect_ok run -n 20 --stimulus lines --device native --json -o plain.h5
    plain=$(jq -r .digest <<<"$output")
    expect_ok run -n 20 --stimulus lines --wires row=0,col=0 --device native --json
    [ "$(jq -r .digest <<<"$output")" = "$plain" ]
    expect_ok run -n 20 --wires row=0.01 --device native --json # lines are its stimulus
    [ "$(jq -r .digest <<<"$output")" != "$plain" ]
    jq -e '.stimulus | startswith("lines")' <<<"$output" >/dev/null
    expect_ok run --from plain.h5 --wires row=1 -t 2 --device native --json -o wired.h5
    jq -e '.wires | startswith("resistive:row=1,col=1")' <<<"$output" >/dev/null
    expect_ok run --from wired.h5 --wires none --stimulus uniform -t 2 --device native --json
    jq -e '.wires == "none" and (has("circuits") | not)' <<<"$output" >/dev/null
    expect_ok run --from wired.h5 --wires row=1 -t 2 --device native --json
    jq -e '.step == 24' <<<"$output" >/dev/null
    expect_error 2 'have no resistance' export plain.h5 --quantity word-line -o u.npy
}

@test "voltages that are not known are not exported" {
    expect_ok run -n 9 --wires row=2 -t 4 --device native --quiet -o wired.h5
    expect_ok run --from wired.h5 --wires row=5 -t 0 --device native --quiet -o other.h5
    local quantity
    for quantity in voltage current word-line; do
        expect_error 2 "--quantity $quantity: the voltages of the last step are not known" export other.h5 --quantity $quantity -o v.npy
    done
    [ ! -e v.npy ]
    python <<'END'
np.save("w.npy", np.random.default_rng(1).normal(size=(9, 4)))
END
    expect_ok program --target w.npy --model soft-bounds --device native --quiet -o pulses.h5
    expect_error 2 'the voltages of the last step are not known' export pulses.h5 --quantity voltage -o v.npy
    expect_ok run --from pulses.h5 -t 1 --device native --quiet -o step.h5
    expect_ok export step.h5 --quantity voltage --quiet -o v.npy
}

@test "wires that are far more resistive than the devices are solved or refused, never wrong" {
    local a="--rows 9 --cols 7 --model soft-bounds:r_on=100,r_off=1000 --seed 3 --device native"
    expect_ok run $a -t 0 --quiet -o s.h5
    expect_ok export s.h5 --quiet -o g.npy
    circuit
    python <<'END'
np.save("x.npy", np.random.default_rng(1).uniform(-1, 1, (1, 9)).astype("f4"))
END
    local ohm
    for ohm in 1e2 1e4 1e6 1e8 1e10 1e12; do
        rm -f y.npy
        try read --from s.h5 --input x.npy --wires row=$ohm,col=$ohm -o y.npy --device native --quiet
        if [ "$status" -ne 0 ]; then
            [ "$status" -eq 1 ] && [[ $stderr == *"wires: the voltages were not found"* ]] || fail "$ohm: $stderr"
            [ ! -e y.npy ]
            continue
        fi
        OHM=$ohm python <<'END'
exec(open("circuit.py").read())
g, x, y, r = np.load("g.npy").astype("f8"), np.load("x.npy")[0], np.load("y.npy")[0], float(os.environ["OHM"])
right = solve(g, x.astype("f8"), np.zeros(7), r, r)[2]
assert np.abs(y - right).max() < 1e-6 * np.abs(right).max(), y / right
END
    done
    expect_error 1 'come from nowhere' run $a --wires row=1e10,col=1e10 --stimulus lines:lo=-1,hi=1 -t 1 -o never.h5
    [ ! -e never.h5 ]
}

@test "a file's wires are checked" {
    expect_ok run -n 20 --wires row=1 --device native --quiet -o good.h5
    python <<'END'
import shutil
def change(name, what):
    shutil.copy("good.h5", name)
    with h5py.File(name, "r+") as f: what(f)
def shape(f): del f["wires/bit_line"]; f["wires/bit_line"] = np.zeros((3, 20))
def nan(f): f["wires/device_voltage"][4, 5] = np.nan
def row(f): f.attrs["wires.row"] = -1.0
def gone(f): del f["wires/col_current"]
change("shape.h5", shape); change("nan.h5", nan); change("row.h5", row); change("gone.h5", gone)
END
    expect_error 1 'wires/bit_line has another shape' run --from shape.h5 --device native
    expect_error 1 'wires/device_voltage has a value that is not finite' run --from nan.h5 --device native
    expect_error 1 'row=-1 is outside' info row.h5
    expect_error 1 'wires/col_current' run --from gone.h5 --device native
}

# ---- Tiles ------------------------------------------------------------------------------------

@test "tiles have lines and conversions of their own" {
    expect_ok run --quiet --device native --rows 50 --cols 30 --model sin-state:r_on=100,r_off=2000 -t 4 -o s.h5
    expect_ok export s.h5 --quiet -o g.npy
    circuit
    python <<'END'
np.save("x.npy", np.random.default_rng(6).uniform(-1, 1, (3, 50)).astype("f4"))
END
    expect_ok read --from s.h5 --input x.npy -o plain.npy --device native
    expect_ok read --from s.h5 --input x.npy -o ideal.npy --device native --wires row=0,col=0,tile_rows=16,tile_cols=8
    cmp plain.npy ideal.npy
    expect_ok read --from s.h5 --input x.npy -o wired.npy --device native --wires row=1,col=2,tile_rows=16,tile_cols=8 --json
    jq -e '.circuits.solutions == 3 * 4 * 4' <<<"$output" >/dev/null
    expect_ok read --from s.h5 --input x.npy -o codes.npy --device native --wires row=0,col=0,tile_rows=16,tile_cols=8 \
        --adc bits=5,range=0.05
    python <<'END'
exec(open("circuit.py").read())
g, x, w, c = (np.load(n + ".npy").astype("f8") for n in ("g", "x", "wired", "codes"))
for k, volts in enumerate(x):
    right, codes = np.zeros(30), np.zeros(30)
    for i in range(0, 50, 16):
        part = volts[i:i + 16] @ g[i:i + 16]
        codes += np.rint((np.clip(part, -0.05, 0.05) + 0.05) * 31 / 0.1) * 0.1 / 31 - 0.05
        for j in range(0, 30, 8):
            right[j:j + 8] += solve(g[i:i + 16, j:j + 8], volts[i:i + 16], np.zeros(g[i:i + 16, j:j + 8].shape[1]), 1, 2)[2]
    assert np.abs(w[k] - right).max() < 1e-7 * np.abs(right).max()
    assert np.abs(c[k] - codes).max() < 1e-6
END
    local a="--rows 50 --cols 30 --wires row=1,col=2,tile_rows=16,tile_cols=8"
    expect_ok run $a -t 6 --device native --json
    whole=$(jq -r .digest <<<"$output")
    expect_ok run $a -t 2 --device native --quiet -o part.h5
    expect_ok run --from part.h5 -t 4 --device native --json
    [ "$(jq -r .digest <<<"$output")" = "$whole" ]
}
