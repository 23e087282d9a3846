"""Rendering: what is written where, and which tracks would sound (h3). All of it is silence."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.reaper.faults import Gap, Misuse

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

#: Render with the most recent settings; returns when it is done (h2, measured 7.8x).
RENDER = 42230
#: Base64 of the settings for WAV with 24 bits (h3, file seen).
WAV_24 = "ZXZhdxgAAQ=="


@dataclass(frozen=True)
class Rendered:
    """A render that was done: the file, the span, and the names of the tracks that were soloed."""

    path: Path
    start_s: float
    end_s: float
    rate: int
    soloed: tuple[str, ...]
    armed: tuple[str, ...]


def render(host: Host) -> None:
    """Write the file that the project's render settings ask for (h3)."""
    project = host.project
    root = project.root
    if project.history.depth:
        raise Misuse("rendering inside of an undo block")
    held = root.block("RENDER_CFG")
    if held is None or "".join(line.text for line in held.body) != WAV_24:
        raise Gap("only WAV with 24 bits is rendered here")
    if root.read_number("RENDER_STEMS", 1) or root.read_number("RENDER_RANGE", 1):
        raise Gap("only the master mix of a custom span is rendered here")
    start, end = root.read_number("RENDER_RANGE", 2), root.read_number("RENDER_RANGE", 3)
    if end <= start:
        raise Misuse("nothing to render: REAPER opens an error message (h3, measured)")
    folder = Path(root.read("RENDER_FILE", 1))
    path = folder / f"{root.read('RENDER_PATTERN', 1)}.wav"
    if path.exists():
        raise Misuse(f"{path.name} exists: REAPER asks whether to overwrite it (h3, file seen)")
    rate, channels = int(root.read_number("RENDER_FMT", 3)), int(root.read_number("RENDER_FMT", 2))
    folder.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(3)
        sound.setframerate(rate)
        sound.writeframes(bytes(3 * channels * round((end - start) * rate)))
    tracks = project.tracks()
    host.rendered.append(
        Rendered(
            path=path,
            start_s=start,
            end_s=end,
            rate=rate,
            soloed=tuple(t.read("NAME", 1) for t in tracks if t.read_number("MUTESOLO", 2)),
            armed=tuple(t.read("NAME", 1) for t in tracks if t.read_number("REC", 1)),
        )
    )
