#!/usr/bin/env bats
# Matrices that go in and out: initial states from files, and what is read of devices.
load common

setup() {
    python_setup
}

# save FILE ARG...: a native run that is saved.
save() {
    expect_ok run --quiet --device native -o "$@"
}

@test "initial states from .npy and HDF5, of every type and order" {
    python <<'END'
w = np.random.default_rng(3).uniform(0, 1, (37, 70))
whole = (w > 0.5)
for name, values in {"f4": w.astype("<f4"), "f8": w, "fortran": np.asfortranarray(w), "i1": whole.astype("i1"), "u2": whole.astype("<u2"),
                     "i8": np.asfortranarray(whole.astype("<i8")), "u8": whole.astype("<u8")}.items():
    np.save(f"{name}.npy", values)
with open("v2.npy", "wb") as f:
    np.lib.format.write_array(f, w, version=(2, 0))
np.save("row.npy", w[0])
with h5py.File("one.h5", "w") as f:
    f["weights"] = w
    f["list"] = np.zeros(3)
    f.create_group("more")["w"] = w
with h5py.File("state.h5", "w") as f:
    f["other"] = w * 0
    f["state"] = w.astype("f4")
END
    for file in f4.npy f8.npy fortran.npy v2.npy one.h5 state.h5 i1.npy u2.npy i8.npy u8.npy; do
        save "out-$file.h5" --rows 37 --cols 70 -t 0 --init "file:path=$file"
    done
    save row.h5 --rows 1 --cols 70 -t 0 --init file:path=row.npy
    python <<'END'
w = np.load("f8.npy")
for name in "f4.npy", "f8.npy", "fortran.npy", "v2.npy", "one.h5", "state.h5":
    equal(name, h5py.File(f"out-{name}.h5")["state"][:], w.astype("f4"))
for name in "i1", "u2", "i8", "u8":
    equal(name, h5py.File(f"out-{name}.npy.h5")["state"][:], np.load(f"{name}.npy").astype("f4"))
equal("a list", h5py.File("row.h5")["state"][:], w[:1].astype("f4"))
f = h5py.File("out-f4.npy.h5")
equal("the attributes", [text(f.attrs[a]) for a in ("init", "init.path", "init.quantity", "format_version")], ["file", "f4.npy", "auto", 3])
END
}

@test "an initial state is the same on every engine and in every band, and survives its file" {
    python <<'END'
np.save("w.npy", np.random.default_rng(4).uniform(0, 1, (130, 90)).astype("f4"))
END
    model='vteam:r_on=50~lognormal:0.3,stuck_low=0.05,stuck_high=0.1,stuck_open=0.05'
    save a.h5 --rows 130 --cols 90 --model "$model" -t 7 --init file:path=w.npy
    save b.h5 --rows 130 --cols 90 --model "$model" -t 7 --init file:path=w.npy --band-rows 64 --lanes 1
    cmp a.h5 b.h5
    "$ohmscape" devices --json | jq -e 'any(.devices[]; .id == "0.0")' >/dev/null &&
        expect_ok run --rows 130 --cols 90 --model "$model" -t 7 --init file:path=w.npy --device 0.0 -q -o c.h5 && cmp a.h5 c.h5
    # A constant drawn and a constant read are one.
    python <<'END'
np.save("constant.npy", np.full((130, 90), 0.3, "f4"))
END
    expect_ok run --rows 130 --cols 90 --model "$model" -t 7 --init constant:value=0.3 --device native --json
    drawn=$(jq -r .digest <<<"$output")
    expect_ok run --rows 130 --cols 90 --model "$model" -t 7 --init file:path=constant.npy --device native --json
    expect_json ".digest == \"$drawn\""
    save part.h5 --rows 130 --cols 90 --model "$model" -t 3 --init file:path=w.npy
    rm w.npy
    save later.h5 --from part.h5 -t 4
    cmp a.h5 later.h5
    expect_error 1 '^cannot read w.npy: No such file' run --rows 130 --cols 90 --init file:path=w.npy -o x.h5
    [ ! -e x.h5 ]
}

@test "what goes out comes in again, in the state's own unit" {
    save a.h5 -n 30 -t 9 --model sin-resistance:r_on=2~lognormal:0.2,r_off=50
    expect_ok export a.h5 --quantity state -o s.npy --quiet
    save b.h5 -n 30 -t 0 --model sin-resistance:r_on=2~lognormal:0.2,r_off=50 --init file:path=s.npy,quantity=state
    [ "$("$ohmscape" info --json a.h5 | jq -r .digest)" = "$("$ohmscape" info --json b.h5 | jq -r .digest)" ]
}

@test "the states of a saved crossbar are taken as states, and those of another model are refused" {
    save a.h5 -n 30 -t 900 --model vteam
    save b.h5 -n 30 -t 0 --model vteam --init file:path=a.h5
    [ "$("$ohmscape" info --json a.h5 | jq -r .digest)" = "$("$ohmscape" info --json b.h5 | jq -r .digest)" ]
    expect_error 2 '^a.h5 holds states of vteam, not of sin-state' run -n 30 --init file:path=a.h5 -o x.h5
    [ ! -e x.h5 ]
    save c.h5 -n 30 -t 0 --init file:path=a.h5,quantity=x
}

@test "export writes what is read of the devices, with spreads, faults, levels and drift" {
    save a.h5 --rows 40 --cols 70 -t 9 --flux --idle 100 --stimulus lines \
        --model 'sin-state:r_on=0.1~lognormal:0.3,stuck_open=0.1,levels=5,drift_nu=0.1~normal:0.02'
    for quantity in conductance resistance state flux voltage; do
        expect_ok export a.h5 --quantity $quantity -o $quantity.npy
        [[ $output == "saved         $quantity.npy: $quantity of 40 x 70 synapses at step 9" ]] || fail "$output"
        expect_ok export a.h5 --quantity $quantity -o $quantity.h5 -q
    done
    expect_ok export a.h5 -o again.npy -q
    cmp again.npy conductance.npy
    expect_ok run --from a.h5 -t 0 --device native --json
    python "$output" <<'END'
told, saved = json.loads(sys.argv[1]), h5py.File("a.h5")
data = {name: np.load(f"{name}.npy") for name in ("conductance", "resistance", "state", "flux", "voltage")}
for name, values in data.items():
    equal(f"the type of {name}", str((values.dtype.str, values.shape, values.flags.c_contiguous)), str(("<f4", (40, 70), True)))
    equal(f"{name} in HDF5", h5py.File(f"{name}.h5")[name][:], values)
equal("the state", data["state"], saved["state"][:])
equal("the flux", data["flux"], saved["flux"][:])
for name in "conductance", "resistance":
    equal(f"the ends of {name}", [float(data[name].min()), float(data[name].max())], [float(np.float32(told[name][end])) for end in ("min", "max")])
    close(f"the mean of {name}", data[name].mean(dtype="f8") / told[name]["mean"], 1, 1e-6)
close("conductance and resistance", data["conductance"].astype("f8") * data["resistance"], 1, 1e-6)
if not 200 < np.sum(data["resistance"] > 1e8) < 360: # a tenth of 2800 devices is open
    sys.exit("the open devices are missing")
# Voltages of lines: every 2 x 2 minor is alike.
v = data["voltage"].astype("f8")
close("voltages of lines", v - v[:1] - v[:, :1] + v[0, 0], 0, 1e-6)
END
}

@test "bad matrices are refused by what is wrong with them" {
    python <<'END' >refusals
def save(name, values, message):
    np.save(f"{name}.npy", values)
    print(f"{name}.npy|{message}")


good = np.full((4, 5), 0.5, "f4")
save("shape", good[:3], "shape.npy has 3 rows and 5 columns, but the crossbar has 4 and 5")
save("deep", good[None], "deep.npy has 3 dimensions, but a matrix has two")
save("none", np.float32(1), "none.npy has 0 dimensions, but a matrix has two")
save("big-endian", good.astype(">f4"), "big-endian.npy has numbers of type >f4")
save("half", good.astype("f2"), "half.npy has numbers of type <f2")
save("complex", good.astype("c8"), "complex.npy has numbers of type <c8")
save("bool", good > 0, "bool.npy has numbers of type |b1")
save("text", good.astype("S4"), "text.npy has numbers of type |S4")
save("records", np.zeros((4, 5), [("a", "f4")]), "records.npy has records, not numbers")
for name, value in ("nan", np.nan), ("high", 1.25), ("low", -1):
    bad = good.copy()
    bad[2, 3] = value
    save(name, bad, f"{name}.npy: row 2, column 3 is {value:g}, but an initial state must be from 0 to 1")
data = open("shape.npy", "rb").read()
for name, bytes_, message in [
    ("cut", data[:-1], "cut.npy is truncated: it should have 3 x 5 numbers"),
    ("short", data[:60], "short.npy is damaged: it is truncated"),
    ("v3", data[:6] + b"\3" + data[7:], "v3.npy has .npy format version 3.0"),
    ("huge", data.replace(b"(3, 5)", b"(1844674407370955161, 1000)")[:200], "is damaged|is truncated"),
    ("dict", data.replace(b"shape", b"shake"), "dict.npy is damaged: its header has no shape"),
    ("hello", b"hello", "hello.npy is neither an .npy file nor HDF5"),
    ("empty", b"", "empty.npy is neither an .npy file nor HDF5"),
]:
    open(f"{name}.npy", "wb").write(bytes_)
    print(f"{name}.npy|{message}")
for name, sets, message in [
    ("two.h5", {"a": good, "b": good}, "two.h5 has no dataset state and more than one numeric matrix"),
    ("no.h5", {"a": good[0]}, "no.h5 has no dataset state and no numeric matrix"),
    ("flat.h5", {"state": good[0]}, "flat.h5: state is not a numeric matrix"),
]:
    with h5py.File(name, "w") as f:
        f.update(sets)
    print(f"{name}|{message}")
END
    while IFS='|' read -r file pattern; do
        pattern=${pattern//(/\\(}
        expect_error 1 "$pattern" run --device native --rows 4 --cols 5 --init "file:path=$file" -o x.h5
    done <refusals
    expect_error 2 'init file: give path=FILE' run --init file -o x.h5
    expect_error 1 '^cannot read nowhere.npy: No such file' run --init file:path=nowhere.npy -o x.h5
    save a.h5 -n 4 -t 0
    expect_error 2 'export takes one saved crossbar' export
    expect_error 2 'export needs --output' export a.h5
    expect_error 2 '^--output: "x.csv" is not a name that ends in .npy or .h5' export a.h5 -o x.csv
    expect_error 2 '^--quantity: "mass"' export a.h5 --quantity mass -o x.npy
    expect_error 2 '^--quantity flux: a.h5 was created without --flux' export a.h5 --quantity flux -o x.npy
    expect_error 2 '^--quantity voltage: a.h5 has not done any steps yet' export a.h5 --quantity voltage -o x.npy
    expect_error 1 '^cannot read b.h5: No such file' export b.h5 -o x.npy
    expect_error 1 'nowhere' export a.h5 -o nowhere/x.npy
    [ "$(echo x*)" = 'x*' ]
}
