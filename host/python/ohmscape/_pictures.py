"""Pictures: colour maps, PNG files, and what a notebook shows of a crossbar."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from .errors import DefinitionError

Bytes = npt.NDArray[np.uint8]

# Knots of the maps, by their index from 0 to 255, between which colours are straight lines. Viridis
# and magma are by S. van der Walt and N. Smith (2015), cividis by J. Nunez, C. Anderton and R. Renslow (2018);
# their tables are in the public domain (CC0).
_KNOTS: Final[dict[str, dict[int, tuple[int, int, int]]]] = {
    "gray": {0: (0, 0, 0), 255: (255, 255, 255)},
    "viridis": {
        0: (68, 1, 84), 13: (72, 20, 103), 29: (72, 41, 121), 42: (68, 57, 131), 58: (62, 76, 138),
        81: (50, 100, 142), 120: (35, 137, 142), 134: (31, 150, 139), 145: (31, 161, 136), 151: (33, 166, 133),
        160: (40, 174, 128), 168: (50, 182, 122), 173: (58, 186, 118), 180: (70, 192, 111), 192: (94, 201, 98),
        203: (119, 209, 83), 215: (149, 216, 64), 233: (197, 224, 33), 240: (216, 226, 25), 243: (223, 227, 24),
        246: (231, 228, 25), 251: (244, 230, 30), 254: (251, 231, 35), 255: (253, 231, 37),
    },
    "magma": {
        0: (0, 0, 4), 2: (1, 1, 6), 3: (1, 1, 8), 12: (6, 5, 26), 23: (18, 13, 49), 33: (30, 17, 73),
        43: (45, 17, 97), 48: (54, 16, 107), 55: (66, 15, 117), 64: (81, 18, 124), 75: (98, 25, 128),
        93: (126, 36, 130), 113: (158, 47, 127), 129: (184, 55, 121), 143: (207, 64, 112), 157: (227, 78, 101),
        162: (233, 84, 98), 167: (238, 91, 94), 174: (244, 103, 92), 182: (248, 118, 92), 189: (251, 131, 95),
        196: (252, 144, 101), 204: (254, 159, 109), 218: (254, 185, 127), 235: (254, 216, 154),
        249: (252, 242, 180), 255: (252, 253, 191),
    },
    "cividis": {
        0: (0, 34, 78), 12: (0, 43, 98), 17: (0, 46, 108), 20: (0, 48, 112), 22: (0, 49, 113), 23: (1, 50, 113),
        27: (15, 53, 112), 31: (24, 55, 111), 37: (35, 60, 110), 53: (56, 71, 108), 76: (79, 87, 108),
        96: (97, 101, 111), 119: (117, 117, 117), 125: (122, 122, 120), 141: (137, 133, 120),
        152: (147, 142, 120), 159: (154, 147, 118), 171: (166, 156, 116), 195: (191, 176, 107),
        215: (212, 193, 95), 231: (230, 208, 81), 242: (242, 218, 68), 248: (249, 224, 58), 251: (253, 227, 52),
        252: (254, 228, 52), 254: (254, 230, 54), 255: (254, 232, 56),
    },
}


def colormap(name: str) -> Bytes:
    """The 256 colours of a map, uint8 [256, 3]: one of viridis, magma, cividis and gray."""
    if name not in _KNOTS:
        raise DefinitionError(f"unknown colour map {name!r}; available: {', '.join(sorted(_KNOTS))}")
    knots = _KNOTS[name]
    at = np.array(list(knots))
    colors = np.array(list(knots.values()), float)
    channels = [np.interp(np.arange(256), at, colors[:, c]) for c in range(3)]
    table: Bytes = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return table


def limits(image: npt.NDArray[np.floating[Any]]) -> tuple[float, float]:
    """The least and the greatest finite value of an image; 0 and 1 if it has none."""
    finite = image[np.isfinite(image)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def colored(image: npt.NDArray[np.floating[Any]], name: str, low: float, high: float, log: bool = False) -> Bytes:
    """An image's values from low to high as colours, uint8 [height, width, 3]; white where there is no value."""
    values = np.asarray(image, float)
    if log:
        if low <= 0:
            raise DefinitionError(f"a logarithmic scale cannot begin at {low:g}")
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.log(values)
        low, high = float(np.log(low)), float(np.log(high))
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore"):
        place = np.clip((values - low) / span, 0, 1)
    known = np.isfinite(place)
    picture = colormap(name)[np.where(known, np.nan_to_num(place) * 255 + 0.5, 0).astype(np.intp)]
    picture[~known] = 255
    return picture


def png(picture: Bytes) -> bytes:
    """A PNG file of a picture, uint8 [height, width, 3]."""
    height, width, _ = picture.shape
    lines = np.zeros((height, 1 + 3 * width), np.uint8)  # each begins with its filter, 0: none
    lines[:, 1:] = picture.reshape(height, -1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines.tobytes()))
            + chunk(b"IEND", b""))


def magnified(picture: Bytes, side: int) -> Bytes:
    """The same with every pixel as a square, so that the longer side has about so many."""
    times = max(1, side // max(picture.shape[:2]))
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def html_of(title: str, picture: Bytes, rows: list[tuple[str, str]]) -> str:
    """A picture beside a table of names and values."""
    data = base64.b64encode(png(picture)).decode()
    table = "".join(
        f'<tr><th style="text-align:left">{html.escape(name)}</th>'
        f'<td style="text-align:left">{html.escape(value)}</td></tr>' for name, value in rows)
    return (f'<div style="display:flex;gap:1em;align-items:flex-start"><figure style="margin:0">'
            f'<img alt="{html.escape(title)}" src="data:image/png;base64,{data}"/>'
            f"<figcaption>{html.escape(title)}</figcaption></figure><table>{table}</table></div>")
