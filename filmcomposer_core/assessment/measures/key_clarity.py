"""How clearly notes belong to a key, by the probe-tone profiles of Krumhansl and Kessler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from filmcomposer_core.assessment.measures.notes import Floats, Notes
from filmcomposer_core.contracts.harmony import MODES, PITCH_NAMES

#: Krumhansl and Kessler 1982: fit of the twelve tones above the tonic.
MAJOR: Final = np.array(
    [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88], dtype=np.float64
)
MINOR: Final = np.array(
    [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17], dtype=np.float64
)

#: Profiles of the 24 keys, shape (24, 12).
_KEYS: Final[Floats] = np.array(
    [np.roll(profile, tonic) for profile in (MAJOR, MINOR) for tonic in range(12)]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarity:
    """The best key: correlation ``r``, lead ``gap`` over the next one, and its name."""

    r: float
    gap: float
    name: str


def pitch_class_weights(notes: Notes) -> Floats:
    """Return how many beats each pitch class sounds.

    Parameters
    ----------
    notes : Notes
        Any notes.

    Returns
    -------
    ndarray, shape (12,), float64
        Beats, C first.
    """
    weights = np.bincount(notes.pitch % 12, weights=notes.length, minlength=12)
    result: Floats = weights.astype(np.float64)
    return result


def mode_profile(mode: str) -> Floats:
    """Return a probe-tone profile for a mode.

    Parameters
    ----------
    mode : str
        A mode of ``contracts.harmony.MODES``.

    Returns
    -------
    ndarray, shape (12,), float64
        The major or minor profile (by the third of the mode) in which a degree that the mode
        lowers or raises has changed places with the altered tone.

    Notes
    -----
    The profiles exist for major and minor only; the exchange is our extension to other modes.
    """
    steps = MODES[mode]
    base_name = "ionian" if 4 in steps and 3 not in steps else "aeolian"
    profile: Floats = np.array(MAJOR if base_name == "ionian" else MINOR)
    base = MODES[base_name]
    foreign = [step for step in steps if step not in base]
    missing = [step for step in base if step not in steps]
    for step in foreign:
        near = [other for other in missing if abs(other - step) == 1]
        if near:
            profile[[step, near[0]]] = profile[[near[0], step]]
            missing.remove(near[0])
    return profile


def key_correlations(weights: Floats) -> Floats:
    """Return the correlation with each of the 24 keys: C major to B major, C minor to B minor.

    Parameters
    ----------
    weights : ndarray, shape (12,), float64
        Beats of each pitch class.

    Returns
    -------
    ndarray, shape (24,), float64
        Zeros if all weights are equal.
    """
    return _correlations(weights, _KEYS)


def _correlations(weights: Floats, rows: Floats) -> Floats:
    centred = weights - weights.mean()
    length = float(np.linalg.norm(centred))
    if length < 1e-12:
        return np.zeros(len(rows))
    rows = rows - rows.mean(axis=1, keepdims=True)
    result: Floats = rows @ centred / (np.linalg.norm(rows, axis=1) * length)
    return result


def key_clarity(weights: Floats, *, tonic: int, mode: str) -> Clarity:
    """Return how clearly the pitch classes point to one key.

    Parameters
    ----------
    weights : ndarray, shape (12,), float64
        Beats of each pitch class.
    tonic : int
        Declared tonic, 0 to 11.
    mode : str
        Declared mode, which joins the 24 keys as a candidate.

    Returns
    -------
    Clarity
        Correlation with the best candidate. The gap is to the best candidate on another
        collection of tones, so that a mode and its relatives do not compete.
    """
    declared = np.roll(mode_profile(mode), tonic)
    scores = np.append(key_correlations(weights), _correlations(weights, declared[None, :]))
    best = int(np.argmax(scores))
    name = f"{PITCH_NAMES[tonic]} {mode}" if best == 24 else key_name(best)
    others = [s for i, s in enumerate(scores) if i not in (best, 24)]
    return Clarity(r=float(scores[best]), gap=float(scores[best] - max(others)), name=name)


def key_name(index: int) -> str:
    """Return the name of one of the 24 keys, e.g. ``A minor`` for 21."""
    return f"{PITCH_NAMES[index % 12]} {'minor' if index >= 12 else 'major'}"


def related_keys(tonic: int, mode: str) -> frozenset[int]:
    """Return those of the 24 keys that count as home.

    Parameters
    ----------
    tonic : int
        0 to 11.
    mode : str
        The mode.

    Returns
    -------
    frozenset of int
        The key on the tonic, its relative, the keys a fifth away, and for a mode the major and
        minor key on the same tones. Indices as in :func:`key_correlations`.
    """
    steps = set(MODES[mode])
    minor = not (4 in steps and 3 not in steps)
    homes = {tonic + 12 * minor, (tonic + (3 if minor else 9)) % 12 + 12 * (not minor)}
    for shift in range(12):
        parent = {(shift + step) % 12 for step in MODES["ionian"]}
        if len(steps) == 7 and steps == parent:
            homes |= {(tonic + shift) % 12, (tonic + shift + 9) % 12 + 12}
    fifths = {(k + move) % 12 + 12 * (k >= 12) for k in homes for move in (5, 7)}
    return frozenset(homes | fifths)
