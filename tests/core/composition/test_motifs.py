"""The identity of motifs: what they hang on, how statements keep them, how letters differ."""

import dataclasses
import itertools

import numpy as np
import pytest

from filmcomposer_core.composition.manner import Idea
from filmcomposer_core.composition.motif import Motif
from filmcomposer_core.composition.motif_faults import has_face
from filmcomposer_core.composition.rhythm import Metre
from filmcomposer_core.composition.tables import style_of
from filmcomposer_core.composition.theme import motif_key
from filmcomposer_core.composition.tune_lens import lens_of
from filmcomposer_core.composition.tune_motifs import idea_of
from filmcomposer_core.contracts.harmony import MODES
from filmcomposer_core.contracts.labels import IDIOMS
from filmcomposer_core.contracts.plan import CuePlan
from filmcomposer_core.contracts.score import Melody
from filmcomposer_core.timeline import Timeline
from tests.core.composition.support import Given, composed, theme

WALTZ = {"meter": "3/4", "bpm": 72, "brightness": 2.0}


def idea(idiom: str, seed: int, unlike: tuple[Motif, ...] = ()) -> Idea:
    style = style_of(idiom)
    metre = Metre(num=4, den=4, seconds=2.0)
    return idea_of(
        metre,
        lens_of(4, 4, notes=2.0 * style.density, broad=False, slow=style.corpus == "slow"),
        style=style,
        scale=MODES["ionian"],
        bars=2,
        density=style.density,
        unlike=unlike,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("idiom", IDIOMS)
def test_a_motif_has_a_face_and_fills_its_bars(idiom: str) -> None:
    found = [idea(idiom, seed) for seed in range(2)]
    assert any(has_face(each.motif) for each in found)
    for motif in (motif for each in found for motif in (each.motif, each.answer)):
        notes = [note for onsets in motif.bars for note in onsets]
        assert len(motif.steps) == len(notes)
        assert motif.steps[0] is None
        assert len(motif.upbeat) == len(motif.rise)
        assert all(a + b <= motif.ticks for a, b in notes)
        assert all(onsets[0][0] == 0 for onsets in motif.bars)
    assert found[0].motif.key != found[1].motif.key
    for task in "dhcD":
        assert all(sum(n for _, n in bar) == 384 for each in found for bar in each.bars[task])


def test_a_second_motif_contrasts_with_the_first() -> None:
    for seed in range(3):
        first = idea("love", seed)
        second = idea("love", seed + 50, unlike=(first.motif,)).motif
        assert (second.bars[0], second.steps[1:4]) != (first.motif.bars[0], first.motif.steps[1:4])
        assert first.answer.steps != first.motif.steps


def test_bars_too_short_for_a_tune_have_held_notes() -> None:
    found = idea_of(
        Metre(num=1, den=64, seconds=0.1),
        lens_of(1, 64, notes=1.0, broad=False, slow=False),
        style=style_of("love"),
        scale=MODES["ionian"],
        bars=2,
        density=1.0,
        unlike=(),
        rng=np.random.default_rng(1),
    )
    assert found.motif.bars == (((0, 6),), ((0, 6),))


def test_a_face_by_hand() -> None:
    even = Motif(bars=(((0, 96), (96, 96), (192, 96)),), ticks=288, steps=(None, 1, -1))
    assert not has_face(even)
    assert has_face(dataclasses.replace(even, steps=(None, 4, -1)))
    assert has_face(dataclasses.replace(even, bars=(((0, 144), (144, 48), (192, 96)),)))
    assert even.heights() == [0, 1, 0]


def lettered(plan: CuePlan) -> CuePlan:
    """Return a plan whose turn, build and aftermath belong to a second motif."""
    return dataclasses.replace(
        plan,
        sections=tuple(
            dataclasses.replace(s, motif="B") if s.function in ("turn", "build", "aftermath") else s
            for s in plan.sections
        ),
    )


def test_the_motif_does_not_hang_on_the_hits() -> None:
    plan, melody, given = theme("love", 2, **WALTZ)
    fewer = given | {"spots": ()}
    other = composed(plan, fewer, seed=2)
    assert motif_key(plan=plan, tempo_map=given["tempo_map"], seed=2)
    assert opening(plan, melody, given)[0] == opening(plan, other, fewer)[0]
    keys = {motif_key(plan=plan, tempo_map=given["tempo_map"], seed=s) for s in range(5)}
    assert len(keys) == 5
    other_film = motif_key(plan=plan, tempo_map=given["tempo_map"], seed=2, film="another")
    assert other_film not in keys


def opening(plan: CuePlan, melody: Melody, given: Given) -> tuple[list[float], list[int]]:
    """Return the rhythm and the pitches of the theme's first bar."""
    section = next(s for s in plan.sections if s.function == "theme")
    bar = Timeline(given["tempo_map"].points).bars_until(60.0)[section.start - 1]
    notes = [n for n in melody.notes if bar.start_beat <= n.beat < bar.end_beat]
    return [n.beat - bar.start_beat for n in notes], [n.pitch for n in notes]


def test_letters_have_motifs_of_their_own() -> None:
    plan, _, given = theme("pastoral", 1, meter="6/8", bpm=66, brightness=2.0)
    two = lettered(plan)
    assert composed(two, given, seed=1) != composed(plan, given, seed=1)
    keys = [
        motif_key(plan=two, tempo_map=given["tempo_map"], seed=1, letter=letter) for letter in "AB"
    ]
    assert keys[0] != keys[1]
    assert keys[0] == motif_key(plan=plan, tempo_map=given["tempo_map"], seed=1)


def test_the_highest_note_belongs_to_the_climax() -> None:
    inside = alone = 0
    cues = [(idiom, seed) for idiom in ("love", "title", "triumph") for seed in range(3)]
    for idiom, seed in cues:
        plan, melody, given = theme(idiom, seed, seed, **WALTZ)
        bars = Timeline(given["tempo_map"].points).bars_until(60.0)
        top = max(note.pitch for note in melody.notes)
        where = [n.beat for n in melody.notes if n.pitch == top]
        alone += len(where) <= 2
        climax = [s for s in plan.sections if s.function == "climax"]
        begin = bars[climax[0].start - 1].start_beat - 1.5
        end = bars[climax[-1].start + climax[-1].bars - 2].end_beat
        inside += any(begin <= beat < end for beat in where)
    assert inside >= 7
    assert alone >= 7


def test_the_end_remembers_the_theme() -> None:
    """The aftermath takes up the theme's first bar in most cues; it may add to it."""
    same = total = 0
    for idiom, seed in itertools.product(("love", "title", "pastoral"), range(3)):
        plan, melody, given = theme(idiom, seed, seed, **WALTZ)
        bars = Timeline(given["tempo_map"].points).bars_until(60.0)
        late = [s for s in plan.sections if s.function == "aftermath" and s.bars >= 3]
        for section in late[:1]:
            bar = bars[section.start - 1]
            heard = {
                n.beat - bar.start_beat: n.pitch % 12
                for n in melody.notes
                if bar.start_beat <= n.beat < bar.end_beat
            }
            rhythm, pitches = opening(plan, melody, given)
            total += 1
            same += all(onset in heard for onset in rhythm) and all(
                heard[onset] == pitch % 12
                for onset, pitch in zip(rhythm[:3], pitches, strict=False)
            )
    assert total >= 5
    assert same >= 0.6 * total
