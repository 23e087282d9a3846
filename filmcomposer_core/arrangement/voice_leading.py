"""Lead four voices through all chords of the cue at once (Viterbi over voicings)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Span
from filmcomposer_core.arrangement.voicings import PAIRS, Costs, Grid, Voicings, voicings

#: Semitones kept free between the theme and the nearest voice of the pad.
FREE = 5
#: What it costs if the pad is the lowest part and stands on its root, or on another tone, where
#: the plan wants the bass: soft endings would hang on a six-four chord.
ON_ROOT, ON_OTHER = 12.0, 40.0
#: Roles that sound below the pad.
BELOW = frozenset({"bass", "drone"})
Voices = tuple[int, int, int, int]
#: Adds to the cost of every voicing of a chord, by the chord's place in the ground.
Lean = Callable[[int, Voicings], Costs]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sung:
    """What the theme does over a chord: its first pitch (-1 = rest) and its range.

    ``floating`` says that nobody plays below the pad there.
    """

    first: int
    low: int
    high: int
    floating: bool = False


def lead_voices(
    ground: Ground, *, planing: bool = False, lean: Lean | None = None
) -> tuple[Voices, ...]:
    """Return bass, tenor, alto and top for every chord of the ground.

    Parameters
    ----------
    planing : bool
        Whether parallel inner voices are part of the style (dream).
    lean : callable, optional
        What else counts in the choice of voicings, e.g. what other parts hold.

    Returns
    -------
    tuple of (int, int, int, int)
        MIDI pitches, one tuple per span.

    Notes
    -----
    One exact pass over the whole cue, linear in its length; a silence starts afresh. No parallel
    fifths or octaves between the outer voices can win, since each costs more than any leap.
    """
    found: list[Voices] = []
    start = 0
    for i, span in enumerate(ground.spans):
        last = i == len(ground.spans) - 1
        if last or ground.spans[i + 1].beat > span.end + SAME_BEAT:
            found += _lead_run(ground, start, i + 1, planing, lean)
            start = i + 1
    return tuple(found)


def _lead_run(
    ground: Ground, start: int, stop: int, planing: bool, lean: Lean | None
) -> list[Voices]:
    spans = ground.spans[start:stop]
    sung = [_sung(ground, span) for span in spans]
    sets = [_voicings_of(ground, start + i, span) for i, span in enumerate(spans)]
    edges: dict[tuple[int, int, bool], Costs] = {}

    def own_cost(i: int) -> Costs:
        cost = sets[i].costs + _place_cost(sets[i], spans[i], sung[i])
        return cost if lean is None else cost + lean(start + i, sets[i])

    total = own_cost(0)
    back: list[Grid] = []
    for i in range(1, len(spans)):
        floating = sung[i - 1].floating and sung[i].floating
        key = (id(sets[i - 1]), id(sets[i]), floating)
        if key not in edges:
            edges[key] = edge_cost(sets[i - 1], sets[i], planing=planing, floating=floating)
        cost = total[:, None] + edges[key] + _theme_cost(sets[i - 1], sets[i], sung[i - 1], sung[i])
        best = cost.argmin(axis=0)
        back.append(best)
        total = cost[best, np.arange(len(best))] + own_cost(i)
    return _trace(sets, back, int(total.argmin()))


def _trace(sets: Sequence[Voicings], back: Sequence[Grid], last: int) -> list[Voices]:
    path = [last]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    path.reverse()
    found: list[Voices] = []
    for item, state in zip(sets, path, strict=True):
        bass, tenor, alto, top = (int(p) for p in item.pitches[state])
        found.append((bass, tenor, alto, top))
    return found


def _voicings_of(ground: Ground, index: int, span: Span) -> Voicings:
    """Let a chord inside a phrase stand on its third; first, last and cadence chords may not."""
    last = index + 1 == len(ground.spans) or ground.spans[index + 1].tonic != span.tonic
    home = (span.chord.root - span.tonic) % 12 in (0, 7)
    first = index == 0 or (ground.spans[index - 1].bar != span.bar and home)
    return voicings(span.chord, span.tonic, inversions=not (last or first))


def _sung(ground: Ground, span: Span) -> Sung:
    notes = ground.theme_over(span.beat, span.end)
    section = ground.bars[span.bar - 1].section
    floating = section is not None and not BELOW & set(section.roles)
    if not notes:
        return Sung(first=-1, low=-1, high=-1, floating=floating)
    begins = notes[0].beat <= span.beat + SAME_BEAT
    pitches = [note.pitch for note in notes]
    first = pitches[0] if begins else -1
    return Sung(first=first, low=min(pitches), high=max(pitches), floating=floating)


def _place_cost(item: Voicings, span: Span, sung: Sung) -> Costs:
    upper = item.pitches[:, 1:]
    target = 57.0 + 4.0 * span.tension
    cost = 0.15 * np.abs(upper - target).sum(axis=1)
    if sung.low >= 0:
        inside = np.minimum(upper - (sung.low - FREE), (sung.high + FREE) - upper)
        cost += 1.5 * np.maximum(inside, 0).sum(axis=1)
    if sung.floating:
        lowest = item.pitches[:, 1] % 12
        other = np.where(lowest == span.chord.root, ON_ROOT, ON_OTHER)
        cost += np.where(lowest == span.chord.bass, 0.0, other)
    return np.asarray(cost, dtype=np.float64)


def _theme_cost(a: Voicings, b: Voicings, before: Sung, now: Sung) -> Costs | float:
    """Charge fifths and octaves that the theme makes in parallel with bass or top."""
    if before.first < 0 or now.first < 0 or before.first == now.first:
        return 0.0
    up = np.sign(now.first - before.first)
    cost = np.zeros((len(a.costs), len(b.costs)))
    for voice, charge in ((0, 60.0), (3, 15.0)):
        old, new = a.pitches[:, voice][:, None], b.pitches[:, voice][None, :]
        kind = (before.first - old) % 12
        same = (kind == (now.first - new) % 12) & ((kind == 0) | (kind == 7))
        cost += charge * (same & (np.sign(new - old) == up))
    return cost


def edge_cost(a: Voicings, b: Voicings, *, planing: bool = False, floating: bool = False) -> Costs:
    """Return the cost of every step between two chords.

    Parameters
    ----------
    planing : bool
        Whether inner voices may move in parallel.
    floating : bool
        Whether the tenor is the lowest that sounds, and may go with a bass that does not.

    Returns
    -------
    ndarray, shape (voicings of a, voicings of b)
    """
    old, new = a.pitches[:, None, :], b.pitches[None, :, :]
    move = new - old
    cost = _parallels(old, new, move, planing, floating) + _motion(old, new, move)
    return cost + _resolutions(a, b, old, new)


def _parallels(old: Grid, new: Grid, move: Grid, planing: bool, floating: bool) -> Costs:
    cost = np.zeros(move.shape[:2])
    for low, high in PAIRS:
        if floating and (low, high) == (0, 1):
            continue
        outer = (low, high) == (0, 3)
        before = (old[..., high] - old[..., low]) % 12
        after = (new[..., high] - new[..., low]) % 12
        perfect = (after == 0) | (after == 7)
        same_way = move[..., low] * move[..., high]
        parallel = (before == after) & perfect
        charge = 100.0 if outer else (0.0 if planing else 40.0)
        cost += charge * (parallel & (same_way > 0)) + 15.0 * (parallel & (same_way < 0))
        if outer:
            hidden = perfect & ~parallel & (same_way > 0)
            cost += hidden * np.where(np.abs(move[..., high]) > 2, 20.0, 2.0)
    return cost


def _motion(old: Grid, new: Grid, move: Grid) -> Costs:
    size = np.abs(move)
    upper = size[..., 1:]
    cost = (0.5 * upper - 1.5 * (upper == 0)).sum(axis=-1)
    cost += (3.0 * (upper > 4) + 5.0 * (upper > 7) + 32.0 * (upper > 12)).sum(axis=-1)
    bass = size[..., 0]
    cost += np.where(bass == 12, 2.0, 6.0 * ((bass == 6) | (bass > 7)))
    together = (np.sign(move) == np.sign(move[..., :1])).all(axis=-1) & (bass > 0)
    cost += 6.0 * together
    outer = move[..., 0] * move[..., 3]
    cost -= np.where(outer < 0, 1.0, 0.5 * (outer == 0))
    for voice in range(1, 3):
        cost += 6.0 * (new[..., voice] > old[..., voice + 1])
        cost += 6.0 * (new[..., voice + 1] < old[..., voice])
    return np.asarray(cost, dtype=np.float64)


def _resolutions(a: Voicings, b: Voicings, old: Grid, new: Grid) -> Costs:
    cost = np.zeros((len(a.costs), len(b.costs)))
    moved = new - old
    if a.leading >= 0 and (b.pitches % 12 == a.tonic).any() and b.leading < 0:
        for voice in range(1, 4):
            holds = old[..., voice] % 12 == a.leading
            cost += (20.0 if voice == 3 else 6.0) * (holds & (moved[..., voice] != 1))
    if a.seventh >= 0:
        for voice in range(1, 4):
            holds = old[..., voice] % 12 == a.seventh
            falls = (moved[..., voice] <= 0) & (moved[..., voice] >= -2)
            cost += 15.0 * (holds & ~falls)
    return cost
