"""Threads, signals, forks, and what importing costs."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import ohmscape


def run(code, **how):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, **how)


def test_threads_run_while_steps_are_done(make):
    x = make(1000, 1000)
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.wait(0.001):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    x.advance(10**9, seconds=0.5)
    stop.set()
    thread.join()
    assert len(ticks) > 50  # the GIL was released, all along


def test_one_crossbar_serves_many_threads(make):
    x, y = make(90, 80), make(90, 80)

    def work(_):
        x.advance(3)
        x.state[5, 5]
        x.statistics()
        return x.read(np.ones(90)).shape

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(60))) == [(80,)] * 60
    y.advance(180)
    assert x.step == 180 and x.digest == y.digest


def test_crossbars_of_one_device_serve_many_threads(opencl):
    devices = ohmscape.Devices(opencl)
    crossbars = [ohmscape.Crossbar(70, device=devices, seed=seed) for seed in (1, 1, 2)]

    def work(i):
        for _ in range(20):
            crossbars[i].advance(2)
        return crossbars[i].digest

    with ThreadPoolExecutor(3) as pool:
        a, b, c = pool.map(work, range(3))
    assert a == b != c


def test_crossbars_end_while_their_devices_are_in_use():
    devices = ohmscape.Devices("native")
    x = ohmscape.Crossbar(400, device=devices)
    ended = []

    def end(done, steps):
        others.pop()  # the last reference, in the midst of a call on the same devices
        ended.append(len(devices._ended))
        return False

    others = [ohmscape.Crossbar(300, device=devices)]
    x.advance(10**9, progress=end)
    assert ended == [1]
    ohmscape.Crossbar(3, device=devices)
    assert devices._ended == []


def test_files_are_written_by_one_thread_at_a_time(make, tmp_path):
    h5py = pytest.importorskip("h5py", reason="no h5py")
    x = make(200, 200)

    def work(i):
        path = tmp_path / f"{i}.h5"
        if i % 2:
            with h5py.File(path, "w") as f:
                f["a"] = np.arange(10000)
            with h5py.File(path) as f:
                return int(f["a"][-1])
        x.save(path)
        return ohmscape.info(path).step

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(40))) == [0, 9999] * 20


INTERRUPTED = """
import os, signal, threading, time, ohmscape
x = ohmscape.Crossbar(400, device={device!r}, stimulus={stimulus})
x.advance(1)
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
begun = time.monotonic()
try:
    x.advance(10**9{how})
except KeyboardInterrupt:
    took = time.monotonic() - begun
    step = x.step
    y = ohmscape.Crossbar(400, device="native", stimulus={stimulus})
    y.advance(step)
    assert 1 < step < 10**9 and took < 2.5, (step, took)
    assert x.digest == y.digest
    print("kept")
"""


@pytest.mark.parametrize("how", ["", ", every=7", ", progress=lambda done, steps: None"])
def test_ctrl_c_stops_between_launches_and_keeps_the_state(how):
    done = run(INTERRUPTED.format(device="native", stimulus=None, how=how))
    assert done.stdout == "kept\n", done.stderr


def test_ctrl_c_stops_opencl_and_functions(opencl):
    done = run(INTERRUPTED.format(device=opencl, stimulus=None, how=""))
    assert done.stdout == "kept\n", done.stderr
    function = "lambda step, count: (__import__('numpy').ones(400), __import__('numpy').zeros(400))"
    done = run(INTERRUPTED.format(device="native", stimulus=function, how=""))
    assert done.stdout == "kept\n", done.stderr


def test_ctrl_c_stops_voltages_that_are_held():
    done = run("""
import os, signal, threading, numpy, ohmscape
x = ohmscape.Crossbar(300, device="native")
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    x.apply(numpy.ones((300, 300)), 10**9)
except KeyboardInterrupt:
    print("stopped", 0 < x.step < 10**9)
""")
    assert done.stdout == "stopped True\n", done.stderr


def test_ctrl_c_stops_programming():
    done = run("""
import os, signal, threading, ohmscape
x = ohmscape.Crossbar(300, model="soft-bounds", device="native")
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    x.program(sum(x.nominal_range) / 2, tolerance=1e-6, cycles=100000)
except KeyboardInterrupt:
    print("stopped", x.step > 0, len(x.digest))
""")
    assert done.stdout == "stopped True 16\n", done.stderr


def spawned(seed):
    with ohmscape.Crossbar(30, seed=seed, device="native") as x:
        x.advance(5)
        return x.digest


def test_spawned_processes_work(make):
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(spawned, [1, 2, 1]) == [spawned(1), spawned(2), spawned(1)]


def attempts(x, out):
    said = []
    for attempt in (lambda: x.advance(1), lambda: ohmscape.Crossbar(3, device="native"), ohmscape.devices,
                    lambda: x.state[0, 0], lambda: x.close()):
        try:
            attempt()
        except ohmscape.ForkError as error:
            said.append("spawn" in error.hint)
    out.put(said)


@pytest.mark.parametrize("device", ["native", "opencl"])
def test_forked_processes_are_refused_with_a_hint(device, request):
    x = ohmscape.Crossbar(30, device="native" if device == "native" else request.getfixturevalue("opencl"))
    x.advance(1)
    context = multiprocessing.get_context("fork")
    out = context.Queue()
    child = context.Process(target=attempts, args=(x, out))
    child.start()
    assert out.get(timeout=30) == [True] * 5
    child.join(30)
    assert child.exitcode == 0  # it ends without touching what is the parent's
    assert x.advance(1) == 1  # which goes on


def test_a_process_that_forks_first_may_use_all():
    done = run("""
import os, ohmscape
if os.fork() == 0:
    print(ohmscape.Crossbar(3, device="native").advance(2), flush=True)
    os._exit(0)
os.wait()
print(ohmscape.Crossbar(3, device="native").advance(3))
""")
    assert done.stdout == "2\n3\n", done.stderr


def test_objects_end_in_any_order():
    done = run("""
import gc, ohmscape
x = ohmscape.Crossbar(30, device="native")
view, devices, plane = x.memory(), x.devices, x.state
del x
gc.collect()
print(view.shape, plane[0, 0] == view[0, 0])
y = ohmscape.Crossbar(30, device="auto")  # still there when Python ends
""")
    assert done.returncode == 0 and done.stdout == "(30, 30) True\n" and not done.stderr, done.stderr


def test_importing_opens_no_device_and_imports_little():
    done = run("""
import sys, ohmscape
from ohmscape._library import _Process
print(_Process.opened, sorted({"torch", "pandas", "PIL", "h5py", "matplotlib", "multiprocessing"} & set(sys.modules)))
""")
    assert done.stdout == "False []\n", done.stderr


def test_the_log_is_pythons(make, caplog):
    with caplog.at_level("INFO", "ohmscape"):
        with pytest.warns(ohmscape.DefinitionWarning):
            make(model="stanford-pku:substeps=1")
    assert any("is long for stanford-pku" in record.message for record in caplog.records)


def test_signals_are_left_as_they_were(make):
    before = signal.getsignal(signal.SIGINT)
    make().advance(3)
    assert signal.getsignal(signal.SIGINT) is before and os.getpid()
