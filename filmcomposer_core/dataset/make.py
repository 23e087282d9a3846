"""From a row of a manifest to a sample."""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from filmcomposer_core.contracts.sample import (
    LENGTH_SLACK_S,
    ClipFile,
    Licences,
    MusicFile,
    Prints,
    Sample,
)
from filmcomposer_core.dataset.heard import Heard, hear
from filmcomposer_core.dataset.layout import MUSIC
from filmcomposer_core.dataset.likeness import music_print
from filmcomposer_core.dataset.manifest import Pair
from filmcomposer_core.dataset.seen import Seen, see
from filmcomposer_core.dataset.sound import SAME, flac, likeness, read_music
from filmcomposer_core.dataset.write import write_sample
from filmcomposer_core.errors import DiskError, FilmComposerError, InputError
from filmcomposer_core.transcription.engine import Transcriber, transcriber


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A pair whose files were hashed, and how to make a sample of it.

    ``engine`` and ``weights`` name what listens, ``rate_hz`` is the dataset's.
    """

    number: int
    folder: Path
    pair: Pair
    clip: Path
    music: Path
    clip_sha256: str
    music_sha256: str
    rate_hz: int
    engine: str = "basic-pitch"
    weights: str = ""

    @property
    def id(self) -> str:
        """Id of the sample: the same for the same clip and music."""
        return sample_id(self.clip_sha256, self.music_sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row: nothing to say, a reason to refuse it, and things to be told.

    ``trace`` is where a fault of ours happened.
    """

    reason: str = ""
    told: tuple[str, ...] = ()
    trace: str = ""


def sample_id(clip_sha256: str, music_sha256: str) -> str:
    """Return the id of the sample of a clip and its music, from the hashes of their files."""
    return hashlib.sha256(f"{clip_sha256}/{music_sha256}".encode()).hexdigest()[:16]


def make_one(job: Job) -> Outcome:
    """Make the sample of a job; what is wrong with it is returned, not raised.

    Raises
    ------
    DiskError
        If the disk is full or may not be written: then no sample can be made.
    """
    try:
        return Outcome(told=make_sample(job))
    except DiskError:
        raise
    except FilmComposerError as exc:
        return Outcome(reason=str(exc))
    except Exception as exc:  # noqa: BLE001 - one strange file must not stop the other thousands
        reason = f"An unexpected fault: {type(exc).__name__}: {exc}."
        return Outcome(reason=reason, trace="".join(traceback.format_exception(exc)))


def make_sample(job: Job) -> tuple[str, ...]:
    """Look at the clip, listen to the music, and write the sample.

    Returns
    -------
    tuple of str
        Sentences on what should be looked at.

    Raises
    ------
    InputError
        If clip or music cannot be used, or do not belong together.
    """
    told = _film_sound(job)
    sound = read_music(job.music, rate=job.rate_hz)
    seen = see(job.clip, job.pair)
    _lengths(job, seen, sound.shape[1] / job.rate_hz)
    engine = _engine(job.engine, job.weights)
    heard = hear(job.music, job.pair, engine=engine, duration_s=seen.clip.duration_s)
    data = flac(sound, job.rate_hz)
    music = MusicFile(
        file=MUSIC,
        sha256=hashlib.sha256(data).hexdigest(),
        rate_hz=job.rate_hz,
        duration_s=sound.shape[1] / job.rate_hz,
        source=job.pair.source,
        separated=job.pair.separated,
        separator=job.pair.separator,
    )
    prints = Prints(picture=seen.picture, music=music_print(sound, job.rate_hz))
    try:
        sample = _sample(job, seen, heard, music=music, prints=prints)
    except ValueError as exc:
        msg = f"The row contradicts itself: {exc}."
        raise InputError(msg, "Correct the row.") from exc
    write_sample(
        job.folder, sample, clip=job.clip, music=data, melody=heard.melody, spots=heard.spots
    )
    return told


def _sample(job: Job, seen: Seen, heard: Heard, *, music: MusicFile, prints: Prints) -> Sample:
    pair, clip = job.pair, seen.clip
    end_s = pair.start_s + clip.duration_s if pair.end_s is None else pair.end_s
    return Sample(
        id=job.id,
        film=" ".join(pair.film.split()),
        start_s=pair.start_s,
        end_s=end_s,
        theme=seen.visual.overall.theme.value,
        clip=ClipFile(
            file=f"clip{job.clip.suffix.lower()}",
            sha256=job.clip_sha256,
            fps=float(clip.fps),
            duration_s=clip.duration_s,
            picture_start_s=clip.picture_start_s,
        ),
        music=music,
        visual=seen.visual,
        words=heard.words,
        licences=Licences(clip=pair.clip_licence.strip(), music=pair.music_licence.strip()),
        heard_by=heard.by,
        prints=prints,
    )


def _film_sound(job: Job) -> tuple[str, ...]:
    """Refuse the sound of the clip as its music (Sec. 4), unless it was separated and says so."""
    if job.clip_sha256 == job.music_sha256:
        msg = f"{job.music} is the clip itself; the sound of a film is no music for a dataset."
        raise InputError(msg, "Find the music as a recording of its own.")
    if job.pair.separated or likeness(job.clip, job.music) < SAME:
        return ()
    if job.pair.source == "original":
        return (
            f"Row {job.number}: {job.music.name} sounds as the clip itself does; make sure that it "
            "is a recording of its own.",
        )
    msg = f"{job.music} is the sound of the clip; the sound of a film is no music for a dataset."
    raise InputError(msg, "Find the music as a recording of its own (source = original).")


def _lengths(job: Job, seen: Seen, music_s: float) -> None:
    """Refuse music of another length than the clip."""
    clip_s = seen.clip.duration_s
    if abs(music_s - clip_s) > LENGTH_SLACK_S:
        msg = f"{job.music} lasts {music_s:.2f} s, the clip {clip_s:.2f} s."
        raise InputError(msg, "Cut the music to the clip, beginning with its first frame.")


@cache
def _engine(name: str, weights: str) -> Transcriber:
    """Return an engine, loaded once in a process."""
    return transcriber(name, weights=weights)
