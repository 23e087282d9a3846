"""The MIDI of a part for an instrument of the user's: keyswitches, channels, no General MIDI.

Works on the lines of a track as they are laid, so that notes and controllers stay what they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from filmcomposer_core.contracts.daw_plan import MidiItemOp
from filmcomposer_core.contracts.sounds import Articulation, OwnSound

_OFF, _ON, _CONTROL, _PROGRAM = 0x80, 0x90, 0xB0, 0xC0
_BANKS = (0, 32)
#: A keyswitch comes so many ticks before its note where there is room, and is held so long.
_AHEAD, _HELD = 60, 30
_KEY_VELOCITY = 100
#: (tick, order within the tick, order among equals, words after the delta).
_Event = tuple[int, int, int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedTrack:
    """A track's text with the calls of articulations in it.

    ``keys`` are the keyswitches; ``folded`` says that channels do not tell techniques any more;
    ``said`` are sentences about articulations that cannot be called.
    """

    text: str
    keys: tuple[int, ...]
    folded: bool
    said: tuple[str, ...]


def keyed_track(text: str, item: MidiItemOp, own: OwnSound) -> KeyedTrack:
    """Return a part's track as an instrument of the user's wants it.

    Parameters
    ----------
    text : str
        The ``TRACK`` block, lines without indent.
    item : MidiItemOp
        What the part plays: which channel is which technique.
    own : OwnSound
        Channel and articulations.

    Returns
    -------
    KeyedTrack
        Banks and programs of General MIDI are gone. A technique is called up before its first note
        and wherever it changes on its channel; one without an entry is called like the part's
        usual one.
    """
    music = {note.pitch for note in item.notes}
    calls = {t: a for t, a in own.articulations.items() if a.key not in music}
    said = tuple(
        f"{item.name}: the key of '{technique}' in sounds.toml is a note of the part, so it is not "
        "sent."
        for technique in own.articulations
        if technique not in calls
    )
    usual = item.sounds[0].technique if item.sounds else ""
    technique_on = {sound.channel: sound.technique for sound in item.sounds}
    score = _Score(own, calls, calls.get(usual), technique_on)
    lines: list[str] = []
    rest = text.split("\n")
    while rest:
        line = rest.pop(0)
        lines.append(line)
        if line.startswith("<SOURCE MIDI"):
            end = rest.index(">")
            lines += score.rewritten(rest[:end])
            rest = rest[end:]
    keys = sorted({call.key for call in calls.values() if call.key >= 0})
    folded = any(score.channel(channel) != channel for channel in technique_on)
    return KeyedTrack(text="\n".join(lines), keys=tuple(keys), folded=folded, said=said)


class _Score:
    """How techniques are called up, and on which channels they play."""

    def __init__(
        self,
        own: OwnSound,
        calls: Mapping[str, Articulation],
        usual: Articulation | None,
        technique_on: Mapping[int, str],
    ) -> None:
        self._own, self._calls, self._technique_on = own, calls, technique_on
        self._usual = usual or next(iter(calls.values()), None)

    def call(self, channel: int) -> Articulation | None:
        """Return how the technique of a channel is called up."""
        return self._calls.get(self._technique_on.get(channel, ""), self._usual)

    def channel(self, channel: int) -> int:
        """Return the channel, from 0, that the notes of a channel are sent on."""
        call = self.call(channel)
        chosen = (call.channel if call else 0) or self._own.channel
        return chosen - 1 if chosen else channel

    def rewritten(self, source: Sequence[str]) -> list[str]:
        """Return the lines of a MIDI source, without its brackets."""
        events, first, last = _events(source)
        made = sorted([*self._moved(events), *self._called(events)])
        body, before = [], 0
        for tick, _, _, words in made:
            body.append(f"E {tick - before} {words}")
            before = tick
        end = max([before, *(tick for tick, *_ in events)])
        body.append(f"E {end - before} {events[-1][1]}" if events else "")
        return [*source[:first], *filter(None, body), *source[last:]]

    def _moved(self, events: Sequence[tuple[int, str]]) -> Iterator[_Event]:
        """Yield notes and controllers on their new channels, each once."""
        met: set[tuple[int, str]] = set()
        for number, (tick, words) in enumerate(events[:-1]):
            status, data = int(words[:2], 16), words.split()
            kind, channel = status & 0xF0, status & 0x0F
            bank = kind == _CONTROL and int(data[1], 16) in _BANKS
            if tick == 0 and (bank or kind == _PROGRAM):
                continue
            moved = f"{kind + self.channel(channel):02x}{words[2:]}"
            if (tick, moved) in met:  # of layers, and of channels that are one now
                continue
            met.add((tick, moved))
            order = {_OFF: 0, _ON: 3}.get(kind, 1)
            # Notes of one tick stand by technique, each after its call.
            place = channel * len(events) + number if kind == _ON else number
            yield tick, order, place, moved

    def _called(self, events: Sequence[tuple[int, str]]) -> Iterator[_Event]:
        """Yield the calls: before the first note of a technique, and where it changes."""
        now: dict[int, Articulation] = {}
        since: dict[int, int] = {}
        count = len(events)
        ons = [
            (tick, int(words[1], 16), number)
            for number, (tick, words) in enumerate(events)
            if words[0] == "9"
        ]
        for tick, channel, _ in sorted(ons):
            target, call = self.channel(channel), self.call(channel)
            if call is not None and now.get(target) != call:
                now[target] = call
                at = max(since.get(target, 0), tick - _AHEAD, 0)
                order, place = (3, channel * count - 1) if at == tick else (4, 0)
                for words in _calls(call, target):
                    yield at, order, place, words
                if call.key >= 0:
                    yield at + _HELD, 0, -1, f"{_OFF + target:02x} {call.key:02x} 00"
            since[target] = tick


def _calls(call: Articulation, channel: int) -> Iterator[str]:
    if call.controller >= 0:
        yield f"{_CONTROL + channel:02x} {call.controller:02x} {call.value:02x}"
    if call.program >= 0:
        yield f"{_PROGRAM + channel:02x} {call.program:02x} 00"
    if call.key >= 0:
        yield f"{_ON + channel:02x} {call.key:02x} {_KEY_VELOCITY:02x}"


def _events(source: Sequence[str]) -> tuple[list[tuple[int, str]], int, int]:
    """Return the events of a source with their ticks, and where their lines begin and end."""
    places = [i for i, line in enumerate(source) if line.startswith("E ")]
    if not places:
        return [], len(source), len(source)
    return list(_timed(source[i] for i in places)), places[0], places[-1] + 1


def _timed(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    tick = 0
    for line in lines:
        _, delta, words = line.split(" ", 2)
        tick += int(delta)
        yield tick, words
