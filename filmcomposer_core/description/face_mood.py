"""What faces feel, as reasons for the emotion of the moment."""

from __future__ import annotations

from filmcomposer_core.contracts.sightings import Face
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.seen import SeenShot, stretches, sure_faces

#: Valence -1 to 1, arousal 0 to 1 and reason of what a face may show. An open mouth may be joy or
#: fright: surprise stirs but does not tell which.
FACE_MOODS = {
    "angry": (-0.7, 0.85, "an angry face"),
    "disgust": (-0.6, 0.55, "a disgusted face"),
    "fear": (-0.75, 0.75, "a frightened face"),
    "happy": (0.8, 0.6, "a smiling face"),
    "sad": (-0.65, 0.25, "a sad face"),
    "surprise": (0.1, 0.75, "a surprised face"),
}
#: A face this tall, share of the picture's height, counts full; most of what a face may weigh.
FULL_FACE, MOST_WEIGHT = 0.3, 0.5
#: How sure an expression must be to be heard, beyond what the net says of faces at rest.
HEARD = 0.45


def face_evidence(seen: SeenShot) -> tuple[Evidence, ...]:
    """Return the feelings of the largest telling face of each key frame.

    A neutral face says nothing: it may be calm or frozen with fear.
    """
    found = []
    for frame, (start_s, length_s) in zip(seen.frames, stretches(seen), strict=True):
        telling = [face for face in sure_faces(frame) if _tells(face)]
        if telling and length_s > 0:
            found.append(_evidence(telling[0], start_s, length_s))
    return tuple(found)


def _tells(face: Face) -> bool:
    return face.emotion in FACE_MOODS and face.emotion_confidence >= HEARD


def _evidence(face: Face, start_s: float, length_s: float) -> Evidence:
    valence, arousal, reason = FACE_MOODS[face.emotion]
    size = min(1.0, face.box.height / FULL_FACE)
    return Evidence(
        time_s=start_s,
        length_s=length_s,
        valence=valence,
        arousal=arousal,
        weight=MOST_WEIGHT * size * face.confidence * face.emotion_confidence,
        reason=reason,
    )
