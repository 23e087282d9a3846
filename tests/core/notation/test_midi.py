from __future__ import annotations

import io
from collections.abc import Sequence

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody, Note
from filmcomposer_core.errors import InputError
from filmcomposer_core.notation import melody_to_midi, midi_to_melody
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.notation import material


def written(melody: Melody) -> bytes:
    return melody_to_midi(melody, tempo_map=samples.tempo_plan().map, plan=samples.cue_plan())


def foreign(
    tracks: Sequence[Sequence[mido.Message]], *, kind: int = 1, per_beat: int = 480
) -> bytes:
    buffer = io.BytesIO()
    file = mido.MidiFile(
        type=kind, ticks_per_beat=per_beat, tracks=list(map(mido.MidiTrack, tracks))
    )
    file.save(file=buffer)
    return buffer.getvalue()


def held(*notes: tuple[int, int, int], channel: int = 0) -> list[mido.Message]:
    """Messages for notes of (start, end, pitch) in ticks."""
    events = []
    for start, end, pitch in notes:
        on = mido.Message("note_on", note=pitch, velocity=70, channel=channel)
        off = mido.Message("note_off", note=pitch, channel=channel)
        events += [(start, 1, on), (end, 0, off)]
    now = 0
    track = []
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - now))
        now = tick
    return track


def line(data: bytes) -> list[tuple[float, float, int]]:
    return material.sounding(midi_to_melody(data, where="melody.mid"))


@settings(max_examples=80, deadline=None)
@given(melody=material.melodies(per_beat=960) | material.melodies(per_beat=12), odd=st.booleans())
def test_every_note_comes_back_with_its_velocity(melody: Melody, odd: bool) -> None:
    tempo_map = material.changing_map() if odd else material.waltz_map()
    data = melody_to_midi(melody, tempo_map=tempo_map, plan=material.plan())
    assert midi_to_melody(data, where="melody.mid") == melody


@settings(max_examples=30, deadline=None)
@given(plan=material.plans())
def test_any_plan_can_be_written(plan: CuePlan) -> None:
    data = melody_to_midi(samples.melody(), tempo_map=material.changing_map(), plan=plan)
    file = mido.MidiFile(file=io.BytesIO(data))
    texts = [m.text for m in file.tracks[0] if m.type == "text"]
    assert texts[0] == plan.sections[0].chords.split()[0]


def test_the_same_theme_gives_the_same_bytes() -> None:
    assert written(samples.melody()) == written(samples.melody())


def test_a_ramp_keeps_the_maps_times() -> None:
    tempo_map = material.changing_map()
    notes = tuple(Note(beat=i * 0.75, length=0.5, pitch=60, velocity=80) for i in range(40))
    data = melody_to_midi(Melody(notes=notes), tempo_map=tempo_map, plan=material.plan())
    timeline = Timeline(tempo_map.points)
    now = 0.0
    starts = []
    for message in mido.MidiFile(file=io.BytesIO(data)):
        now += message.time
        if message.type == "note_on":
            starts.append(now)
    wanted = [timeline.time_at(note.beat) for note in notes]
    assert starts == pytest.approx(wanted, abs=2e-5)


def test_signatures_stand_on_their_bar_lines() -> None:
    data = melody_to_midi(samples.melody(), tempo_map=material.changing_map(), plan=material.plan())
    now = 0
    found = []
    for message in mido.MidiFile(file=io.BytesIO(data)).tracks[0]:
        now += message.time
        if message.type == "time_signature":
            found.append((now / 960, message.numerator, message.denominator))
    assert found == [(0, 4, 4), (8, 7, 8)]


def test_a_key_with_flats_is_named() -> None:
    plan = material.plan(key="Eb", mode="dorian")
    data = melody_to_midi(Melody(notes=()), tempo_map=material.waltz_map(), plan=plan)
    keys = [
        m.key for m in mido.MidiFile(file=io.BytesIO(data)).tracks[0] if m.type == "key_signature"
    ]
    assert keys == ["Bbm"]  # E flat Dorian has the five flats of B flat minor


def test_the_first_track_with_notes_is_taken() -> None:
    empty = [mido.MetaMessage("track_name", name="Title")]
    data = foreign([empty, held((0, 480, 72)), held((0, 480, 48), channel=1)])
    assert line(data) == [(0.0, 1.0, 72)]


def test_in_type_0_the_channel_of_the_first_note_is_taken_and_drums_never() -> None:
    track = [
        mido.Message("note_on", note=36, channel=9, time=0),
        mido.Message("note_on", note=60, channel=3, time=480),
        mido.Message("note_on", note=40, channel=1, time=0),
        mido.Message("note_on", note=60, channel=3, velocity=0, time=480),
        mido.Message("note_off", note=40, channel=1, time=0),
    ]
    assert line(foreign([track], kind=0)) == [(1.0, 1.0, 60)]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        # a chord: the top note, even where it is strummed
        ([(0, 480, 60), (0, 480, 64), (0, 480, 67)], [(0.0, 1.0, 67)]),
        ([(0, 480, 60), (6, 480, 64), (12, 480, 67)], [(0.0, 1.0, 67)]),
        # legato: cut where the next note begins
        ([(0, 500, 67), (480, 960, 64)], [(0.0, 1.0, 67), (1.0, 1.0, 64)]),
        ([(0, 960, 60), (480, 960, 64)], [(0.0, 1.0, 60), (1.0, 1.0, 64)]),
        # accompaniment under a held note is left out
        ([(0, 960, 72), (240, 480, 60), (600, 960, 55)], [(0.0, 2.0, 72)]),
        # very short notes in a row are no chord
        ([(0, 5, 60), (5, 10, 55)], [(0.0, 5 / 480, 60), (5 / 480, 5 / 480, 55)]),
    ],
)
def test_one_line_is_made_of_many(
    notes: list[tuple[int, int, int]], expected: list[tuple[float, float, int]]
) -> None:
    assert line(foreign([held(*notes)])) == expected


def test_a_note_struck_again_ends_the_one_before_and_a_hanging_note_ends_with_the_track() -> None:
    track = [
        mido.Message("note_on", note=60, time=0),
        mido.Message("note_on", note=60, time=480),
        mido.MetaMessage("end_of_track", time=960),
    ]
    assert line(foreign([track])) == [(0.0, 1.0, 60), (1.0, 2.0, 60)]


def test_foreign_chunks_and_a_riff_wrapper_are_passed_over() -> None:
    plain = foreign([held((0, 480, 60))])
    alien = b"XFIH" + (4).to_bytes(4, "big") + b"abcd"
    assert line(plain[:14] + alien + plain[14:]) == [(0.0, 1.0, 60)]
    assert line(b"RIFF\x00\x00\x00\x00RMIDdata\x00\x00\x00\x00" + plain) == [(0.0, 1.0, 60)]


def test_phrases_are_counted_by_the_files_own_bars() -> None:
    track = [
        mido.MetaMessage("time_signature", numerator=3, denominator=4),
        mido.MetaMessage("time_signature", numerator=2, denominator=4, time=6 * 480),
        mido.MetaMessage("marker", text="phrase", time=2 * 480),
    ]
    data = foreign([track, held((0, 480, 60))])
    assert midi_to_melody(data, where="melody.mid").phrase_starts == (4,)


def test_an_emptied_file_is_an_empty_theme() -> None:
    assert midi_to_melody(foreign([[]]), where="melody.mid") == Melody(notes=())


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "not a readable MIDI file"),
        (b"hello, this is no MIDI file", "not a readable MIDI file"),
        (written(samples.melody())[:-20], "not a readable MIDI file"),
        (foreign([held((0, 480, 60))], kind=2), "type 2"),
        (foreign([held((0, 480, 36), channel=9)]), r"percussion \(channel 10\) only"),
    ],
)
def test_bad_files_are_refused_by_name(data: bytes, fault: str) -> None:
    with pytest.raises(InputError, match=fault) as caught:
        midi_to_melody(data, where="melody.mid")
    assert caught.value.message.startswith("melody.mid ")


def test_smpte_time_is_refused() -> None:
    data = bytearray(foreign([held((0, 480, 60))]))
    data[12:14] = (0xE728).to_bytes(2, "big")
    with pytest.raises(InputError, match="SMPTE"):
        midi_to_melody(bytes(data), where="melody.mid")


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 400))
def test_a_damaged_file_never_ends_in_a_traceback(place: int, value: int, cut: int) -> None:
    data = bytearray(written(samples.melody()))
    data[place] = value
    fault = ""
    try:
        midi_to_melody(bytes(data[: max(0, len(data) - cut)]), where="melody.mid")
    except InputError as exc:
        fault = exc.message
    assert not fault or fault.startswith("melody.mid ")
