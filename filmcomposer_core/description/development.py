"""How a clip goes on: who comes and leaves, how near and fast it gets, where the mood turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from filmcomposer_core.contracts.clip import Analysis, Shot
from filmcomposer_core.contracts.description import EmotionPoint, ShotDescription
from filmcomposer_core.contracts.labels import VIEW_SCALES
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.evidence import main_reason
from filmcomposer_core.description.tell_shot import people_word, speed_level

#: Most turns of the mood that are told, and how long a mood lasts at least, seconds.
MOST_TURNS, LEAST_MOOD_S = 6, 2.0
#: Steps of view scale, and of the scale of speeds, that are told.
NEARER, FASTER = 0.7, 0.6


def development(
    analysis: Analysis,
    *,
    shots: Sequence[ShotDescription],
    points: Sequence[EmotionPoint],
    reasons: Sequence[Evidence],
) -> list[str]:
    """Return a few sentences on how the clip goes on; none for what stays as it is.

    Parameters
    ----------
    analysis : Analysis
    shots : sequence of ShotDescription
        The same shots.
    points : sequence of EmotionPoint
        The mood over time.
    reasons : sequence of Evidence
    """
    sentences = [
        _people(analysis, shots),
        _trend(
            _views(analysis, shots), NEARER, "The view comes nearer", "The view goes farther off"
        ),
        _trend(_speeds(analysis, shots), FASTER, "It gets faster", "It gets slower"),
        _moods(points, reasons),
    ]
    return [sentence for sentence in sentences if sentence]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A value that holds for a while."""

    start_s: float
    end_s: float
    value: float


def _people(analysis: Analysis, shots: Sequence[ShotDescription]) -> str:
    """Tell when people come first and when the last of them are gone."""
    known = [(m, s) for m, s in _pictures(analysis, shots) if s.people >= 0]
    peopled = [(m, s) for m, s in known if s.people > 0]
    if not known:
        return ""
    if not peopled:
        return "Nobody is seen."
    first, last = peopled[0][0], peopled[-1][0]
    most = people_word(max(s.people for _, s in peopled))
    come = f"from {first.start_s:.1f} s on" if first is not known[0][0] else "from the start"
    gone = f", and nobody after {last.end_s:.1f} s" if last is not known[-1][0] else ""
    return f"People are seen {come}, up to {most} at once{gone}."


def _views(analysis: Analysis, shots: Sequence[ShotDescription]) -> list[_Piece]:
    """Return how near each shot is: 0 long to 4 extreme close-up."""
    return [
        _Piece(start_s=m.start_s, end_s=m.end_s, value=VIEW_SCALES.index(view))
        for m, s in _pictures(analysis, shots)
        if (view := s.attributes.view_scale.value) in VIEW_SCALES[:5]
    ]


def _speeds(analysis: Analysis, shots: Sequence[ShotDescription]) -> list[_Piece]:
    return [
        _Piece(start_s=m.start_s, end_s=m.end_s, value=speed_level(m.speed))
        for m, _ in _pictures(analysis, shots)
    ]


def _pictures(
    analysis: Analysis, shots: Sequence[ShotDescription]
) -> list[tuple[Shot, ShotDescription]]:
    """Return the shots that show a picture, text cards left out."""
    return [(m, s) for m, s in zip(analysis.shots, shots, strict=True) if not s.card]


def _trend(pieces: Sequence[_Piece], step: float, up: str, down: str) -> str:
    """Compare the last half of the pieces with the first, and say where they part."""
    if len(pieces) < 2:
        return ""
    middle_s = (pieces[0].start_s + pieces[-1].end_s) / 2
    second = next((p for p in pieces if p.start_s >= middle_s), pieces[-1])
    before = _mean([p for p in pieces if p.start_s < second.start_s])
    after = _mean([p for p in pieces if p.start_s >= second.start_s])
    if abs(after - before) < step:
        return ""
    return f"{up if after > before else down} from {second.start_s:.1f} s on."


def _mean(pieces: Sequence[_Piece]) -> float:
    length = sum(p.end_s - p.start_s for p in pieces)
    if length <= 0:
        return sum(p.value for p in pieces) / max(1, len(pieces))
    return sum(p.value * (p.end_s - p.start_s) for p in pieces) / length


def _moods(points: Sequence[EmotionPoint], reasons: Sequence[Evidence]) -> str:
    """Tell the mood of the beginning and its turns, each with the reason that weighs most."""
    turns = mood_turns(points)
    if not turns:
        return ""
    words = [_turn(word, start_s, end_s, reasons) for start_s, end_s, word in turns[:MOST_TURNS]]
    sentence = f"It begins {words[0]}"
    if len(words) > 1:
        sentence += ", then turns " + ", then ".join(
            f"{text} at {turn[0]:.1f} s" for text, turn in zip(words[1:], turns[1:], strict=False)
        )
    more = len(turns) - len(words)
    rest = "one more turn follows" if more == 1 else f"{more} more turns follow"
    return sentence + (f"; {rest}." if more else ".")


def _turn(word: str, start_s: float, end_s: float, reasons: Sequence[Evidence]) -> str:
    reason = main_reason(reasons, word, start_s, end_s)
    return f"{word} ({reason})" if reason else word


def mood_turns(points: Sequence[EmotionPoint]) -> list[tuple[float, float, str]]:
    """Return the moods in turn as (start in s, end in s, word), short ones left out.

    Parameters
    ----------
    points : sequence of EmotionPoint
        In order of time.
    """
    runs: list[tuple[float, float, str]] = []
    for point, after in pairwise((*points, *points[-1:])):
        start_s = runs.pop()[0] if runs and runs[-1][2] == point.emotion else point.time_s
        runs.append((start_s, after.time_s, point.emotion))
    turns: list[tuple[float, float, str]] = []
    for start_s, end_s, word in runs:
        if end_s - start_s >= LEAST_MOOD_S:
            first_s = turns.pop()[0] if turns and turns[-1][2] == word else start_s
            turns.append((first_s, end_s, word))
    return turns
