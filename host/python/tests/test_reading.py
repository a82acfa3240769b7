"""Readouts, wires, programming."""

import numpy as np
import pytest

import ohmscape
from ohmscape import Converter

WIDE = "sin-state:r_on=1e3,r_off=1e5"


def test_currents_are_products(make, rng):
    x = make(model=WIDE)
    g = x.conductance[...].astype(float)
    v = rng.uniform(-1, 1, (4, 3, 37)).astype(np.float32)
    i = x.read(v)
    assert i.shape == (4, 3, 90) and i.dtype == np.float32
    assert np.allclose(i, v.astype(float) @ g, rtol=1e-5, atol=1e-9)
    assert np.array_equal(x.read(v[0, 0]), i[0, 0]) and x.read(v[0, 0]).shape == (90,)
    u = rng.uniform(-1, 1, (5, 90))
    assert np.allclose(x.read(u, transposed=True), u @ g.T, rtol=1e-5, atol=1e-9)
    assert np.array_equal(x.read(v[0, 0].tolist()), i[0, 0])
    assert x.read(np.zeros((0, 37))).shape == (0, 90)


def test_every_device_reads_the_same(make, opencl, rng):
    v = rng.uniform(-1, 1, (3, 37))
    assert np.array_equal(make(model=WIDE).read(v), make(model=WIDE, device=opencl).read(v))
    noisy = make(model="soft-bounds:read_noise=0.05")
    assert np.array_equal(noisy.read(v, reading=5), noisy.read(v, reading=5))
    assert not np.array_equal(noisy.read(v, reading=5), noisy.read(v, reading=6))


def test_an_exact_readout_is_the_models(make):
    x = make(1, 5, model="yakopcic")
    v = np.full(1, 5, np.float32)
    assert np.allclose(x.read(v, exact=True), x.currents(5)[0], rtol=1e-5)
    assert not np.allclose(x.read(v), x.currents(5)[0], rtol=1e-2)


def test_converters_round_to_codes(make, rng):
    x = make(model=WIDE)
    v = rng.uniform(-1.2, 1.2, 37).astype(np.float32)
    codes = np.rint((np.clip(v, -1, 1) + 1) / 2 * 15) * 2 / 15 - 1
    assert np.allclose(x.read(v, dac=4), x.read(codes), rtol=1e-5, atol=1e-9)
    assert np.array_equal(x.read(v, dac=4), x.read(v, dac=Converter(4)))
    i = x.read(v, dac=4, adc=Converter(3, -1e-3, 1e-3))
    assert len(np.unique(i)) <= 8 and abs(i).max() <= 1e-3 + 1e-9
    assert len(np.unique(x.read(v, dac=4, adc=3))) <= 8
    assert np.allclose(x.read(v, gain=2, offset=1e-4), 2 * x.read(v) + 1e-4, atol=1e-9)
    assert not np.array_equal(x.read(v, noise=1e-6), x.read(v))
    sliced = x.read(np.abs(v), dac=Converter(4, 0, 1), slices=2)
    assert np.allclose(sliced, x.read(np.abs(v), dac=Converter(4, 0, 1)), rtol=1e-4, atol=1e-8)
    x.read(v, dac=Converter(5, -1, 1, sign_magnitude=True), adc=6, slices=4, convert="sum")


def test_readouts_are_refused_by_what_is_wrong(make):
    x = make(model=WIDE)
    v = np.zeros(37)
    for how, part in (({"adc": 4}, "DAC|dac"), ({"dac": Converter(30)}, "bits"), ({"dac": Converter(4, 1, -1)}, "."),
                      ({"dac": -1}, "dac bits is -1"), ({"slices": 3}, "."), ({"convert": "all"}, "convert is 'all'"),
                      ({"wires": "row=-1"}, "row=-1"), ({"reading": -1}, "reading is -1"),
                      ({"dac": 2.5}, "dac bits is 2.5")):
        with pytest.raises(ohmscape.DefinitionError, match=part):
            x.read(v, **how)
    for bad in (np.zeros(36), np.zeros((37, 2)), 3.0):
        with pytest.raises(ohmscape.DefinitionError, match="its last axis has to be the 37 rows"):
            x.read(bad)
    with pytest.raises(ohmscape.DefinitionError, match="90 columns"):
        x.read(v, transposed=True)
    with pytest.raises(ohmscape.DefinitionError, match="nan"):
        x.read(np.full(37, np.nan))
    with pytest.raises(ohmscape.DefinitionError, match="cannot be made float32"):
        x.read(["a"] * 37)


def solve(g, row, col, v):
    """The currents of bit lines behind wires: Kirchhoff's equations, dense. A segment lies before each cell."""
    rows, cols = g.shape
    n = rows * cols
    a, b = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    word = lambda i, j: i * cols + j
    bit = lambda i, j: n + i * cols + j

    def join(p, q, conductance):
        a[p, p] += conductance
        if q is not None:
            a[q, q] += conductance
            a[p, q] -= conductance
            a[q, p] -= conductance

    for i in range(rows):
        for j in range(cols):
            join(word(i, j), bit(i, j), g[i, j])
            if j:
                join(word(i, j), word(i, j - 1), 1 / row)
            else:
                join(word(i, j), None, 1 / row)
                b[word(i, j)] += v[i] / row
            join(bit(i, j), bit(i + 1, j) if i + 1 < rows else None, 1 / col)
    potential = np.linalg.solve(a, b)
    return np.array([potential[bit(rows - 1, j)] / col for j in range(cols)])


def test_wires_are_a_circuit(make, rng):
    x = make(6, 5, model=WIDE)
    v = rng.uniform(-1, 1, 6)
    expected = solve(x.conductance[...].astype(float), 20, 30, v)
    assert np.allclose(x.read(v, wires="row=20,col=30"), expected, rtol=1e-5)
    assert x.last_read.solutions == 1 and x.last_read.sweeps > 0 and x.last_read.estimate < 1e-8
    y = make(6, 5, model=WIDE, wires="row=20,col=30")
    assert np.allclose(y.read(v), expected, rtol=1e-5) and np.allclose(y.read(v, wires="none"), x.read(v))
    with pytest.raises(ohmscape.ConvergenceError):
        make(60, 60, model=WIDE).read(np.ones(60), wires="row=1000,col=1000,sweeps=1")


def test_steps_through_wires(make):
    x = make(8, 9, model="soft-bounds", wires="row=2,col=2", stimulus="constant:value=0.2")
    assert x.definition.wires.startswith("resistive:row=2,col=2") and x.wires == x.definition.wires
    x.advance(3)
    t = x.terminals()
    assert t.row_voltage.shape == (8,) and t.col_current.shape == (9,)
    assert abs(t.row_current.sum() + t.col_current.sum()) < 1e-6 * abs(t.row_current).max()
    assert x.wires_report.solutions == 3
    assert (x.plane("word-line")[...] <= 0.2 + 1e-6).all() and np.isfinite(x.plane("bit-line")[...]).all()
    x.wires = None
    assert x.wires is None
    with pytest.raises(ohmscape.DefinitionError):
        make().terminals()  # no step yet


def test_a_matrix_is_programmed(make, rng):
    x = make(12, 10, model="soft-bounds:w_min=-0.6,w_max=0.6")
    low, high = x.nominal_range
    target = rng.uniform(low + 0.1 * (high - low), high - 0.1 * (high - low), (12, 10))
    told = []
    report = x.program(target, tolerance=0.02, progress=lambda done, devices: told.append((done, devices)))
    assert report.devices == 120 and report.reached >= 118 and report.pulses > 0 and report.steps == x.step
    assert np.quantile(abs(x.conductance[...] - target), 0.98) <= 0.02 * (high - low)
    assert told and told[-1][1] == 120
    assert make(12, 10, model="soft-bounds").program(target, method="single").cycles == 1
    assert make(12, 10, model="soft-bounds").program(target, method="gdp", cycles=5).cycles <= 5
    stopped = make(12, 10, model="soft-bounds").program(target, tolerance=1e-4, steps=40)
    assert stopped.steps <= 40 and x.program(target[0]).devices == 120  # broadcast
    with pytest.raises(ohmscape.DefinitionError, match="unknown method 'magic'"):
        x.program(target, method="magic")
    with pytest.raises(ohmscape.DefinitionError, match="unknown select"):
        x.program(target, select="quarter")
    with pytest.raises(ohmscape.DefinitionError, match=r"target of shape \(3,\)"):
        x.program([1, 2, 3])
    with pytest.raises(ohmscape.DefinitionError):
        x.program(np.full((12, 10), 99.0))
    with pytest.raises(ZeroDivisionError):
        x.program(target, tolerance=1e-6, progress=lambda done, devices: 1 // 0)
