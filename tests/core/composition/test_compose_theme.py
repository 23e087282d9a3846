import dataclasses
import statistics
import time

import pytest

from filmcomposer_core.composition import compose_theme
from filmcomposer_core.composition.tables import band, style_of
from filmcomposer_core.contracts.harmony import parse_pitch_class
from filmcomposer_core.planning import plan_cue
from filmcomposer_core.timeline import Timeline
from tests import samples
from tests.core.composition.support import composed, edit_distance, figures, moves, theme
from tests.core.planning.cases import case, tempo_map

SUNG = {
    "love": {"meter": "3/4", "bpm": 72, "brightness": 2.0},
    "grief": {"bpm": 54, "brightness": -1.0},
    "pastoral": {"meter": "6/8", "bpm": 66, "brightness": 2.0},
    "title": {"meter": "3/4", "bpm": 100, "brightness": 2.0},
    "triumph": {"bpm": 108, "brightness": 2.0},
    "travel": {"meter": "6/8", "bpm": 72, "brightness": 1.0},
}
SEEDS = range(2)


@pytest.mark.parametrize("idiom", SUNG)
def test_figures_lie_among_those_of_real_tunes(idiom: str) -> None:
    corpus = style_of(idiom).corpus
    found = [figures(*theme(idiom, seed, seed, **SUNG[idiom])) for seed in range(4)]
    for name in ("repeated", "steps", "leaps", "mean_interval", "recovery"):
        low, _, high = band(corpus, name)
        middle = statistics.median(getattr(figure, name) for figure in found)
        # Each statement has the leap by which its motif is known: a little more than slow airs do.
        slack = {"steps": 0.06, "recovery": 0.25, "leaps": 0.07, "mean_interval": 0.2}
        free = slack.get(name, 0.05)
        assert low - free <= middle <= high + free, (name, middle)
    assert statistics.median(f.recurrence for f in found) >= 0.2
    assert statistics.median(f.bar_rhythm_entropy for f in found) > 1.2
    assert statistics.median(f.weight_ratio for f in found) > 1.2
    for figure in found:
        assert figure.chord_fit >= 0.65
        assert figure.exact < 0.5


@pytest.mark.parametrize("idiom", ["love", "chase", "dread", "slapstick", "machine", "shock"])
def test_strong_hits_carry_an_onset_where_the_melody_sounds(idiom: str) -> None:
    checked = 0
    for seed in SEEDS:
        plan, melody, given = theme(idiom, seed, seed, bpm=90)
        timeline = Timeline(given["tempo_map"].points)
        bars = timeline.bars_until(60.0)
        onsets = [timeline.time_at(note.beat) for note in melody.notes]
        for spot in given["spots"]:
            bar = max(bar.number for bar in bars if bar.start_s <= spot.time_s + 1 / 24)
            section = plan.section_at(bar)
            if spot.strong and section is not None and "melody" in section.roles:
                checked += 1
                assert min(abs(onset - spot.time_s) for onset in onsets) <= 1 / 24 + 1e-6
    assert checked >= 3


def test_a_hit_is_struck_harder() -> None:
    _, melody, given = theme("title", 2, 2, bpm=100)
    timeline = Timeline(given["tempo_map"].points)
    times = [spot.time_s for spot in given["spots"] if spot.strong]
    hit = [
        n.velocity
        for n in melody.notes
        if any(abs(timeline.time_at(n.beat) - t) < 1 / 24 for t in times)
    ]
    assert hit
    assert statistics.mean(hit) > statistics.mean(n.velocity for n in melody.notes) + 5


@pytest.mark.parametrize("meter", ["4/4", "3/4", "2/4", "6/8", "12/8", "5/4", "7/8", "5/8"])
def test_every_metre(meter: str) -> None:
    _, melody, given = theme("title", 1, meter=meter, bpm=90, duration_s=40)
    assert len(melody.notes) > 15
    timeline = Timeline(given["tempo_map"].points)
    assert timeline.time_at(melody.notes[-1].end) < 40.0
    assert all(57 <= note.pitch <= 88 for note in melody.notes)


def test_odd_bars_in_the_map() -> None:
    given = case("march", bpm=120, duration_s=40)
    changes = ((8.0, "2/4"), (9.0, "4/4"), (21.0, "3/4"), (22.5, "4/4"))
    given["tempo_map"] = tempo_map(120, "4/4", changes=changes)
    plan = plan_cue(**given, seed=1)
    melody = composed(plan, given, seed=1)
    assert len(melody.notes) > 20


@pytest.mark.parametrize("duration_s", [1 / 24, 0.5, 1.0, 2.0, 3.0, 5.0, 9.0, 14.0])
@pytest.mark.parametrize("idiom", ["love", "shock", "machine"])
def test_short_clips(duration_s: float, idiom: str) -> None:
    _, melody, given = theme(idiom, 1, duration_s=duration_s, bpm=80)
    timeline = Timeline(given["tempo_map"].points)
    assert melody.notes
    assert timeline.time_at(melody.notes[-1].end) <= given["analysis"].clip.duration_s


def test_ends_at_home_on_the_last_downbeat() -> None:
    for idiom, options in SUNG.items():
        for seed in SEEDS:
            plan, melody, given = theme(idiom, seed, seed, **options)
            if plan.ending == "open":
                continue
            last = melody.notes[-1]
            bars = Timeline(given["tempo_map"].points).bars_until(60.0)
            assert last.pitch % 12 == parse_pitch_class(plan.sections[-1].key)
            struck = [n for n in melody.notes if n.beat == bars[plan.last_bar - 1].start_beat]
            assert struck


def test_silence_where_the_plan_has_no_melody() -> None:
    given = case("title", bpm=100)
    plan = plan_cue(**given, seed=1)
    muted = dataclasses.replace(
        plan,
        sections=tuple(
            dataclasses.replace(s, texture="pad+bass") if s.function == "build" else s
            for s in plan.sections
        ),
    )
    melody = composed(muted, given, seed=1)
    bars = Timeline(given["tempo_map"].points).bars_until(60.0)
    for section in muted.sections:
        if section.function == "build":
            begin = bars[section.start - 1].start_beat
            end = bars[section.start + section.bars - 2].end_beat - 1.0
            assert not [n for n in melody.notes if begin <= n.beat < end]


def test_no_melody_at_all_is_an_empty_theme() -> None:
    given = case("love")
    plan = plan_cue(**given, seed=1)
    silent = dataclasses.replace(
        plan, sections=tuple(dataclasses.replace(s, texture="pad") for s in plan.sections)
    )
    assert composed(silent, given, seed=1).notes == ()


def test_same_arguments_same_theme_and_each_attempt_another() -> None:
    plan, melody, given = theme("love", 1)
    assert composed(plan, given, seed=1) == melody
    assert composed(plan, given, seed=1, attempt=2) != melody


def test_seeds_and_clips_give_different_themes() -> None:
    themes = [
        moves(theme("title", seed, picture)[1])
        for seed, picture in ((1, 1), (2, 1), (3, 1), (1, 2), (1, 3), (2, 4))
    ]
    distances = [edit_distance(a, b) for i, a in enumerate(themes) for b in themes[i + 1 :]]
    nearest = [
        min(edit_distance(a, b) for j, b in enumerate(themes) if j != i)
        for i, a in enumerate(themes)
    ]
    assert statistics.median(distances) >= 0.55
    assert statistics.median(nearest) >= 0.42


def test_edit_distance_by_hand() -> None:
    a, b = [(2, 1.0), (2, 1.0)], [(2, 1.0), (2, 0.5)]
    assert edit_distance(a, a) == 0
    assert edit_distance(a, b) == 0.25
    assert edit_distance(a, [(5, 2.0), (5, 2.0)]) == 1


def test_notes_lie_on_sixteenths_without_hits() -> None:
    given = case("pastoral", meter="6/8", bpm=66)
    given["spots"] = ()
    plan = plan_cue(**given, seed=2)
    melody = composed(plan, given, seed=2)
    assert all((note.beat * 4) % 1 == 0 for note in melody.notes)


def test_wishes_have_their_effect() -> None:
    """Each wish moves its figure the right way, on the sum over two cues."""

    def total(name: str, *wishes: str) -> float:
        out = 0.0
        for seed in SEEDS:
            given = case("title", bpm=100, picture=seed)
            plan = plan_cue(**given, seed=seed)
            melody = composed(plan, given, seed=seed, wishes=wishes)
            value = figures(plan, melody, given)
            out += len(melody.notes) if name == "notes" else getattr(value, name)
        return out

    assert total("recurrence", "6: too few repeated bars") > total("recurrence", "5: no variation")
    assert total("notes", "17: denser where motion is fast") > total("notes", "17: sparser")
    assert total("chord_fit", "7: foreign notes on strong beats") >= total("chord_fit")


def test_two_hours_are_linear() -> None:
    spent = {}
    for duration_s in (300.0, 900.0):
        given = case("love", duration_s=duration_s, bpm=72, meter="3/4")
        plan = plan_cue(**given, seed=1)
        begin = time.perf_counter()
        melody = composed(plan, given, seed=1)
        spent[duration_s] = time.perf_counter() - begin
        assert len(melody.notes) > duration_s / 2
    assert spent[900.0] < 8 * spent[300.0]


def test_the_sample_cue() -> None:
    melody = compose_theme(
        plan=samples.cue_plan(),
        tempo_map=samples.tempo_plan().map,
        spots=samples.spots(),
        curves=samples.curves(),
        duration_s=samples.DURATION_S,
        seed=7,
    )
    beats = {note.beat for note in melody.notes}
    assert {16.0, 24.0} <= beats  # the two strong hits
    assert melody.notes[-1].end < 40
    assert melody.phrase_starts == (1, 5, 9)
