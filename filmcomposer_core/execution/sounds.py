"""Which channel plays which note: one for each technique of a part."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from filmcomposer_core.catalogue import DRUM_BANK, Instrument, Technique
from filmcomposer_core.contracts.daw_plan import PlayedNote, Sound
from filmcomposer_core.contracts.score import Controller, Note
from filmcomposer_core.execution.controllers import merge_controllers
from filmcomposer_core.execution.grid import Grid
from filmcomposer_core.execution.techniques import realise
from filmcomposer_core.execution.voice import Voice

#: General MIDI keeps this channel for drum kits.
DRUM_CHANNEL = 9
CHANNELS = 16

Played = tuple[tuple[Sound, ...], tuple[PlayedNote, ...], tuple[Controller, ...]]


def play_techniques(voice: Voice, *, player: Instrument, usual: Technique, grid: Grid) -> Played:
    """Play every note of a part by its own technique, each technique on its own channel.

    Parameters
    ----------
    voice : Voice
        Notes inside the range, and the part's controllers.
    player : Instrument
        Who plays; has every technique that the notes name.
    usual : Technique
        For notes that name no technique.
    grid : Grid
        Bars, seconds and scales.

    Returns
    -------
    tuple of (tuple of Sound, tuple of PlayedNote, tuple of Controller)
        The sounds of the techniques in use, the usual one first; the notes as they are sent in
        order of time; and one set of controllers for all channels.
    """
    groups = _by_technique(voice.notes, player=player, usual=usual)
    taken: list[Sound] = []
    played: list[tuple[float, int, int, PlayedNote]] = []
    parts: list[tuple[Technique, tuple[Note, ...], tuple[Controller, ...]]] = []
    for technique, notes in groups:
        own = Voice(notes=notes, controllers=voice.controllers)
        done = realise(own, instrument=player, technique=technique, grid=grid)
        sounds = sounds_of(technique, taken=taken)
        taken += [sound for sound in sounds if sound not in taken]
        parts.append((technique, notes, done.controllers))
        for note in done.notes:
            for sound in sounds:
                sent = _played(note, sound.channel)
                played.append((note.beat, note.pitch, len(played), sent))
    played.sort(key=lambda item: item[:3])
    controllers = merge_controllers(voice.controllers, parts)
    return tuple(taken), tuple(item[3] for item in played), controllers


def _by_technique(
    notes: Iterable[Note], *, player: Instrument, usual: Technique
) -> list[tuple[Technique, tuple[Note, ...]]]:
    """Group notes by technique, in the catalogue's order behind the usual one."""
    groups: dict[str, list[Note]] = {usual.name: []}
    for note in notes:
        groups.setdefault(note.technique or usual.name, []).append(note)
    order = [usual, *(item for item in player.techniques if item.name != usual.name)]
    found = [(item, tuple(groups[item.name])) for item in order if groups.get(item.name)]
    return found or [(usual, ())]


def sounds_of(technique: Technique, *, taken: Sequence[Sound] = ()) -> tuple[Sound, ...]:
    """Return the General MIDI sounds of a technique on channels that are not taken.

    Drum kits take channel 9, as General MIDI has it, and share it with techniques on other keys
    of the same kit; other sounds take the channels from 0.
    """
    programs = [(technique.bank, technique.program)]
    if technique.layer is not None:
        programs.append(technique.layer)
    made: list[Sound] = []
    for bank, program in programs:
        made.append(_sound(technique, bank, program, taken=[*taken, *made]))
    return tuple(made)


def _sound(technique: Technique, bank: int, program: int, *, taken: Sequence[Sound]) -> Sound:
    filters = (technique.lowpass_hz, technique.highpass_hz)
    for sound in taken:
        same_kit = bank == DRUM_BANK == sound.bank and program == sound.program
        if same_kit and filters == (sound.lowpass_hz, sound.highpass_hz):
            return sound
    used = {sound.channel for sound in taken}
    free = [n for n in range(CHANNELS) if n != DRUM_CHANNEL and n not in used]
    kit = bank == DRUM_BANK and DRUM_CHANNEL not in used
    return Sound(
        channel=DRUM_CHANNEL if kit else free[0],
        technique=technique.name,
        bank=bank,
        program=program,
        attack_ms=technique.attack_ms,
        lowpass_hz=technique.lowpass_hz,
        highpass_hz=technique.highpass_hz,
    )


def _played(note: Note, channel: int) -> PlayedNote:
    return PlayedNote(
        beat=note.beat,
        length=note.length,
        pitch=note.pitch,
        velocity=note.velocity,
        channel=channel,
    )
