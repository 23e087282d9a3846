"""How well and how fast recordings are written down: ``python -m benchmarks.transcription``.

Known scores of several kinds are rendered (benchmarks/transcription_pieces.py) and heard again.
Note F1 by mir_eval: onset within 50 ms and the right pitch; with offsets too within 20 % or 50 ms.
``raw`` is what the network's probabilities say, ``clean`` the same after clean-up on the tempo map
the piece was played to, ``free`` with tempo and metre found from the notes alone. ``tune`` is the
leading line against the highest notes of the score.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Sequence

import mir_eval
import numpy as np

from benchmarks.transcription_pieces import RATE, Piece, pieces, sound_of
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.contracts.transcript import HeardNote
from filmcomposer_core.timeline import Timeline
from filmcomposer_core.transcription.clean import Cleaned, clean_up
from filmcomposer_core.transcription.engine import transcriber

#: Below this share of right tune notes it is said that a kind cannot be used as it is.
USABLE = 0.7


def f1(piece: Piece, notes: Sequence[HeardNote], *, offsets: bool = False) -> float:
    """Return the note F1 of what was heard."""
    if not notes:
        return 0.0
    spans, pitches = piece.seconds()
    heard = np.array([(n.start_s, n.end_s) for n in notes])
    to_hertz = mir_eval.util.midi_to_hz
    return float(
        mir_eval.transcription.precision_recall_f1_overlap(
            spans, to_hertz(pitches), heard, to_hertz(np.array([n.pitch for n in notes])),
            offset_ratio=0.2 if offsets else None,
        )[2]
    )  # fmt: skip


def in_seconds(cleaned: Cleaned) -> list[HeardNote]:
    """Return the notes of a score where its tempo map has them."""
    line = Timeline(cleaned.points)
    found = []
    for item in cleaned.notes:
        start = max(0.0, line.time_at(item.beat) + cleaned.begin_s)
        end = max(start + 0.01, line.time_at(item.end) + cleaned.begin_s)
        found.append(
            HeardNote(
                start_s=start, end_s=end, pitch=item.note.pitch, velocity=item.note.velocity,
                confidence=item.note.confidence,
            )
        )  # fmt: skip
    return found


def tune_f1(piece: Piece, cleaned: Cleaned) -> float:
    """Return the F1 of the leading line against the highest notes of the score, by grid place."""
    tops: dict[float, int] = {}
    for note in piece.notes:
        tops[note.beat] = max(tops.get(note.beat, 0), note.pitch)
    wanted = {(round(8 * beat), pitch) for beat, pitch in tops.items()}
    found = {(round(8 * note.beat), note.pitch) for note in cleaned.melody.notes}
    return 2 * len(wanted & found) / max(1, len(wanted) + len(found))


def main() -> None:
    """Print the tables."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    warnings.simplefilter("ignore")
    listener = transcriber("basic-pitch")
    rows: dict[str, list[tuple[float, ...]]] = {}
    heard_s = worked_s = 0.0
    print(f"{'':12s} {'':30s} {'raw':>6s} {'clean':>6s} {'free':>6s} {'tune':>6s}")
    for piece in pieces():
        sound = sound_of(piece)
        num, den = (int(word) for word in piece.meter.split("/"))
        point = TempoPoint(time_s=0.0, bpm=piece.bpm, ramp=False, num=num, den=den)
        begun = time.perf_counter()
        transcript = listener.transcribe(sound)
        cleaned = clean_up(transcript, points=(point,))
        worked_s += time.perf_counter() - begun
        heard_s += sound.size / RATE
        free = in_seconds(clean_up(transcript))
        clean = in_seconds(cleaned)
        row = (
            f1(piece, transcript.notes),
            f1(piece, clean),
            f1(piece, free),
            tune_f1(piece, cleaned),
            f1(piece, transcript.notes, offsets=True),
            f1(piece, clean, offsets=True),
        )
        rows.setdefault(piece.kind, []).append(row)
        shown = " ".join(f"{value:6.2f}" for value in row[:4])
        print(f"{piece.kind:12s} {piece.name:30s} {shown}")
    print("\n| kind | raw | clean | free | with offsets: raw | clean | tune | |")
    print("|---|---|---|---|---|---|---|---|")
    for kind, values in rows.items():
        raw, clean_f, free_f, tune, raw_off, clean_off = np.mean(values, axis=0)
        word = "" if tune >= USABLE else "a sketch at best"
        print(
            f"| {kind} | {raw:.2f} | {clean_f:.2f} | {free_f:.2f} | {raw_off:.2f} | "
            f"{clean_off:.2f} | {tune:.2f} | {word} |"
        )
        assert clean_f > raw, kind
    print(
        f"\n{heard_s:.0f} s of sound in {worked_s:.1f} s: {heard_s / worked_s:.0f} times real time"
    )


if __name__ == "__main__":
    main()
