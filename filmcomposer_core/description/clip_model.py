"""The describer that repeats what a model of the user's own said of the key frames."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import ATTRIBUTES, EMOTION_PLANE, NULL
from filmcomposer_core.contracts.sightings import SeenFrame
from filmcomposer_core.description.describer import Evidence, Film, Findings, ShotFindings
from filmcomposer_core.description.seen import SeenShot, seen_shots
from filmcomposer_core.description.tables import read_table

SOURCE = "clip"
MOST_LABELS = 3
#: Weight of the mood that the model sees, at full confidence.
MOOD_WEIGHT = 0.6


def clip_model(film: Film) -> Findings:
    """Average the labels that stand in the key frames over each shot.

    Parameters
    ----------
    film : Film
        ``SeenFrame.labels`` are empty unless the user gave a model; labels that Table 6 does not
        know are passed over.

    Returns
    -------
    Findings
        Confidence is the mean probability over the key frames of the shot that the model was
        shown, times the trust in ``given_model`` of ``idioms.toml``.
    """
    return Findings(
        source=SOURCE,
        shots=tuple(_of_shot(seen) for seen in seen_shots(film.analysis, film.sightings)),
    )


def _of_shot(seen: SeenShot) -> ShotFindings:
    labels = {name: found for name in ATTRIBUTES if (found := _mean_labels(seen.frames, name))}
    return ShotFindings(shot=seen.number, labels=labels, evidence=_mood(seen, labels))


def _mean_labels(frames: Sequence[SeenFrame], attribute: str) -> tuple[Label, ...]:
    total: dict[str, float] = {}
    trust = float(read_table("idioms.toml")["given_model"]["trust"])
    # It is shown no text cards.
    told = [frame.labels[attribute] for frame in frames if attribute in frame.labels]
    for guesses in told:
        for guess in guesses:
            if guess.name in ATTRIBUTES[attribute] and guess.name != NULL:
                share = trust * guess.confidence / len(told)
                total[guess.name] = total.get(guess.name, 0.0) + share
    ranked = sorted(total, key=lambda name: (-total[name], name))[:MOST_LABELS]
    return tuple(
        Label(value=name, source=SOURCE, confidence=round(min(1.0, total[name]), 3))
        for name in ranked
    )


def _mood(seen: SeenShot, labels: dict[str, tuple[Label, ...]]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            time_s=seen.shot.start_s,
            length_s=seen.shot.end_s - seen.shot.start_s,
            valence=EMOTION_PLANE[label.value][0],
            arousal=EMOTION_PLANE[label.value][1],
            weight=MOOD_WEIGHT * label.confidence,
            reason=f"a picture that looks {label.value}",
        )
        for label in labels.get("emotion", ())
    )
