"""The theme as ABC text that a musician can read and edit."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from filmcomposer_core.contracts.harmony import QUALITIES, Chord, parse_chords
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.contracts.tempo import TempoMap
from filmcomposer_core.notation.grid import (
    Piece,
    at_beats,
    by_bar,
    cut,
    heads,
    pieces_of,
    triplets,
    units,
)
from filmcomposer_core.notation.layout import ChordMark, bars_of, chord_marks, section_starts
from filmcomposer_core.notation.spelling import Signature, signature_of, spell
from filmcomposer_core.timeline import Bar

_BARS_PER_LINE: Final = 4
_SIGNS: Final = {1: "^", 0: "=", -1: "_"}
#: Chord endings that abc2midi knows by itself; it is told the notes of the others.
_KNOWN_ENDINGS: Final = frozenset(
    [
        "",
        "m",
        "7",
        "m7",
        "maj7",
        "6",
        "m6",
        "dim",
        "aug",
        "dim7",
        "m7b5",
        "9",
        "m9",
        "maj9",
        "5",
        "sus4",
        "sus2",
        "7sus4",
    ]
)


def melody_to_abc(melody: Melody, *, tempo_map: TempoMap, plan: CuePlan, title: str) -> str:
    """Write the theme as ABC 2.1.

    Parameters
    ----------
    melody : Melody
        The theme in beats from bar 1.
    tempo_map : TempoMap
        Gives bars and signatures. No tempo is written: it lives in ``tempo.json``.
    plan : CuePlan
        Gives keys, chord symbols and the dynamic of each section.
    title : str
        The title; line breaks become spaces.

    Returns
    -------
    str
        All bars from bar 1 on, silent ones as rests. Every note is kept: pitch exactly, onset and
        end to the nearest 1/48 beat (places that are multiples of 1/16 or 1/12 beat exactly).
        Velocities are not kept but for a dynamic mark where a section begins. Phrase starts stand
        in the comment lines.

    Notes
    -----
    abc2midi carries an accidental through the bar in every octave, the standard only in its own.
    So a letter that had an accidental in a bar is written with one until the bar ends. Lengths
    have denominators of powers of two, the only ones abc2midi takes; other lengths stand in
    groups of three in the time of two.
    """
    bars = bars_of(melody, tempo_map=tempo_map, plan=plan)
    marks = chord_marks(bars, plan=plan)
    pieces = by_bar(pieces_of(melody, end=units(bars[-1].end_beat)), bars)
    chords = sorted(
        ((units(mark.beat), mark.chord) for row in marks.values() for mark in row),
        key=lambda place: place[0],
    )
    starts = section_starts(plan)
    first = plan.sections[0]
    signature = signature_of(first.key, first.mode)
    lines = _header(title, bars=bars, plan=plan, signature=signature)
    row: list[str] = []
    dynamic = ""
    for bar, content in zip(bars, pieces, strict=True):
        section = starts.get(bar.number)
        if section or bar.number in melody.phrase_starts or len(row) == _BARS_PER_LINE:
            lines += [" ".join(row)] if row else []
            row = []
        if not row:
            lines.append(_comment(bar.number, melody=melody, plan=plan))
        fields = _fields(bar, bars=bars)
        if section and (now := signature_of(section.key, section.mode)) != signature:
            fields += f"[K:{now.abc}]"
            signature = now
        dynamic = section.dynamic if section else dynamic
        text = _bar_text(
            content,
            bar=bar,
            marks=marks.get(bar.number, ()),
            chords=chords,
            signature=signature,
            dynamic=dynamic,
        )
        if any(piece.first and piece.pitch is not None for piece in content):
            dynamic = ""
        row.append(fields + text + (" |]" if bar.number == len(bars) else " |"))
    return "\n".join([*lines, " ".join(row)]) + "\n"


def _header(title: str, *, bars: tuple[Bar, ...], plan: CuePlan, signature: Signature) -> list[str]:
    name = re.sub(r"([\\%])", r"\\\1", " ".join(title.split()))
    used = {
        chord.quality
        for section in plan.sections
        for cell in parse_chords(section.chords)
        for chord in cell
    }
    endings = sorted(used - _KNOWN_ENDINGS)
    return [
        "X:1",
        f"T:{name}",
        f"M:{bars[0].num}/{bars[0].den}",
        "L:1/8",
        "%%MIDI gchordoff",
        *(f"%%MIDI chordname {e} {' '.join(map(str, QUALITIES[e]))}" for e in endings),
        f"K:{signature.abc}",
    ]


def _comment(number: int, *, melody: Melody, plan: CuePlan) -> str:
    section = section_starts(plan).get(number)
    named = f", section {' '.join(section.id.split())} ({section.function})" if section else ""
    phrase = ", phrase" if number in melody.phrase_starts else ""
    return f"% bar {number}{named}{phrase}"


def _fields(bar: Bar, *, bars: tuple[Bar, ...]) -> str:
    if bar.number == 1:
        return ""
    before = bars[bar.number - 2]
    same = (before.num, before.den) == (bar.num, bar.den)
    return "" if same else f"[M:{bar.num}/{bar.den}]"


def _bar_text(
    pieces: list[Piece],
    *,
    bar: Bar,
    marks: tuple[ChordMark, ...],
    chords: Sequence[tuple[int, Chord]],
    signature: Signature,
    dynamic: str,
) -> str:
    places = [units(mark.beat) for mark in marks]
    # A chord change inside a note is shown by a tie, unless that would need a triplet.
    straight = [place for place in places if place % 3 == 0]
    parts = [part for piece in pieces for part in cut(piece, straight)]
    start = units(bar.start_beat)
    parts = [small for part in parts for small in at_beats(part, bar_start=start)]
    waiting = list(zip(places, [_chord_text(mark.chord) for mark in marks], strict=True))
    altered: set[str] = set()
    words = []
    for group in triplets(parts):
        triplet = not group[0].straight
        written = [head for piece in group for head in heads(piece, triplet=triplet)]
        word = _opening(written) if triplet else ""
        for piece, value in written:
            while waiting and waiting[0][0] <= piece.start:
                word += waiting.pop(0)[1]
            if dynamic and piece.first and piece.pitch is not None:
                word += f"!{dynamic}!"
                dynamic = ""
            word += _sound(piece, chords=chords, signature=signature, altered=altered)
            word += _length(Fraction(value, 16 if triplet else 8)) + "-" * piece.tied
        words.append(word)
    return " ".join(words)


def _opening(written: list[tuple[Piece, int]]) -> str:
    """Begin a triplet: the short form for three equal notes, else with their number."""
    equal = len({value for _, value in written}) == 1
    return "(3" if equal and len(written) == 3 else f"(3:2:{len(written)}"


def _chord_text(chord: Chord) -> str:
    return '"^N.C."' if chord.silent else f'"{chord.symbol}"'


def _sound(
    piece: Piece,
    *,
    chords: Sequence[tuple[int, Chord]],
    signature: Signature,
    altered: set[str],
) -> str:
    if piece.pitch is None:
        return "z"
    index = bisect_right(chords, piece.start, key=lambda place: place[0]) - 1
    chord = chords[index][1] if index >= 0 else None
    letter, alteration, octave = spell(piece.pitch, signature.sharps, chord)
    sign = ""
    if letter in altered or alteration != signature.alteration(letter):
        sign = _SIGNS[alteration]
        altered.add(letter)
    if octave >= 5:
        return sign + letter.lower() + "'" * (octave - 5)
    return sign + letter + "," * (4 - octave)


def _length(value: Fraction) -> str:
    top = "" if value.numerator == 1 else str(value.numerator)
    return top if value.denominator == 1 else f"{top}/{value.denominator}"
