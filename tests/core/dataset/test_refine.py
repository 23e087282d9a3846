"""Export to REAPER and back: nothing lost, edits taken over, nonsense refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import rpp

from filmcomposer_core.contracts.sample import MelodyNote, RhythmSpot
from filmcomposer_core.dataset import Dataset
from filmcomposer_core.dataset.export import export_sample
from filmcomposer_core.dataset.refined import import_sample
from filmcomposer_core.dataset.rpp_notes import notes_of_item, tempo_map
from filmcomposer_core.errors import DawError, FilmComposerError, InputError
from filmcomposer_core.execution.rpp_read import Block, read_rpp
from tests.core.dataset.made import MELODY, SPOTS, add, empty, sample

PEERS = Path(__file__).parents[2] / "data" / "peer_rpp"
ID = f"{1:016x}"


@pytest.fixture
def tiny(tmp_path: Path) -> Dataset:
    dataset = empty(tmp_path / "set")
    add(dataset, sample(1))
    return dataset


@pytest.fixture
def project(tiny: Dataset, tmp_path: Path) -> Path:
    return export_sample(tiny, ID, tmp_path / "out")


def edit(path: Path, change: Callable[[str], str]) -> Path:
    before = path.read_text()
    after = change(before)
    assert after != before
    path.write_text(after)
    return path


def close(melody: tuple[MelodyNote, ...], wanted: tuple[MelodyNote, ...]) -> bool:
    """Whether notes are the same to a tick."""
    return [(n.pitch, n.velocity) for n in melody] == [(n.pitch, n.velocity) for n in wanted] and (
        all(
            abs(a.start_s - b.start_s) < 2e-3 and abs(a.end_s - b.end_s) < 2e-3
            for a, b in zip(melody, wanted, strict=True)
        )
    )


def test_an_independent_reader_finds_everything_in_the_project(project: Path) -> None:
    found = rpp.loads(project.read_text())
    tracks = found.findall("TRACK")
    assert [track.find("NAME")[1] for track in tracks] == ["Picture", "Music", "Melody"]
    files = [source.find("FILE")[1] for source in found.findall(".//SOURCE") if source.find("FILE")]
    assert files == ["clip.mp4", "music.flac"]
    assert all((project.parent / name).is_file() for name in files)
    markers = [item for item in found if item[0] == "MARKER"]
    assert [float(item[2]) for item in markers] == [spot.time_s for spot in SPOTS]
    assert [item[3] for item in markers] == ["spot 0.630", "spot 0.787", "spot 1.000"]


def test_a_project_that_nobody_changed_gives_the_same_back(tiny: Dataset, project: Path) -> None:
    found = import_sample(tiny, project)
    assert close(tiny.melody(ID), MELODY)
    assert tiny.spots(ID) == SPOTS
    assert tiny.sample(ID) == replace(tiny.sample(ID), refined=True)
    assert found.told == ("Notes: 3, spots: 3.",)


def test_edits_come_back_and_the_rest_is_kept(tiny: Dataset, project: Path) -> None:
    before = tiny.sample(ID)

    def change(text: str) -> str:
        text = text.replace("MARKER 2 1 ", "MARKER 2 1.25 ").replace('"spot 0.787"', '""')
        # the first note a third higher, and louder
        return text.replace(" 90 3c 50", " 90 3f 60").replace(" 80 3c 00", " 80 3f 00")

    import_sample(tiny, edit(project, change))
    first = replace(MELODY[0], pitch=63, velocity=96)
    assert close(tiny.melody(ID), (first, *MELODY[1:]))
    assert tiny.spots(ID)[1] == RhythmSpot(time_s=1.25, strength=1.0)
    after = tiny.sample(ID)
    assert after.refined
    assert replace(after, refined=False) == before


def test_a_project_moved_as_a_whole_is_read_from_its_picture(tiny: Dataset, project: Path) -> None:
    def change(text: str) -> str:
        text = re.sub(r"(POSITION) 0$", r"\1 10", text, flags=re.M)
        return re.sub(r"MARKER (\d+) (\S+)", lambda m: f"MARKER {m[1]} {float(m[2]) + 10}", text)

    import_sample(tiny, edit(project, change))
    assert close(tiny.melody(ID), MELODY)
    assert [s.time_s for s in tiny.spots(ID)] == pytest.approx([s.time_s for s in SPOTS])


def test_another_tempo_with_the_item_played_slower_is_heard_as_it_sounds(
    tiny: Dataset, project: Path
) -> None:
    # At 60 instead of 120 everything takes twice as long; at twice the rate as long as before.
    def change(text: str) -> str:
        text = text.replace("PT 0.000000000000 120.", "PT 0.000000000000 60.")
        head, tail = text.rsplit("PLAYRATE 1 1", 1)
        return f"{head}PLAYRATE 2 1{tail}"

    import_sample(tiny, edit(project, change))
    assert close(tiny.melody(ID), MELODY)


def test_a_ramp_of_tempo_is_followed(tiny: Dataset, project: Path) -> None:
    # 120 to 240 in 8 s: after t seconds 2 t + t^2 / 8 beats; the first note stands at 1 beat.
    def change(text: str) -> str:
        point = re.search(r"PT 0\.0+ 120\.0+ 1 (.*)\n", text)
        assert point
        ramp = f"PT 0 120 0 {point[1]}\n PT 8 240 1\n"
        return text.replace(point[0], ramp)

    import_sample(tiny, edit(project, change))
    first = tiny.melody(ID)[0].start_s
    assert 2 * first + first**2 / 8 == pytest.approx(1.0, abs=1e-3)


def test_muted_notes_are_left_out(tiny: Dataset, project: Path) -> None:
    edit(project, lambda text: re.sub(r"E (\d+) 90 43 7f", r"em \1 90 43 7f", text))
    assert [note.pitch for note in import_sample(tiny, project).melody] == [60, 64]


def test_only_the_take_that_plays_is_read(tiny: Dataset, project: Path) -> None:
    def change(text: str) -> str:
        at, end = text.rindex("<SOURCE MIDI"), text.rindex("IGNTEMPO")
        other = text[at:end].replace(" 90 40 ", " 90 41 ").replace(" 80 40 ", " 80 41 ")
        return f"{text[:at]}{other}IGNTEMPO 0 120 4 4\n>\nTAKE SEL\n{text[at:]}"

    import_sample(tiny, edit(project, change))
    assert close(tiny.melody(ID), MELODY)
    edit(project, lambda text: text.replace("TAKE SEL", "TAKE"))
    assert [note.pitch for note in import_sample(tiny, project).melody] == [60, 65, 67]


def test_a_melody_without_notes_is_refused(tiny: Dataset, project: Path) -> None:
    edit(project, lambda text: re.sub(r"^ *E \d+ [89]0 .*\n", "", text, flags=re.M))
    with pytest.raises(InputError, match="no notes on the track 'Melody'"):
        import_sample(tiny, project)


def test_markers_of_the_musician_are_left_out(tiny: Dataset, project: Path) -> None:
    extra = '  MARKER 9 2 "ask the director" 0\n  MARKER 1 3 "A" 1\n  MARKER 1 4 "" 1\n'
    edit(project, lambda text: text.replace("  MARKER 1 ", f"{extra}  MARKER 1 ", 1))
    told = import_sample(tiny, project).told
    assert told == ("Notes: 3, spots: 3.", "Left out, as they have other names: 1 of the markers.")
    assert tiny.spots(ID) == SPOTS


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("MARKER 3 4 ", "MARKER 3 8.5 ", r"spot at 8\.500 s lies outside the clip of 8\.000 s"),
        ("MARKER 1 0.5 ", "MARKER 1 -1 ", r"spot at -1\.000 s"),
        ("MARKER 1 0.5 ", "MARKER 1 soon ", "a marker has no time"),
        ("MARKER 2 1 ", "MARKER 2 0.5 ", "comes after one at"),
        ('"spot 0.787"', '"spot 7"', "has the strength 7"),
        ('"spot ', '"tick ', "no markers called 'spot'"),
        ("NAME Melody", "NAME Tune", "0 tracks called 'Melody'; its tracks: 'Picture', 'Music'"),
        ("SOURCE MIDI", "SOURCE MIDIPOOL", "no notes of its own"),
        (" 90 3c 50", " 90 xx 50", "are damaged"),
        (" 90 3c 50", " 90 3c 65536", "are damaged"),
        ("PT 0.000000000000 120.0", "PT 0.000000000000 0.0", "tempo map cannot be read"),
        ("REAPER_PROJECT 0.1", "CUBASE 0.1", "is no REAPER project"),
        (f"Sample: {ID}", f"Sample: {2:016x}", "missing"),
    ],
)
def test_nonsense_is_refused_and_the_sample_stays(
    tiny: Dataset, project: Path, old: str, new: str, said: str
) -> None:
    edit(project, lambda text: text.replace(old, new))
    with pytest.raises(FilmComposerError, match=said):
        import_sample(tiny, project)
    assert not tiny.sample(ID).refined
    assert tiny.melody(ID) == MELODY
    assert tiny.spots(ID) == SPOTS


def test_notes_after_the_picture_are_refused(tiny: Dataset, project: Path) -> None:
    def change(text: str) -> str:
        head, tail = text.rsplit("POSITION 0", 1)
        return f"{head}POSITION 4{tail}"

    with pytest.raises(InputError, match=r"from 8\.000 s to 11\.500 s, outside the clip"):
        import_sample(tiny, edit(project, change))


def test_an_item_that_repeats_is_refused(tiny: Dataset, project: Path) -> None:
    def change(text: str) -> str:
        head, tail = text.rsplit("LOOP 0", 1)
        text = f"{head}LOOP 1{tail}"
        head, tail = text.rsplit("LENGTH 8", 1)
        return f"{head}LENGTH 16{tail}"

    with pytest.raises(InputError, match="repeats its notes"):
        import_sample(tiny, edit(project, change))


def test_chords_become_a_line_and_are_told(tiny: Dataset, project: Path) -> None:
    edit(
        project,
        lambda text: text.replace(" 90 3c 50\n", " 90 3c 50\n E 0 90 39 50\n").replace(
            " 80 3c 00\n", " 80 3c 00\n E 0 80 39 00\n"
        ),
    )
    assert import_sample(tiny, project).told[1] == (
        "Left out or cut, as they sounded under other notes: 1."
    )
    assert close(tiny.melody(ID), MELODY)


@pytest.mark.parametrize("cut", [0, 1, 40, 500, 2000, -3])
def test_half_a_project_is_refused(tiny: Dataset, project: Path, cut: int) -> None:
    edit(project, lambda text: text[:cut])
    with pytest.raises(DawError, match=r"no REAPER project|breaks off"):
        import_sample(tiny, project)


@pytest.mark.parametrize("peer", sorted(PEERS.glob("*.RPP")), ids=lambda path: path.stem)
def test_projects_that_reaper_saved_are_read_as_an_independent_reader_reads_them(
    peer: Path,
) -> None:
    text = peer.read_text()
    ours, theirs = read_rpp(text, where=peer.name), rpp.loads(text)
    assert [t.line("NAME") for t in ours.blocks("TRACK")] == [
        (t.find("NAME")[1],) for t in theirs.findall("TRACK")
    ]
    assert _count(ours) == _count(theirs)


def _count(block: Block | rpp.Element) -> int:
    """Return how many blocks there are at any depth."""
    inner = block.children
    return 1 + sum(_count(child) for child in inner if isinstance(child, Block | rpp.Element))


def test_notes_of_an_item_that_reaper_saved() -> None:
    project = read_rpp((PEERS / "v550_sends_regions_vst.RPP").read_text(), where="peer")
    timeline = tempo_map(project, where="peer")
    items = [item for track in project.blocks("TRACK") for item in track.blocks("ITEM")]
    found = [
        note
        for item in items
        if any(source.words[1] == "MIDI" for source in item.blocks("SOURCE"))
        for note in notes_of_item(item, timeline, where="peer")
    ]
    # Four quarters at 120, the second one selected (a small e).
    at = [(0.0, 0.5, 60, 10), (0.5, 1.0, 62, 6), (1.0, 1.5, 64, 96), (1.5, 2.0, 65, 96)]
    assert [(n.start_s, n.end_s, n.pitch, n.velocity) for n in found] == at
