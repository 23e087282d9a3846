"""What one player can play of all that came to the chair: the less important yields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from filmcomposer_core.arrangement.chairs import Chair, Chairs, Entry, fits, room_s, taken_over
from filmcomposer_core.arrangement.ground import SAME_BEAT, Ground, Tone
from filmcomposer_core.arrangement.personnel import TOGETHER

#: An onset this close to another that is in its way joins it.
JOIN_S = 0.1
SHORTEST = 0.1
#: How many onsets of a chair are tried for a tone that has to begin later.
LATER = 6


def settle_all(ground: Ground, chairs: Chairs) -> list[Entry]:
    """Settle every chair and find new places for what had to yield; return what found none."""
    loose = [(chair, entry) for chair in chairs.values() for entry in settle(ground, chair)]
    return [entry for chair, entry in loose if not rehome(ground, chairs, chair, entry)]


def settle(ground: Ground, chair: Chair) -> list[Entry]:
    """Keep of a chair what its player can play; return what has to go elsewhere.

    Of equal tones at one beat one stays. Onsets that come too soon after another join it or
    leave, the less important of the two. Where hands or players do not suffice, what began before
    ends; of tones that begin together the more important stay, then the outer ones. The theme is
    not touched.
    """
    groups = _grouped(chair.entries)
    kept, loose = _agile(ground, chair, groups)
    entries, thick = _hands(kept, chair.player.polyphony)
    chair.entries = entries
    chair.sort()
    return [*loose, *thick]


@dataclass(slots=True)
class _Group:
    """Entries that begin together."""

    time_s: float
    beat: float
    entries: list[Entry]

    @property
    def rank(self) -> int:
        return min(entry.rank for entry in self.entries)

    @property
    def joinable(self) -> bool:
        """Whether it is more than the theme alone."""
        return any(entry.rank for entry in self.entries)


def _grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    ordered = sorted(entries, key=lambda e: (round(e.tone.beat, 4), e.rank, e.tone.pitch))
    found = []
    for _, group in groupby(ordered, key=lambda e: round(e.tone.beat, 4)):
        single: dict[int, Entry] = {}
        for entry in group:
            single.setdefault(entry.tone.pitch, entry)
        found.append(list(single.values()))
    return found


def _agile(
    ground: Ground, chair: Chair, groups: Sequence[list[Entry]]
) -> tuple[list[_Group], list[Entry]]:
    room = room_s(chair.player)
    kept: list[_Group] = []
    loose: list[Entry] = []
    for entries in groups:
        beat = entries[0].tone.beat
        group = _Group(ground.timeline.time_at(beat), beat, entries)
        while kept and group.time_s - kept[-1].time_s < room and group.rank < kept[-1].rank:
            loose += _joined(ground, kept.pop(), group)
        close = bool(kept) and group.time_s - kept[-1].time_s < room
        if close and group.rank:
            loose += _joined(ground, group, kept[-1])
        else:
            kept.append(group)
    return kept, loose


def _joined(ground: Ground, leaving: _Group, staying: _Group) -> list[Entry]:
    """Move entries onto a near onset that is not the theme's alone; return those that cannot."""
    near = abs(leaving.time_s - staying.time_s) <= JOIN_S
    loose = []
    pitches = {entry.tone.pitch for entry in staying.entries}
    for entry in leaving.entries:
        length = entry.tone.end - staying.beat
        free = entry.tone.pitch not in pitches
        moves = entry.rank > 1 and _has_role(ground, entry, staying.beat)
        if near and staying.joinable and moves and length >= SHORTEST and free:
            staying.entries.append(_from(entry, staying.beat))
        else:
            loose.append(entry)
    return loose


def _has_role(ground: Ground, entry: Entry, beat: float) -> bool:
    """Whether the section at a beat has the role of an entry."""
    section = ground.bar_at(beat).section
    return section is not None and entry.role in section.roles


def _from(entry: Entry, beat: float) -> Entry:
    """Return an entry that begins at another beat and ends where it did."""
    tone = entry.tone
    return replace(entry, tone=Tone(beat, tone.end - beat, tone.pitch, tone.accent))


def _hands(groups: Sequence[_Group], hands: int) -> tuple[list[Entry], list[Entry]]:
    kept: list[Entry] = []
    loose: list[Entry] = []
    sounding: list[int] = []
    for group in groups:
        sounding = [i for i in sounding if kept[i].tone.end > group.beat + SAME_BEAT]
        new = _outer_first(group.entries)
        stay: list[Entry] = []
        for entry in new:
            same = [i for i in sounding if kept[i].tone.pitch == entry.tone.pitch]
            if same and kept[same[0]].rank == 0:
                loose.append(entry)
                continue
            others = [i for i in sounding if i not in same]
            yields = [i for i in others if kept[i].rank >= entry.rank and kept[i].rank]
            over = len(others) + len(stay) + 1 - hands
            if over > len(yields):
                loose.append(entry)
                continue
            ended = sorted(yields, key=lambda i: (-kept[i].rank, kept[i].tone.beat))
            for i in [*same, *ended[: max(0, over)]]:
                kept[i] = _until(kept[i], group.beat)
                sounding.remove(i)
            stay.append(entry)
        sounding += range(len(kept), len(kept) + len(stay))
        kept += stay
    return kept, loose


def _outer_first(entries: Sequence[Entry]) -> list[Entry]:
    """Order entries that begin together by rank, of one rank the top, the bottom, the rest."""
    found: list[Entry] = []
    ordered = sorted(entries, key=lambda e: (e.rank, e.tone.pitch))
    for _, group in groupby(ordered, key=lambda e: e.rank):
        same = list(group)
        found += [same[-1], *same[:-1]]
    return found


def _until(entry: Entry, beat: float) -> Entry:
    tone = entry.tone
    return replace(entry, tone=Tone(tone.beat, beat - tone.beat, tone.pitch, tone.accent))


def rehome(ground: Ground, chairs: Chairs, home: Chair, entry: Entry) -> bool:
    """Give a tone that had to yield to a relative with room, else let it begin later at home.

    Returns
    -------
    bool
        False where neither was possible.
    """
    for chair in relatives(chairs, home, entry):
        moved = taken_over(entry, chair.player)
        if moved.tone.pitch == entry.tone.pitch and fits(ground, chair, moved.tone):
            chair.insert(moved)
            return True
    if any(_same(entry, other) for other in home.around(entry.tone.beat, entry.tone.end)):
        return True
    return _later(ground, home, entry)


def relatives(chairs: Chairs, home: Chair, entry: Entry) -> list[Chair]:
    """Return the chairs that may take over a tone: of the same family, or busy with its role."""
    family, pitched = home.player.family, home.player.pitched
    found = []
    for chair in chairs.values():
        kin, does = chair.player.family == family, entry.role in chair.roles
        if chair.instrument in TOGETHER and home.instrument not in TOGETHER:
            continue
        if chair is not home and pitched and chair.player.pitched and (kin or does):
            found.append((not does, not kin, chair.instrument))
    return [chairs[name] for _, _, name in sorted(found)]


def _same(entry: Entry, other: Entry) -> bool:
    """Whether another entry already sounds where one was to begin, on its pitch."""
    close = abs(entry.tone.beat - other.tone.beat) < SAME_BEAT
    return close and entry.tone.pitch == other.tone.pitch


def _later(ground: Ground, home: Chair, entry: Entry) -> bool:
    """Let a tone begin with one of the next onsets of its chair that leaves it room."""
    if entry.rank <= 1:
        return False
    after = home.around(entry.tone.beat + SAME_BEAT, entry.tone.end - SHORTEST)
    beats = sorted({e.tone.beat for e in after if e.rank and e.tone.beat > entry.tone.beat})
    for beat in beats[:LATER]:
        shorter = _from(entry, beat)
        if _has_role(ground, entry, beat) and fits(ground, home, shorter.tone):
            home.insert(shorter)
            return True
    return False
