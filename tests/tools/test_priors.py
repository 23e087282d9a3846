"""Hand-worked examples of what is learned from tunes and chorales."""

import tomllib
from collections import Counter

import pytest

from filmcomposer_core.composition.learned import Place, contexts, step_counts
from tools.priors.chorales import Chorale, chorale_of
from tools.priors.compare import compare_bars, compare_notes
from tools.priors.families import families, folds, held_out, normal_title
from tools.priors.harmony import cadences, changes, chord_name, chords_of, voice_moves
from tools.priors.melody import count, merged, places_of, pruned
from tools.priors.rhythms import close_bars, length_moves, pattern_of
from tools.priors.shapes import after_leaps, contour, degree_moves, phrase_ends
from tools.priors.tunes import TRANSCRIBERS, Tune, corpus_root, read_tunes, tunes_of
from tools.priors.write import HEAD, steps_text, toml_text

#: Eight bars in D with an upbeat; bar 4 is written in two halves around the repeat sign.
TUNE = """X:1
T:The Testing -- Reel
M:4/4
L:1/8
N:"Slow and plaintive"
K:D
A2|d4 f4|e2dc d4|{g}f4 a2-a2|d6:|A2|B2A2 d2c2|(3cBA e4 z2|f2ed e4|d8|]
"""


def one(text: str = TUNE, source: str = "oneills1850") -> Tune:
    (tune,) = tunes_of(text, source=source)
    return tune


def test_a_tune_is_read_with_bars_offsets_and_heights() -> None:
    tune = one()
    assert (tune.num, tune.den, tune.minor, tune.kind, tune.settled) == (4, 4, False, "slow", True)
    rows = [(n.bar, n.offset, n.length, n.pitch, n.height) for n in tune.notes]
    assert rows[:3] == [(0, 288, 96, 69, 4), (1, 0, 192, 74, 7), (1, 192, 192, 78, 9)]
    # The grace note is left out and the tied note is one.
    assert rows[7:9] == [(3, 0, 192, 78, 9), (3, 192, 192, 81, 11)]
    # The halves around the repeat sign are one bar.
    assert rows[9:11] == [(4, 0, 288, 74, 7), (4, 288, 96, 69, 4)]
    assert tune.notes[15].length == 32
    assert [n.after_rest for n in tune.notes if n.bar == 7] == [True] + [False] * 3
    assert [n.bar for n in tune.notes][-1] == 8
    assert tune.odd == {0}


def test_only_slow_airs_are_slow_and_minor_modes_are_minor() -> None:
    assert one(source="airdsAirs").kind == "folk"
    assert one(TUNE.replace("K:D", "K:Dmin")).minor
    assert one(TUNE.replace("K:D", "K:D Dorian")).minor
    assert not one(TUNE.replace("K:D", "K:Dmix")).minor
    assert not list(tunes_of(TUNE.replace("A2|d4", "[A2F2]|d4"), source="x"))
    assert not list(tunes_of(TUNE.replace("M:4/4", "M:5/4"), source="x"))


def test_places_know_degree_weight_and_the_step_before() -> None:
    (first, step), (second, other), *_ = places_of(one())
    assert (first.degree, step, first.coming, first.leaving) == (4, 3, 3, 1)
    assert contexts(first) == ("", "x", "M5 x", "M5 x 3", "M5 x 3 1")
    assert (second.degree, second.last, other, second.coming) == (0, 3, 2, 2)


@pytest.fixture(scope="module")
def misc() -> list[Tune]:
    return read_tunes(("miscFolk",))


def test_counts_are_those_of_the_settled_tunes(misc: list[Tune]) -> None:
    counts = count(misc)
    moves = sum(len(tune.notes) - 1 for tune in misc if tune.settled)
    for table in counts["folk"]:
        assert sum(row.total() for row in table.values()) == moves
    assert not counts["slow"][0]
    model = merged(counts, "folk")
    kept = pruned(counts)["folk"]
    assert all(row.total() >= 40 for row in kept[4].values())
    assert sum(model[0][""].values()) == moves
    # What is shipped was learned from these tunes and more.
    shipped = step_counts("folk")[0][""]
    assert all(shipped[step] >= number for step, number in counts["folk"][0][""].items())
    assert sum(shipped.values()) > 10 * moves
    assert steps_text(pruned(counts)) == steps_text(pruned(count(misc)))


def test_variants_are_one_family_and_never_parted(misc: list[Tune]) -> None:
    assert normal_title("Miss Gay's -- Reel") == normal_title("Gay's, Miss")
    named = one(TUNE.replace("d4 f4|e2dc", "A4 B4|f2ag", 1))
    changed = one(TUNE.replace("T:The Testing", "T:Another Name").replace("K:D", "K:Dmix"))
    other = one(TUNE.replace("The Testing", "Stranger").replace("d4 f4|e2dc", "A4 B4|f2ag"))
    assert families([one(), named, changed, other]) == [0, 0, 0, 0]  # by way of the second
    assert families([one(), changed, other]) == [0, 0, 2]
    roots, held = families(misc), held_out(misc, share=0.3)
    assert {roots[i] for i, h in enumerate(held) if h}.isdisjoint(
        roots[i] for i, h in enumerate(held) if not h
    )
    assert 0.15 < sum(held) / len(held) < 0.45
    assert sorted(id(tune) for _, some in folds(misc, 3) for tune in some) == sorted(map(id, misc))


def test_learned_steps_and_bars_beat_the_earlier_tables(misc: list[Tune]) -> None:
    (learned, held), *_ = folds(misc, 3)
    notes = compare_notes([(learned, held)], "folk")
    # The few tunes of one set do not fill the orders above the second.
    assert notes["learned, order 2"] < notes["learned, order 1"] < notes["learned, order 0"]
    assert notes["learned, order 2"] < notes["earlier, best blend found"] - 0.1
    airs = [one()] * 3
    bars = compare_bars([*learned, *airs], [*held, *airs])["folk"]
    assert bars["learned bars, then lengths"] < bars["earlier bars"]
    assert bars["share of bars in the learned table"] > 0.5


def test_figures_of_a_tune_by_hand() -> None:
    assert contour([67, 60, 60, 67]) == "bowl"
    assert contour([60, 64, 64, 64]) == "rise-flat"
    tune = one()
    ends = phrase_ends([tune], minor=False)
    assert ends["bar4"][0] == 100.0
    assert ends["bar8"][0] == 100.0
    # Fourths and more: A-d, a-d, d-A, A-d and A-e; the third and fourth turn back by step.
    leaps = after_leaps([tune])["fourth_and_more"]
    assert sum(leaps) == pytest.approx(100.0, abs=0.3)
    assert leaps == [40.0, 0.0, 0.0, 60.0]
    rows = degree_moves([tune], minor=False, strong=True)
    assert rows[3] == [0.0] * 7
    assert sum(rows[0]) == pytest.approx(100.0, abs=0.3)


def test_rhythms_of_a_tune_by_hand() -> None:
    tune = one()
    bars = {n: [note for note in tune.notes if note.bar == n] for n in range(9)}
    assert pattern_of(bars[2], 384) == "x---x-x-x-------"
    assert pattern_of(bars[6], 384) is None  # triplets stand between the sixteenths
    assert close_bars([tune], (4, 4)) == Counter({"x-----------....": 1, "x---------------": 1})
    assert length_moves([tune] * 40)["4/4"]["8 2"] == {8: 80}


@pytest.mark.parametrize(
    ("pitches", "minor", "name"),
    [
        ([72, 67, 64, 48], False, "I"),
        ([74, 67, 65, 59], False, "V"),
        ([72, 69, 65, 50], False, "ii"),
        ([72, 68, 65, 50], True, "iio"),
        ([75, 67, 60, 48], True, "i"),
        ([74, 70, 67, 55], True, "v"),
        ([72, 69, 66, 50], False, "II"),
        ([72, 61, 62, 63], False, None),
    ],
)
def test_chords_are_named_in_the_key(pitches: list[int], minor: bool, name: str | None) -> None:
    assert chord_name(pitches, tonic=0, minor=minor) == name


def hymn(*chords: tuple[int, int, int, int]) -> Chorale:
    voices = tuple(
        tuple((96 * i, 96, chord[v]) for i, chord in enumerate(chords)) for v in range(4)
    )
    return Chorale(
        number="1", tonic=0, minor=False, num=4, den=4, voices=voices, lines=(0, 384),
        pauses=(96 * (len(chords) - 1),),
    )  # fmt: skip


def test_cadence_and_voices_of_a_hymn_by_hand() -> None:
    found = hymn((72, 67, 64, 48), (72, 69, 65, 53), (71, 67, 62, 55), (72, 67, 64, 48))
    assert changes(chords_of(found)) == [(0, "I"), (96, "IV"), (192, "V"), (288, "I")]
    assert cadences([found])["final"] == {"IV V I": 100.0}
    moves = voice_moves([found])
    assert moves["moves"]["soprano"] == [33.3, 66.7, 0.0, 0.0, 0.0]
    assert moves["outer"] == {"contrary": 66.7, "oblique": 33.3, "similar": 0.0, "parallel": 0.0}
    assert moves["parallels"] == {"fifths": 0.0, "octaves": 0.0}
    bare = voice_moves([hymn((72, 67, 60, 48), (74, 69, 62, 50))])
    # Of six pairs all move: 72-60, 72-48 and 60-48 are octaves, 67-60 and 67-48 fifths.
    assert bare["parallels"] == {"fifths": 333.33, "octaves": 500.0}


def test_a_chorale_of_the_corpus() -> None:
    from music21 import corpus

    found = chorale_of(corpus.parse("bach/bwv269"))
    assert found is not None
    assert (found.tonic, found.minor, found.num, found.den) == (7, False, 3, 4)
    names = [name for _, name in chords_of(found)]
    assert names[0] == names[-1] == "I"
    assert len(found.pauses) >= 4


def test_toml_can_be_read_again() -> None:
    data = {"x": {"n": 3, "V/7": [1.5, 2.0], "rows": [["x-", 2.0], [".", 1.0]]}, "-1": {"ø": 1}}
    text = toml_text(data)
    assert text.startswith(HEAD)
    assert tomllib.loads(text) == data


def test_the_transcribers_stand_in_the_corpus() -> None:
    sets = ("oneills1850", "ryansMammoth", "airdsAirs", "miscFolk")
    fields = "".join(
        line.lower()
        for name in sets
        for path in sorted((corpus_root() / name).glob("*.abc"))
        for line in path.read_text("utf-8", errors="replace").splitlines()
        if line.startswith("Z:")
    )
    plain = fields.replace(".", "").replace(" ", "")
    for name in TRANSCRIBERS:
        assert name.lower().replace(".", "").replace(" ", "") in plain, name


def test_a_place_before_any_step() -> None:
    place = Place(minor=True, degree=6, last=8, coming=0, leaving=2)
    assert contexts(place)[-1] == "m7 x 0 2"
