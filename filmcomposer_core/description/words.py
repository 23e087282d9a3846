"""Words on the screen: whether a shot is a text card, what it says, and what follows from it."""

from __future__ import annotations

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.contracts.labels import EMOTION_PLANE, NULL
from filmcomposer_core.contracts.sightings import SeenFrame, Words
from filmcomposer_core.description.brief import read_brief
from filmcomposer_core.description.describer import Evidence
from filmcomposer_core.description.people import people_in
from filmcomposer_core.description.seen import SEEN_OFTEN, SeenShot, area, mean, share, sure_things

#: Lines read less surely, or shorter, are mostly leaves and bricks.
SURE_LINE, SHORTEST = 0.6, 2
#: Text seen but once counts if it is so long and read so surely: titles come and go.
PLAIN_LETTERS, PLAIN_LINE = 10, 0.9
#: How much of a card a picture must be for its text to be believed.
CARD_LIKE = 0.5
#: A card has nothing but text on it: lines on a dark ground, or text over this share of it (twice
#: as much where there is colour).
DARK, FILLED, COLOURLESS = 0.25, 0.08, 0.12
#: What a card says is likely to be shown, or felt, soon; not surely, so it gives way to the eyes.
TOLD, TOLD_THEME = 0.35, 0.4
#: How long the mood of a card lasts after it, seconds, and what it weighs.
AFTER_S, MOOD_WEIGHT = 4.0, 0.3
#: Told by cards: how time passes.
TIME_WORDS = {
    "meanwhile": "elsewhere at the same time", "later": "later", "next day": "the next day",
    "next morning": "the next morning", "that night": "night", "at night": "night",
    "midnight": "midnight", "dawn": "dawn", "years ago": "long before", "once upon": "long ago",
    "the end": "the end",
}  # fmt: skip
#: Titles are names, told in a few words; a card of more tells the story.
TITLE_WORDS = 8


def text_of(seen: SeenShot) -> str:
    """Return what stands on the screen in a shot, lines parted by spaces; empty if nothing does.

    Of the key frames the one on which most was read speaks. Few are read at all: what stands on
    something like a card is believed, elsewhere it must be long and sure, or seen again.
    """
    if not seen.frames:
        return ""
    readings = [_lines(frame) for frame in seen.frames]
    longest = max(readings, key=lambda lines: sum(len(w.text) * w.confidence for w in lines))
    carded = any(_lines(frame) and frame.card >= CARD_LIKE for frame in seen.frames)
    often = share(seen.frames, lambda f: bool(_lines(f))) >= SEEN_OFTEN
    if not (often or carded or _plain(longest)):
        return ""
    return " ".join(" ".join(w.text.split()) for w in longest)


def is_card(seen: SeenShot) -> bool:
    """Tell whether a shot is a text card.

    Either it looks like one, read or not, or there is text on it, nobody and nothing else, and it
    is dark or filled.
    """
    if share(seen.frames, lambda f: f.card >= CARD_LIKE and not people_in(f)) >= SEEN_OFTEN:
        return True
    if not text_of(seen):
        return False
    if share(seen.frames, lambda f: people_in(f) > 0 or bool(sure_things(f))) >= SEEN_OFTEN:
        return False
    filled = mean([sum(area(w.box) for w in _lines(f)) for f in seen.frames])
    full = FILLED if seen.shot.saturation < COLOURLESS else 2.0 * FILLED
    return seen.shot.luma < DARK or filled >= full


def is_title(text: str) -> bool:
    """Tell whether a text is short enough for a name."""
    return 0 < len(text.split()) <= TITLE_WORDS


def time_told(text: str) -> str:
    """Return what a text says about time, empty if nothing.

    Examples
    --------
    >>> time_told("Three years later...")
    'later'
    """
    low = text.lower()
    return next((meaning for phrase, meaning in TIME_WORDS.items() if phrase in low), "")


def labels_of_text(text: str) -> dict[str, tuple[Label, ...]]:
    """Return the settings, actions and themes that a text names, as the brief would be read."""
    found = read_brief(text)
    sure = {"setting": TOLD, "action": TOLD, "theme": TOLD_THEME}
    return {
        topic: tuple(
            Label(value=value, source="text", confidence=sure[topic])
            for value in found.wanted.get(topic, ())
        )
        for topic in sure
        if topic in found.wanted
    }


def mood_of_text(text: str, start_s: float, end_s: float) -> tuple[Evidence, ...]:
    """Return the mood that a text names, from ``start_s`` until a little after ``end_s``."""
    named = read_brief(text).first("emotion") if text else NULL
    if named == NULL:
        return ()
    valence, arousal = EMOTION_PLANE[named]
    return (
        Evidence(
            time_s=start_s,
            length_s=end_s - start_s + AFTER_S,
            valence=valence,
            arousal=arousal,
            weight=MOOD_WEIGHT,
            reason=f"words on the screen that are {named}",
        ),
    )


def _plain(lines: list[Words]) -> bool:
    letters = sum(c.isalpha() for words in lines for c in words.text)
    return letters >= PLAIN_LETTERS and min(words.confidence for words in lines) >= PLAIN_LINE


def _lines(frame: SeenFrame) -> list[Words]:
    """Return the lines that count, as they are read: from top to bottom, then left to right."""
    lines = [
        words
        for words in frame.words
        if words.confidence >= SURE_LINE and sum(c.isalnum() for c in words.text) >= SHORTEST
    ]
    return sorted(lines, key=lambda words: (round(words.box.top, 2), words.box.left))
