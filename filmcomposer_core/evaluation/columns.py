"""The columns of the music benchmark: name, unit, better direction and target of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from filmcomposer_core.assessment.subject import DISSONANT_IDIOMS

#: Idioms whose theme is sung, and the set of real tunes that its statistics are held against. The
#: other idioms have bands of their own (``bands.toml``).
SUNG: Final = {
    "love": "slow",
    "grief": "slow",
    "pastoral": "slow",
    "wonder": "slow",
    "title": "slow",
    "travel": "tunes",
    "triumph": "tunes",
    "march": "tunes",
}

Better = Literal["high", "low", "real", ""]
#: What of the cues is judged: their median, the worst of them, or all hits together.
Judged = Literal["median", "worst", "pooled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A measure.

    ``unit`` is ``%`` for shares of 1. ``better`` says which direction is better; ``real`` = like
    real music. ``real`` names the set of real music that has the column. ``least`` and ``most``
    are targets; a column that is better ``real`` is to lie inside the middle 80 % of real music
    of its length.
    ``freed`` are idioms that mean what the column counts as a fault. ``weight`` names the column
    that a pooled mean is weighted by.
    """

    name: str
    title: str
    unit: str = ""
    better: Better = ""
    real: str = ""
    least: float | None = None
    most: float | None = None
    judged: Judged = "median"
    weight: str = ""
    freed: frozenset[str] = frozenset()


def _tune(name: str, title: str, unit: str = "%", better: Better = "real") -> Column:
    return Column(name=name, title=title, unit=unit, better=better, real="tunes")


def _fault(
    name: str, title: str, unit: str, real: str = "", freed: frozenset[str] = frozenset()
) -> Column:
    return Column(
        name=name,
        title=title,
        unit=unit,
        better="low",
        real=real,
        most=0.0,
        judged="worst",
        freed=freed,
    )


PICTURE: Final = (
    Column(name="hits", title="strong hits", unit="n"),
    Column(
        name="strong_hits",
        title="strong hits on notes, ±1 frame",
        unit="%",
        better="high",
        least=0.98,
        judged="pooled",
        weight="hits",
    ),
    Column(name="onset_chance", title="  any onset by chance", unit="%", better="low"),
    Column(name="onset_lift", title="  any onset over chance", unit="x", better="high"),
    Column(name="onsets_per_s", title="  onsets a second"),
    Column(name="accent_rate", title="strong hits on accents", unit="%", better="high"),
    Column(
        name="accent_lift",
        title="  accents over chance (lift)",
        unit="x",
        better="high",
        least=2.5,
        judged="pooled",
    ),
    Column(name="density_motion", title="density with motion (rank)", unit="r", better="high"),
    Column(
        name="loudness_motion",
        title="loudness with motion (rank)",
        unit="r",
        better="high",
        least=0.4,
    ),
    Column(name="silence", title="silence", unit="%"),
    _fault("ending_faults", "notes past the end", "n"),
    Column(name="end_gap", title="last note to the end", unit="s"),
)
LINE: Final = (
    Column(name="line_notes", title="theme: notes", unit="n", real="tunes"),
    _tune("line_clarity", "theme: key clarity", "r"),
    _tune("line_scale", "theme: notes in best scale"),
    _tune("line_entropy", "theme: pitch-class entropy", "bits"),
    _tune("repeated", "theme: repeated notes"),
    _tune("step", "theme: steps"),
    _tune("third", "theme: thirds"),
    _tune("leap", "theme: leaps"),
    _tune("mean_move", "theme: mean move", "st"),
    _tune("profile_distance", "theme: profile from real", "", "low"),
    _tune("leap_recovery", "theme: leap back by step"),
    _tune("range_4_bars", "theme: range of 4 bars", "st"),
    _tune("motif_recurrence", "theme: motif recurrence"),
    _tune("rhythm_reuse", "theme: bar rhythm again"),
    _tune("line_loops", "theme: identical bars"),
    Column(name="phrase_bars", title="theme: phrase, bars", real="tunes"),
    Column(name="phrases_square", title="theme: phrases of 2, 4, 8", unit="%", real="tunes"),
    Column(name="planned_square", title="  as composed", unit="%", better="high"),
)
VOICES: Final = (
    Column(name="clarity", title="all: key clarity", unit="r", better="high", real="chorales"),
    Column(name="scale", title="all: notes in best scale", unit="%", real="chorales"),
    Column(name="entropy", title="all: pitch-class entropy", unit="bits", real="chorales"),
    Column(name="chords", title="chords heard in 16 changes", better="high", real="chorales"),
    Column(name="chord_beats", title="beats a chord is held", real="chorales"),
    Column(name="planned_chords", title="chords planned in 16 places", better="high"),
    _fault("parallels", "outer parallels, of moves", "%", "chorales"),
    _fault("clashes", "semitone clash, strong beats", "%", "chorales", DISSONANT_IDIOMS),
    _fault("range_faults", "notes out of range", "n"),
    _fault("strained", "too fast, thick, no breath", "%"),
    Column(name="uncomfortable", title="outside comfort", unit="%", better="low"),
    Column(
        name="overlap", title="roles in one third-octave", unit="%", better="low", real="chorales"
    ),
    Column(name="loops", title="all: identical bars", unit="%", better="low", real="chorales"),
)
SOUND: Final = (
    Column(name="mix_hits", title="mix: strong hits on onsets", unit="%", better="high"),
    Column(name="mix_lift", title="mix: accents over chance", unit="x", better="high"),
    Column(name="mix_loudness_motion", title="mix: loudness with motion", unit="r", better="high"),
    Column(name="mix_silence", title="mix: silence", unit="%"),
)
ACROSS: Final = (
    Column(
        name="diversity", title="chroma diversity, clips (Eq. 7)", better="high", real="chorales"
    ),
    Column(name="diversity_seeds", title="chroma diversity, seeds of a clip", better="high"),
    Column(name="theme_distance", title="theme distance, clips", better="high", real="tunes"),
    Column(name="theme_nearest", title="  to the nearest other clip", better="high", real="tunes"),
    Column(
        name="theme_seeds", title="theme distance, seeds of a clip", better="high", real="tunes"
    ),
    Column(name="mix_diversity", title="mix: chroma diversity, clips", better="high"),
)
#: Every column of a cue, in the order of the table.
COLUMNS: Final = (*PICTURE, *LINE, *VOICES, *SOUND)
