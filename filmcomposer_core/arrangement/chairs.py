"""One chair for every instrument: all that it plays, in whatever role and technique."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from filmcomposer_core.arrangement.desks import technique_for
from filmcomposer_core.arrangement.gestures import SOFT
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.guard import breathe, pitch_in_range
from filmcomposer_core.arrangement.orchestra import Orchestra, Track
from filmcomposer_core.catalogue import Instrument, instrument
from filmcomposer_core.contracts.labels import ROLES
from filmcomposer_core.contracts.score import Note

#: Who yields where a chair cannot play everything: the higher rank. 0 is the theme, 1 a hit.
HIT_RANK = 1
RANKS = {
    "counter": 2, "bass": 3, "percussion": 3, "melody": 4, "motion": 5, "colour": 5, "pad": 6,
    "drone": 6,
}  # fmt: skip
#: How another player takes over a tone of a role.
STYLES = {"pad": "hold", "drone": "hold", "bass": "bass", "motion": "flowing", "colour": "flowing"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A tone with what it does and how; ``note`` is the theme's own note where it is one."""

    tone: Tone
    role: str
    technique: str
    rank: int
    note: Note | None = None


@dataclass(slots=True)
class Chair:
    """One instrument in the making; ``entries`` in order of time once it is settled."""

    instrument: str
    entries: list[Entry] = field(default_factory=list)
    blocks: set[int] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)
    longest: float = 0.0

    @property
    def player(self) -> Instrument:
        """The instrument's row of the catalogue."""
        return instrument(self.instrument)

    @property
    def theme(self) -> bool:
        """Whether it carries the theme anywhere."""
        return any(entry.rank == 0 for entry in self.entries)

    @property
    def roles(self) -> set[str]:
        """Everything it does."""
        return {entry.role for entry in self.entries}

    @property
    def onsets(self) -> int:
        """How many times it begins to sound."""
        return len({round(entry.tone.beat, 4) for entry in self.entries})

    def sort(self) -> None:
        """Bring the entries into order of time."""
        self.entries.sort(key=_by_time)
        self.longest = max((entry.tone.length for entry in self.entries), default=0.0)

    def insert(self, entry: Entry) -> None:
        """Add an entry to a settled chair."""
        bisect.insort(self.entries, entry, key=_by_time)
        self.longest = max(self.longest, entry.tone.length)

    def around(self, start: float, end: float) -> list[Entry]:
        """Return the entries of a settled chair that sound somewhere in a stretch of beats."""
        low = bisect.bisect_left(self.entries, start - self.longest, key=_beat)
        high = bisect.bisect_left(self.entries, end, key=_beat)
        return [entry for entry in self.entries[low:high] if entry.tone.end > start]


Chairs = dict[str, Chair]


def _by_time(entry: Entry) -> tuple[float, int, int]:
    return entry.tone.beat, entry.rank, entry.tone.pitch


def _beat(entry: Entry) -> float:
    return entry.tone.beat


def seat_chairs(ground: Ground, orchestra: Orchestra) -> Chairs:
    """Bring the tracks of one instrument to one chair, with breaths taken.

    Theme notes beyond an instrument's range, where no better player was allowed, move by octaves.
    """
    chairs: Chairs = {}
    for track in sorted(orchestra.values(), key=_score_order):
        entries = [*_theme(track), *_own(ground, track)]
        if not entries:
            continue
        chair = chairs.setdefault(track.instrument, Chair(track.instrument))
        chair.entries += entries
        chair.blocks |= track.blocks
        chair.reasons += [reason for reason in track.reasons if reason not in chair.reasons]
    return chairs


def _score_order(track: Track) -> tuple[int, int, int, str, str]:
    leads = 0 if track.theme else 1
    high = instrument(track.instrument).high
    return ROLES.index(track.role), leads, -high, track.instrument, track.technique


def _theme(track: Track) -> Iterable[Entry]:
    player = instrument(track.instrument)
    for note in track.theme:
        pitch = pitch_in_range(note.pitch, player)
        kept = note if pitch == note.pitch else replace(note, pitch=pitch)
        tone = Tone(kept.beat, kept.length, kept.pitch)
        yield Entry(tone, "melody", track.technique, 0, kept)


def _own(ground: Ground, track: Track) -> Iterable[Entry]:
    for tone in breathe(ground, track):
        yield Entry(tone, track.role, track.technique, rank_of(track.role, tone))


def rank_of(role: str, tone: Tone) -> int:
    """Return how important a tone beside the theme is, 1 first: what meets a hit does."""
    return HIT_RANK if tone.accent >= SOFT else RANKS[role]


def taken_over(entry: Entry, player: Instrument) -> Entry:
    """Return an entry as another player plays it: his range, his technique."""
    style = "accent" if entry.rank == HIT_RANK else STYLES.get(entry.role, "lyric")
    name = technique_for(player, style, asked=entry.technique)
    key = player.technique(name).key
    pitch = pitch_in_range(entry.tone.pitch, player) if key is None else key
    return replace(entry, tone=replace(entry.tone, pitch=pitch), technique=name)


def room_s(player: Instrument) -> float:
    """Return how far apart in seconds a player's onsets have to be."""
    return 0.999 / player.agility


def fits(ground: Ground, chair: Chair, tone: Tone) -> bool:
    """Whether a settled chair can play a tone beside what it plays: range, speed and hands."""
    player = chair.player
    if player.pitched and not player.low <= tone.pitch <= player.high:
        return False
    time_s = ground.timeline.time_at(tone.beat)
    margin = ground.timeline.beat_at(time_s + room_s(player)) - tone.beat
    near = chair.around(tone.beat - 2.0 * margin, tone.beat + 2.0 * margin)
    for entry in near:
        apart = abs(entry.tone.beat - tone.beat)
        if apart > SAME_BEAT:
            away_s = abs(ground.timeline.time_at(entry.tone.beat) - time_s)
            if away_s < room_s(player):
                return False
    beside = chair.around(tone.beat + SAME_BEAT, tone.end - SAME_BEAT)
    if any(entry.tone.pitch == tone.pitch for entry in beside):
        return False
    return _most_together(beside, tone) < player.polyphony


def _most_together(beside: Sequence[Entry], tone: Tone) -> int:
    starts = [tone.beat, *(entry.tone.beat for entry in beside if entry.tone.beat > tone.beat)]
    return max(
        sum(e.tone.beat <= s + SAME_BEAT and e.tone.end > s + SAME_BEAT for e in beside)
        for s in starts
    )
