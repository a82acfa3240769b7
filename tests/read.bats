#!/usr/bin/env bats
# ohmscape read: currents of lines, against NumPy.
load common

setup() {
    python_setup
}

@test "products in NumPy's files, forward and transposed, from npy and HDF5" {
    readout_fixture
    expect_ok read --from s.h5 --input x.npy --output y.npy --device native --json
    jq -e '.vectors == 70 and .inputs == 130 and .outputs == 90 and .cell_vectors_per_second > 0' <<<"$output"
    digest=$(jq -r .digest <<<"$output")
    expect_ok read --from s.h5 --input u.npy --output j.h5 --device native --transpose
    [[ $output == *"20 vectors, 90 columns to 130 rows"* ]]
    DIGEST=$digest python <<'END'
g, x, u = (np.load(n + ".npy").astype("f8") for n in "gxu")
y, j = np.load("y.npy"), h5py.File("j.h5")["current"][:]
equal("types", [str(y.dtype), str(j.dtype)], ["float32", "float32"])
u = u.astype("f4").astype("f8")
assert np.abs(y - x @ g).max() <= 6.1e-8 * np.abs(x @ g).max()
assert np.abs(j - u @ g.T).max() <= 6.1e-8 * np.abs(u @ g.T).max()
# The digest of the outputs is that of a state of their shape.
z = np.arange(y.size, dtype="u8") * np.uint64(0x9E3779B97F4A7C15) + y.ravel().view("u4").astype("u8")
z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
equal("digest", f"{int((z ^ z >> np.uint64(31)).sum()):016x}", os.environ["DIGEST"])
END
}

@test "one digest on every engine, lane width and device, with noise and an idle time" {
    readout_fixture 'soft-bounds:read_noise=0.05,write_noise=0.02,stuck_open=0.05,levels=32'
    local form digest
    for form in "" --transpose --exact "--transpose --exact"; do
        input=x.npy
        [[ $form == *transpose* ]] && input=u.npy
        expect_ok read --from s.h5 --input $input --device native --lanes 1 --json $form
        digest=$(jq -r .digest <<<"$output")
        expect_ok read --from s.h5 --input $input --device native,native --json $form
        [ "$(jq -r .digest <<<"$output")" = "$digest" ]
        "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null || continue
        expect_ok read --from s.h5 --input $input --device 0.0 --json $form
        [ "$(jq -r .digest <<<"$output")" = "$digest" ]
    done
}

@test "converters, slices and a calibrated range" {
    readout_fixture
    expect_ok read --from s.h5 --input x.npy --output y.npy --device native --dac bits=6,range=0.5 --adc bits=5,range=-0.02:0.02 --json
    [ "$(jq -r '.clipped_inputs > 0' <<<"$output")" = true ]
    expect_ok read --from s.h5 --input x.npy --output s.npy --device native --dac bits=9,codes=sign-magnitude --slices 4 --json
    expect_ok read --from s.h5 --input x.npy --output c.npy --device native --adc bits=7,range=calibrated --json
    python <<'END'
g, x = (np.load(n + ".npy").astype("f8") for n in "gx")
def code(x, lo, hi, n): return np.rint((np.clip(x, lo, hi) - lo) * n / (hi - lo)) * (hi - lo) / n + lo
v = code(x, -0.5, 0.5, 63).astype("f4").astype("f8")
i = code(v @ g, -0.02, 0.02, 31)
y = np.load("y.npy")
assert (np.abs(y - i) < 1e-8).mean() > 0.999 and np.abs(y - i).max() < 0.0013, np.abs(y - i).max() # a tie may fall to either code
s = np.rint(np.clip(x, -1, 1) * 255) / 255
assert np.abs(np.load("s.npy") - s @ g).max() < 3e-7 * np.abs(s @ g).max()
c = np.load("c.npy")
assert len(np.unique(c)) <= 128 and np.isclose(c.min(), (x @ g).min()) and np.isclose(c.max(), (x @ g).max())
END
}

@test "the exact currents of a device that is not linear" {
    readout_fixture yakopcic:b=3
    expect_ok read --from s.h5 --input x.npy --output y.npy --device native --exact
    expect_ok read --from s.h5 --input x.npy --output l.npy --device native
    python <<'END'
g, x = (np.load(n + ".npy").astype("f8") for n in "gx")
v_read = 0.1
exact = (np.sinh(3 * x) * v_read / np.sinh(3 * v_read)) @ g # G is read at 0.1 V, the state is a factor
assert np.abs(np.load("y.npy") - exact).max() < 1e-6 * np.abs(exact).max()
assert np.abs(np.load("l.npy") - x @ g).max() < 1e-6 * np.abs(x @ g).max()
END
}

@test "what cannot be read is refused, and nothing is written" {
    readout_fixture
    python <<'END'
np.save("short.npy", np.zeros((3, 90)))
x = np.load("x.npy"); x[3, 7] = np.nan
np.save("nan.npy", x)
np.save("complex.npy", np.zeros((3, 130), "c8"))
open("cut.npy", "wb").write(open("x.npy", "rb").read()[:5000])
END
    expect_error 2 'short.npy is 3 x 90, one vector a row, but s.h5 drives the 130 rows of a crossbar of 130 x 90' read --from s.h5 --input short.npy --output y.npy
    [[ $stderr == *"--transpose drives the columns"* ]]
    expect_error 2 'voltage .3, 7. is nan' read --from s.h5 --input nan.npy --output y.npy
    expect_error 1 'complex.npy' read --from s.h5 --input complex.npy --output y.npy
    expect_error 1 'cut.npy' read --from s.h5 --input cut.npy --output y.npy
    expect_error 2 '--dac: "bit" is none of its keys: bits, range, codes' read --from s.h5 --input x.npy --dac bit=8
    expect_error 2 'bits=40: a number of bits from 1 to 24 is expected' read --from s.h5 --input x.npy --dac bits=40
    expect_error 2 'range=3:1' read --from s.h5 --input x.npy --adc range=3:1
    expect_error 2 'without a DAC' read --from s.h5 --input x.npy --adc bits=8 --output y.npy
    expect_error 2 'would overwrite' read --from s.h5 --input x.npy --output x.npy
    [ ! -e y.npy ]
}
