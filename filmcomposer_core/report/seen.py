"""What was seen, shot by shot, as rows of a table; and the pictures of the shots."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from html import escape

import numpy as np

from filmcomposer_core.contracts.clip import Shot
from filmcomposer_core.contracts.description import Description, Label, ShotDescription
from filmcomposer_core.contracts.labels import NULL

#: Most pictures of a page.
MAX_PICTURES = 120
#: Size of a picture as it is stored on the page, and how it is cut, pixels.
PICTURE_W, PICTURE_H = 120, 68
#: Longest text of the screen that is quoted, in characters.
QUOTED = 90

SEEN_HEAD = (
    "", "Shot", "Place", "View", "People", "Setting", "Action", "Camera", "Light", "Mood",
    "On the screen",
)  # fmt: skip


def pictured(shots: Sequence[Shot], frames_npz: bytes) -> dict[int, bytes]:
    """Return the pictures of shots by their number from 1; of many shots some, evenly chosen.

    Parameters
    ----------
    shots : sequence of Shot
    frames_npz : bytes
        ``frames.npz``, one JPEG a shot.
    """
    numbers = list(range(1, len(shots) + 1))
    if len(numbers) > MAX_PICTURES:
        numbers = [round(i) for i in np.linspace(1, len(shots), MAX_PICTURES)]
    with np.load(io.BytesIO(frames_npz)) as arrays:
        names = {int(name.split("_")[1]): name for name in arrays.files}
        return {n: arrays[names[n]].tobytes() for n in numbers if n in names}


def picture_store(pictures: dict[int, bytes]) -> str:
    """Return a hidden drawing that holds each picture once, for use in many places."""
    images = "".join(
        f'<image id="shot{number}" width="{PICTURE_W}" height="{PICTURE_H}" '
        f'preserveAspectRatio="xMidYMid slice" '
        f'href="data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"/>'
        for number, jpeg in pictures.items()
    )
    return f'<svg class="store" width="0" height="0"><defs>{images}</defs></svg>'


def seen_rows(
    shots: Sequence[Shot], description: Description, pictures: dict[int, bytes]
) -> list[tuple[str, ...]]:
    """Return a row of cells, as HTML, for the whole clip and for each shot (``SEEN_HEAD``)."""
    whole = description.overall
    theme = "" if whole.theme.value == NULL else _cell(whole.theme)
    first = (
        "", f"All<br>{theme}", "", _cell(whole.view_scale), "", _cell(whole.setting),
        _cell(whole.action), "", _cell(whole.brightness, whole.hue), _cell(whole.emotion), "",
    )  # fmt: skip
    letters = place_letters(description.shots)
    rows = zip(shots, description.shots, letters, strict=True)
    return [first, *(_row(*row, pictured=row[1].shot in pictures) for row in rows)]


def place_letters(shots: Sequence[ShotDescription]) -> list[str]:
    """Return a letter for each shot, the same where the same is seen; empty for one on its own.

    Letters go A to Z, then A1 to Z1, in the order of their first shots.
    """
    order = {group: n for n, group in enumerate(dict.fromkeys(s.group for s in shots if s.group))}
    return [_letter(order[shot.group]) if shot.group else "" for shot in shots]


def _letter(number: int) -> str:
    again, place = divmod(number, 26)
    return chr(ord("A") + place) + (str(again) if again else "")


def _row(shot: Shot, seen: ShotDescription, letter: str, *, pictured: bool) -> tuple[str, ...]:
    found = seen.attributes
    counted = "" if seen.people < 0 or seen.card else str(seen.people)
    return (
        _thumb(seen.shot) if pictured else "",
        f"{seen.shot}<small>{shot.start_s:.1f} to {shot.end_s:.1f} s</small>",
        f"<b>{letter}</b>" if letter else _NONE,
        "text card" if seen.card else _cell(found.view_scale),
        counted or _NONE,
        _cell(found.setting),
        _cell(found.action),
        _cell(seen.camera),
        _cell(found.brightness, found.hue),
        _cell(found.emotion),
        _text(seen),
    )


#: What stands where nothing is known.
_NONE = "<small>\N{EN DASH}</small>"


def _thumb(number: int) -> str:
    return (
        f'<svg width="88" height="50" viewBox="0 0 {PICTURE_W} {PICTURE_H}" role="img" '
        f'aria-label="shot {number}"><use href="#shot{number}"/></svg>'
    )


def _cell(*labels: Label) -> str:
    """Return labels with what says so and how surely beneath them."""
    known = [label for label in labels if label.value != NULL]
    if not known:
        return _NONE
    words = ", ".join(dict.fromkeys(label.value for label in known))
    sources = ", ".join(dict.fromkeys(label.source for label in known))
    sure = ", ".join(f"{label.confidence:.0%}" for label in known)
    return f"{escape(words)}<small>{escape(sources)} {sure}</small>"


def _text(seen: ShotDescription) -> str:
    if not seen.text:
        return "<small>not read</small>" if seen.card else _NONE
    short = seen.text if len(seen.text) <= QUOTED else f"{seen.text[: QUOTED - 3].rstrip()}..."
    return f'<span title="{escape(seen.text)}">{escape(short)}</span>'
