"""A sample as a REAPER project, for musicians to refine melody and spots (Sec. 4)."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final

from filmcomposer_core.atomic import disk_faults, write_atomic
from filmcomposer_core.contracts.daw_plan import (
    AudioItemOp,
    DawPlan,
    MarkerOp,
    MidiItemOp,
    PlayedNote,
    ProjectOp,
    Sound,
    TempoOp,
    TrackOp,
    VideoItemOp,
)
from filmcomposer_core.contracts.sample import MelodyNote, RhythmSpot, Sample
from filmcomposer_core.contracts.tempo import TempoPoint
from filmcomposer_core.dataset.read import Dataset
from filmcomposer_core.execution.rpp import write_rpp
from filmcomposer_core.timeline import Timeline

MELODY_TRACK: Final = "Melody"
#: How a marker is called that is a rhythm spot; a number from 0 to 1 behind it is its strength.
SPOT: Final = "spot"
#: How the project's notes tell which sample it is.
SAMPLE_NOTE: Final = "Sample:"
_PICTURE_TRACK, _MUSIC_TRACK = "Picture", "Music"
#: Tempo of the project where that of the music is not known.
_USUAL_BPM: Final = 120.0
_COLOR: Final = "#C8553D"


def export_sample(dataset: Dataset, ident: str, folder: Path) -> Path:
    """Write the project of a sample, with copies of its clip and music, to a folder of its own.

    Parameters
    ----------
    dataset : Dataset
        Where the sample is.
    ident : str
        Its id.
    folder : Path
        A folder ``<id>`` is made in it.

    Returns
    -------
    Path
        The project, ``<id>.rpp``.

    Raises
    ------
    InputError
        If the sample cannot be read.
    DiskError
        If the folder cannot be written.
    """
    sample = dataset.sample(ident)
    plan = sample_plan(sample, dataset.melody(ident), dataset.spots(ident))
    home = folder / ident
    with disk_faults(str(home)):
        home.mkdir(parents=True, exist_ok=True)
        for path in (dataset.clip_path(sample), dataset.music_path(sample)):
            shutil.copyfile(path, home / path.name)
    project = home / f"{ident}.rpp"
    write_atomic(project, write_rpp(plan, notes=_notes(sample)).encode())
    return project


def sample_plan(
    sample: Sample, melody: Sequence[MelodyNote], spots: Sequence[RhythmSpot]
) -> DawPlan:
    """Return what a project of a sample holds."""
    length_s = sample.clip.duration_s
    fps = Fraction(sample.clip.fps).limit_denominator(1001)
    point = TempoPoint(time_s=0.0, bpm=sample.words.bpm or _USUAL_BPM, ramp=False, num=4, den=4)
    timeline = Timeline([point])
    markers = [
        MarkerOp(
            id=f"spot{number}",
            time_s=spot.time_s,
            name=f"{SPOT} {spot.strength:.3f}",
            color=_COLOR,
        )
        for number, spot in enumerate(spots, start=1)
    ]
    return DawPlan(
        version=1,
        operations=(
            ProjectOp(
                title=sample.id,
                fps_num=fps.numerator,
                fps_den=fps.denominator,
                drop_frame=False,
                start_offset_s=0.0,
                length_s=length_s,
                render_file=f"{sample.id}.wav",
            ),
            TempoOp(points=(point,)),
            *markers,
            TrackOp(id="picture", name=_PICTURE_TRACK, kind="video"),
            VideoItemOp(
                track="picture",
                path=sample.clip.file,
                position_s=0.0,
                length_s=length_s,
                source_offset_s=sample.clip.picture_start_s,
            ),
            TrackOp(id="music", name=_MUSIC_TRACK, kind="bus"),
            AudioItemOp(
                track="music",
                path=sample.music.file,
                position_s=0.0,
                length_s=sample.music.duration_s,
            ),
            TrackOp(id="melody", name=MELODY_TRACK, kind="part"),
            _melody_item(melody, timeline, end_beat=timeline.beat_at(length_s)),
        ),
    )


def _melody_item(
    melody: Sequence[MelodyNote], timeline: Timeline, *, end_beat: float
) -> MidiItemOp:
    notes = []
    for note in melody:
        start = timeline.beat_at(note.start_s)
        notes.append(
            PlayedNote(
                beat=start,
                length=timeline.beat_at(note.end_s) - start,
                pitch=note.pitch,
                velocity=note.velocity,
                channel=0,
            )
        )
    return MidiItemOp(
        track="melody",
        name=MELODY_TRACK,
        instrument="",
        start_beat=0.0,
        end_beat=end_beat,
        sounds=(Sound(channel=0, technique="", bank=0, program=0),),
        notes=tuple(notes),
    )


def _notes(sample: Sample) -> list[str]:
    return [
        f"{SAMPLE_NOTE} {sample.id}",
        f"Film: {sample.film}, {sample.start_s:.2f} s to {sample.end_s:.2f} s",
        f"Licences: clip {sample.licences.clip}; music {sample.licences.music}",
        "",
        f"Correct the notes on the track {MELODY_TRACK} and the markers called {SPOT} (a number",
        "from 0 to 1 behind it is how strong it is), add and delete as you like, and save. Leave",
        "the picture where it is, or move everything with it.",
        "Other tracks and markers are yours; they are not read back.",
    ]
