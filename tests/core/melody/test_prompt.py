"""The words that the model hears."""

from __future__ import annotations

from dataclasses import replace

from filmcomposer_core.contracts.description import Label
from filmcomposer_core.melody.prompt import text_condition
from tests import samples


def test_the_sample_cue_in_words() -> None:
    # Music first, the scene last; hue is left out, bpm is the middle of 100 and 140 by ratio.
    assert text_condition(samples.description(), samples.cue_plan()) == (
        "vigorous travel film music, horns, strings, harp, lively, 118 bpm, 4/4, in C major. "
        "For a film scene: mild light, vigorous."
    )


def test_the_users_words_stay_as_they_are() -> None:
    brief = "Lydian ostinato, sul ponticello\n tremolo; 7/8 feel, no drums"
    text = text_condition(replace(samples.description(), brief=brief), samples.cue_plan())
    assert "Lydian ostinato, sul ponticello tremolo; 7/8 feel, no drums." in text


def test_what_shall_not_play_is_not_named() -> None:
    plain = samples.description()
    wish = replace(plain.music.instrumentation, value="only: oboe, harp; without: drums")
    asked = replace(plain, music=replace(plain.music, instrumentation=wish))
    text = text_condition(asked, samples.cue_plan())
    assert "oboe, harp" in text
    assert "drums" not in text
    assert "only" not in text


def test_what_is_unsure_or_unknown_is_not_said() -> None:
    plain = samples.description()
    unsure = Label(value="fear", source="pixels", confidence=0.1)
    asked = replace(plain, overall=replace(plain.overall, emotion=unsure))
    text = text_condition(asked, samples.cue_plan())
    assert "fear" not in text
    assert "null" not in text


def test_a_long_brief_is_cut_between_words() -> None:
    plain = replace(samples.description(), brief="slow " * 400)
    text = text_condition(plain, samples.cue_plan())
    assert len(text) <= 600
    assert text.split()[-1] in {"slow", "slow."}
    assert text.startswith("vigorous travel film music")
