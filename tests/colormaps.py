#!/usr/bin/env python3
"""Compares our colour maps with matplotlib's of the same names: every channel of every entry must be
within 1 of 255. Reads the maps from stdin, one entry a line: name index red green blue.

    build/tests/test_pictures --dump-colormaps | python3 tests/colormaps.py

Exit status: 0 they agree, 1 they don't (stderr says where), 77 there is no matplotlib.
"""

import sys

try:
    from matplotlib import colormaps
except ImportError as reason:
    print(f"colormaps.py: skipped: {reason}", file=sys.stderr)
    sys.exit(77)

NAMES = {"jet", "viridis", "magma", "cividis", "coolwarm", "gray"}
TOLERANCE = 1 + 1e-6  # matplotlib keeps levels as fractions of 1


def read(lines):
    """The maps by name, each a dictionary from the index to (red, green, blue)."""
    maps = {}
    for line in lines:
        name, index, *rgb = line.split()
        if maps.setdefault(name, {}).setdefault(int(index), tuple(map(int, rgb))) != tuple(map(int, rgb)):
            sys.exit(f"colormaps.py: {name} has entry {index} twice")
    return maps


def complaints(name, entries):
    """What is wrong with one map, and its largest difference."""
    largest, wrong = 0, []
    for index, rgb in sorted(entries.items()):
        expected = [255 * level for level in colormaps[name](index)[:3]]
        for channel, found, level in zip(("red", "green", "blue"), rgb, expected, strict=True):
            largest = max(largest, abs(found - level))
            if abs(found - level) > TOLERANCE:
                wrong.append(f"{name}[{index}]: {channel} is {found}, matplotlib's {level:.2f}")
    return wrong, largest


def main():
    maps = read(sys.stdin)
    wrong = [f"no map {name}" for name in NAMES - maps.keys()]
    wrong += [f"unknown map {name}" for name in maps.keys() - NAMES]
    for name in sorted(maps.keys() & NAMES):
        if maps[name].keys() != set(range(256)):
            wrong.append(f"{name} has {len(maps[name])} entries, or some beyond 255")
        found, largest = complaints(name, maps[name])
        wrong += found
        print(f"{name:10} within {largest:.3f} of 255")
    for line in wrong[:20]:
        print(f"colormaps.py: {line}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


main()
