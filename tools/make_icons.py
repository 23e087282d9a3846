"""Draw the toolbar's icons into ``reaper_scripts/icons``.

::

    python -m tools.make_icons

REAPER takes one PNG for three states side by side (normal, hover, on), in 100, 150 and 200 %. Every
icon is a frame of film with a pictogram on it; the frame brings its own ground, so that it reads
on dark and on light themes. A new icon is a function in ``tools/pictograms.py``.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.icon_shapes import box, minus, union
from tools.pictograms import PICTOGRAMS, Paint

FOLDER = Path(__file__).parents[1] / "reaper_scripts" / "icons"
UNITS = 30
#: Folder of each size -> side of one state in pixels.
SIDES = {"100": 30, "150": 45, "200": 60}
SAMPLES = 8

Colours = dict[str, tuple[int, int, int]]

#: Red, green, blue of each state, from left to right in the file.
STATES: tuple[Colours, ...] = (
    {
        "ground": (38, 43, 54),
        "rim": (104, 114, 134),
        "ink": (240, 243, 248),
        "mark": (255, 176, 46),
    },
    {"ground": (58, 67, 84), "rim": (255, 176, 46), "ink": (255, 255, 255), "mark": (255, 196, 92)},
    {"ground": (255, 176, 46), "rim": (176, 108, 0), "ink": (32, 26, 14), "mark": (158, 34, 20)},
)


def frame() -> list[Paint]:
    """Return the frame of film that all icons have: rim, ground, perforation."""
    # Whole units throughout, so that the edges are sharp in the smallest size.
    outer = box(1, 1, 29, 29, radius=4)
    inner = box(2, 2, 28, 28, radius=3)
    holes = [box(x, y, x + 2, y + 2) for y in (3, 25) for x in (4, 8, 12, 16, 20, 24)]
    return [(minus(outer, inner), "rim"), (inner, "ground"), (union(*holes), "rim")]


#: File name without ``filmcomposer_`` and ``.png`` -> what draws it.
ICONS = PICTOGRAMS


def draw(name: str, side: int) -> NDArray[np.uint8]:
    """Return an icon's three states side by side.

    Parameters
    ----------
    name : str
        A key of ``ICONS``.
    side : int
        Width and height of one state in pixels.

    Returns
    -------
    ndarray, shape (side, 3 * side, 4), uint8
        Blue, green, red, alpha, as OpenCV writes them.
    """
    paints = [*frame(), *ICONS[name]()]
    return np.concatenate([_state(paints, side, colours) for colours in STATES], axis=1)


def _state(paints: list[Paint], side: int, colours: Colours) -> NDArray[np.uint8]:
    count = side * SAMPLES
    at = (np.arange(count) + 0.5) * (UNITS / count)
    x, y = np.meshgrid(at, at)
    rgb = np.zeros((count, count, 3), np.int64)
    alpha = np.zeros((count, count, 1), np.int64)
    for shape, colour in paints:
        mask = shape(x, y)
        rgb[mask] = colours[colour]
        alpha[mask] = 1
    # Whole-number sums of the samples in each pixel; colour is the mean over the covered ones.
    sums = (rgb * alpha).reshape(side, SAMPLES, side, SAMPLES, 3).sum(axis=(1, 3))
    covered = alpha.reshape(side, SAMPLES, side, SAMPLES, 1).sum(axis=(1, 3))
    colour_mean = (2 * sums + covered) // np.maximum(2 * covered, 1)
    opacity = (2 * 255 * covered + SAMPLES**2) // (2 * SAMPLES**2)
    return np.concatenate([colour_mean[:, :, ::-1], opacity], axis=2).astype(np.uint8)


def main() -> None:
    """Write every icon in every size."""
    for name in ICONS:
        for folder, side in SIDES.items():
            target = FOLDER / folder / f"filmcomposer_{name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            done, coded = cv2.imencode(".png", draw(name, side))
            if not done:
                raise OSError(f"{target} could not be encoded")
            target.write_bytes(coded.tobytes())


if __name__ == "__main__":
    main()
