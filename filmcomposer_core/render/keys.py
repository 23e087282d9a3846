"""What a print depends on, as a hash: the same key, the same sound, bit for bit.

Sound is a function of what reaches the synthesiser and the mixer: notes and controllers in samples
(so the tempo map counts where it moves a note), automation in seconds, the soundfont's content, the
synthesiser, and the code itself.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable

from filmcomposer_core import __version__
from filmcomposer_core.render.midi_bytes import SAMPLE_RATE
from filmcomposer_core.render.performance import Performance
from filmcomposer_core.render.result import Footage, RenderSettings
from filmcomposer_core.render.session import PartPlan
from filmcomposer_core.render.soundfont import Soundfont
from filmcomposer_core.render.synth import Synth

#: Packages that work on the samples; soundfile decodes the samples of a compressed font.
_PACKAGES = ("numpy", "scipy", "soundfile", "av")
_SHARED = ("seeding.py", "k_weighting.py")


def hashed(*things: object) -> str:
    """Return the SHA-256 of values that have an exact ``repr``, as hex text.

    Floats count to the last bit, and so do the names of the fields of dataclasses.
    """
    return hashlib.sha256("\n".join(map(repr, things)).encode()).hexdigest()


@lru_cache(maxsize=1)
def engine_mark() -> str:
    """Return what stands for the code that prints: its text, its packages, the kind of machine."""
    core = resources.files("filmcomposer_core")
    parts = (*(core.joinpath(name) for name in _SHARED), *core.joinpath("render").iterdir())
    texts = sorted((part.name, _text_hash(part)) for part in parts if part.name.endswith(".py"))
    versions = [metadata.version(name) for name in _PACKAGES]
    return hashed(__version__, texts, versions, platform.system(), platform.machine())


def _text_hash(part: Traversable) -> str:
    # An installation without sources goes by its version number alone.
    return hashlib.sha256(part.read_bytes()).hexdigest() if part.is_file() else ""


def player_key(*, font: Soundfont, synth: Synth, length: int, block: int) -> str:
    """Return what all parts of a rendering share.

    Parameters
    ----------
    font, synth : Soundfont, Synth
        What plays.
    length, block : int
        Samples of the cue, and of what is worked on at a time.
    """
    player = (synth.name, synth.version, repr(synth.law), sorted(synth.deaf_to))
    return hashed(engine_mark(), font.sha256, player, SAMPLE_RATE, length, block)


def part_key(part: PartPlan, played: Sequence[Performance], *, player: str, seed: int) -> str:
    """Return the key of a part's sound before the master.

    Parameters
    ----------
    part : PartPlan
        Its way through the mixer. Its name counts, for remarks hold it; the path of its stem does
        not.
    played : sequence of Performance
        Its items in samples.
    player : str
        From :func:`player_key`.
    seed : int
        Counts where the part is sent into a hall.
    """
    heard = any(send.gain.value or send.gain.points for send in part.sends)
    hall = seed if heard else None
    return hashed(player, replace(part, items=(), stem=""), tuple(played), hall)


def files_keys(
    parts: Iterable[tuple[str, str]], *, mix: str, player: str, settings: RenderSettings
) -> dict[str, str]:
    """Return the key of every finished file by name.

    The master is one for all, so a finished stem depends on every part.

    Parameters
    ----------
    parts : iterable of (str, str)
        Path of the stem and key of each part, in order.
    mix : str
        Name of the mix.
    player : str
        From :func:`player_key`.
    settings : RenderSettings
        Loudness, and the seed of the dither.
    """
    named = list(parts)
    master = hashed(player, [key for _, key in named], settings.lufs, settings.seed)
    return {name: hashed(master, name, key) for name, key in [(mix, ""), *named]}


def movie_key(
    *, wav_sha256: str, clip: tuple[int, int] | None, footage: Footage, keep_sound_db: float | None
) -> str:
    """Return the key of a movie.

    Parameters
    ----------
    wav_sha256 : str
        Of the mix.
    clip : tuple of int, or None
        Size and time of the clip's file: what tells a cue that its clip is another one.
    footage : Footage
        What of it plays.
    keep_sound_db : float or None
        Gain of the clip's own sound.
    """
    return hashed(engine_mark(), wav_sha256, clip, footage, keep_sound_db)
