"""What the melody engine promises."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from filmcomposer_core.contracts.take import Stroke, TakeRequest
from filmcomposer_core.errors import Cancelled, FilmComposerError, InputError
from filmcomposer_core.melody import generate as module
from filmcomposer_core.melody.generate import MelodyEngine
from filmcomposer_core.melody.memory import OutOfMemoryError, check_memory, need
from filmcomposer_core.melody.windows import windows

EVEN = tuple(Stroke(time_s=0.5 * i, strength=0.8, pitches=(0, 4, 7)) for i in range(4))
ODD = tuple(Stroke(time_s=0.25 + 0.4 * i, strength=0.8, pitches=(2, 5, 9)) for i in range(4))


def ask(**changes: object) -> TakeRequest:
    plain: dict[str, object] = {
        "text": "a sad slow theme", "strokes": EVEN, "duration_s": 1.0, "seeds": (5,)
    }  # fmt: skip
    return TakeRequest(**plain | changes)  # type: ignore[arg-type]


def heard(engine: MelodyEngine, **changes: object) -> np.ndarray:
    (take,) = engine.generate(ask(**changes))
    return take.sound


def test_takes_have_the_wanted_length_and_follow_from_their_seed(engine: MelodyEngine) -> None:
    three = engine.generate(ask(seeds=(5, 6, 7), duration_s=1.013))
    assert [take.seed for take in three] == [5, 6, 7]
    assert {take.sound.shape for take in three} == {(round(1.013 * engine.rate),)}
    assert not np.array_equal(three[0].sound, three[1].sound)
    for take in three:
        alone = heard(engine, seeds=(take.seed,), duration_s=1.013)
        np.testing.assert_allclose(take.sound, alone, atol=1e-5)


def test_another_rhythm_and_other_words_give_another_sound(engine: MelodyEngine) -> None:
    one = heard(engine)
    assert not np.allclose(one, heard(engine, strokes=ODD))
    assert not np.allclose(one, heard(engine, text="fast bright chase"))


@pytest.mark.parametrize("which", ["engine", "melody_engine"])
def test_a_condition_that_is_left_out_says_nothing(
    which: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(which)
    words = heard(engine, condition="text")
    np.testing.assert_array_equal(words, heard(engine, condition="text", strokes=ODD))
    rhythm = heard(engine, condition="rhythm")
    np.testing.assert_array_equal(rhythm, heard(engine, condition="rhythm", text="fast chase"))
    assert not np.allclose(words, rhythm)
    assert not np.allclose(rhythm, heard(engine, condition="rhythm", strokes=ODD))


def test_the_record_says_how_the_rhythm_was_heard(
    engine: MelodyEngine, melody_engine: MelodyEngine
) -> None:
    assert engine.model.heard_rhythm == "rhythm conditioner"
    assert melody_engine.model.heard_rhythm == "melody conditioner"
    assert engine.model.licence == "CC0-1.0"
    assert engine.model.sha256 != melody_engine.model.sha256


def test_a_longer_cue_goes_on_window_by_window(
    engine: MelodyEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(frames: int, *, frame_rate: float, window_s: float) -> object:
        assert window_s == 30.0
        return windows(frames, frame_rate=frame_rate, window_s=1.0)

    monkeypatch.setattr(module, "windows", short)
    said: list[tuple[float, str]] = []
    (take,) = engine.generate(
        ask(duration_s=2.5), progress=lambda part, text="": said.append((part, text))
    )
    assert take.sound.size == round(2.5 * engine.rate)
    assert [part for part, _ in said] == sorted(part for part, _ in said)
    assert "part 3 of 4" in " ".join(text for _, text in said)
    # The first window does not know of those after it.
    np.testing.assert_allclose(
        heard(engine, duration_s=1.0)[: engine.rate // 2], take.sound[: engine.rate // 2], atol=0.05
    )


def test_windows_write_every_frame_once() -> None:
    plan = windows(9000, frame_rate=50.0)
    assert plan[0].begin == plan[0].written == 0
    assert plan[-1].end == 9000
    for before, after in pairwise(plan):
        assert after.written == before.end
        assert after.begin == before.end - 600
        assert after.end - after.begin <= 1500


def test_it_stops_where_it_is_told_to(engine: MelodyEngine) -> None:
    calls = 0

    def stop(part: float, text: str = "") -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            msg = "Stopped."
            raise Cancelled(msg)

    with pytest.raises(Cancelled):
        engine.generate(ask(duration_s=20.0), progress=stop)
    assert calls == 2
    assert heard(engine).size


def test_rhythm_without_spots_is_refused(engine: MelodyEngine) -> None:
    with pytest.raises(InputError, match="no spots"):
        engine.generate(ask(strokes=()))
    assert heard(engine, strokes=(), condition="text").size


def test_strokes_behind_the_end_are_not_heard(engine: MelodyEngine) -> None:
    late = (*EVEN, Stroke(time_s=400.0, strength=1.0))
    np.testing.assert_array_equal(heard(engine), heard(engine, strokes=late))


def test_broken_weights_are_told(trained: object) -> None:
    engine = MelodyEngine(trained, device="cpu")  # type: ignore[arg-type]
    with torch.inference_mode():
        engine._model.musicgen.decoder.model.decoder.layers[0].fc1.weight[0, 0] = float("nan")
    with pytest.raises(FilmComposerError, match="numbers that are none"):
        engine.generate(ask())


@pytest.mark.parametrize(
    "failure",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate"),
        MemoryError(),
    ],
    ids=["cuda", "processor", "cublas", "python"],
)
def test_an_engine_that_ran_out_of_memory_goes_on(engine: MelodyEngine, failure: Exception) -> None:
    before = heard(engine)

    def full(part: float, text: str = "") -> None:
        if part > 0.3:
            raise failure

    with pytest.raises(OutOfMemoryError, match="ran out of memory") as caught:
        engine.generate(ask(), progress=full)
    assert caught.value.code == "out_of_memory"
    assert engine._decoder.held_bytes == 0
    np.testing.assert_array_equal(heard(engine), before)


def test_other_failures_are_not_taken_for_memory(engine: MelodyEngine) -> None:
    def broken(part: float, text: str = "") -> None:
        msg = "mat1 and mat2 shapes cannot be multiplied"
        raise RuntimeError(msg)

    with pytest.raises(RuntimeError, match="mat1"):
        engine.generate(ask(), progress=broken)


def test_memory_is_counted_before_the_work() -> None:
    # MusicGen-Melody, 1.5 billion weights in 16 bits, 4 candidates of 30 s with guidance:
    # 2 (keys, values) x 48 layers x 1536 wide x 8 rows x 2 bytes x 1,900 positions = 4.5 GB.
    wanted = need(
        weights=3_000_000_000, layers=48, width=1536, item_bytes=2, candidates=4, positions=1900,
        frames=1500, guided=True,
    )  # fmt: skip
    assert wanted.cache == 2 * 48 * 1536 * 8 * 2 * 1900
    check_memory(wanted, free=wanted.total, device="cuda", candidates=4, name="m")
    with pytest.raises(OutOfMemoryError, match=r"Ask for 2 candidates") as caught:
        check_memory(wanted, free=7_000_000_000, device="cuda", candidates=4, name="m")
    assert caught.value.code == "out_of_memory"
    with pytest.raises(OutOfMemoryError, match="half precision"):
        check_memory(wanted, free=1_000_000_000, device="cuda", candidates=4, name="m")


@pytest.mark.parametrize(
    "wrong",
    [{"duration_s": 0.0}, {"duration_s": 1200.0}, {"seeds": ()}, {"condition": "chroma"},
     {"guidance": 0.5}, {"temperature": -1.0}],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|asked"):
        ask(**wrong)
