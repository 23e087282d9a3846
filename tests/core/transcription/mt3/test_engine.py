"""The whole path on a tiny network that has learnt one phrase."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from filmcomposer_core.contracts.transcript import Transcript
from filmcomposer_core.errors import Cancelled, InputError
from filmcomposer_core.transcription.engine import transcriber
from filmcomposer_core.transcription.mt3.engine import Mt3
from filmcomposer_core.transcription.mt3.listen import write_words
from filmcomposer_core.transcription.mt3.spectrogram import RATE, segments
from filmcomposer_core.transcription.mt3.vocabulary import END, Note, Vocabulary
from filmcomposer_core.transcription.mt3.weights import find_weights, load_network
from tests.fakes.tiny_mt3 import TINY, play, save_mt3, teach, tiny_mt3

#: A tune over a bass of another instrument; its third note goes on over a seam at 2.048 s.
TUNE = ((20, 75, 67), (80, 135, 69), (140, 235, 72), (240, 295, 71), (300, 390, 67))
PHRASE = (
    *(Note(start=s, end=e, pitch=p, velocity=100, program=0) for s, e, p in TUNE),
    *(Note(start=s, end=e, pitch=p, velocity=100, program=40)
      for s, e, p in ((20, 135, 48), (140, 295, 53), (300, 390, 43))),
)  # fmt: skip
LENGTH_S = 4.05


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    network = tiny_mt3()
    teach(network, play(PHRASE, LENGTH_S), PHRASE, rounds=60)
    return save_mt3(network, tmp_path_factory.mktemp("mt3") / "taught")


def heard(found: Transcript) -> set[tuple[int, int, int, int]]:
    return {(round(n.start_s * 100), round(n.end_s * 100), n.pitch, n.program) for n in found.notes}


def test_a_taught_network_writes_down_its_phrase(taught: Path) -> None:
    engine = transcriber("mt3", weights=str(taught))
    found = engine.transcribe(play(PHRASE, LENGTH_S))
    assert heard(found) == {(n.start, n.end, n.pitch, n.program) for n in PHRASE}
    assert found.engine == "mt3"
    assert found.licence == "Apache-2.0"
    assert found.model.startswith("taught (sha256 ")
    assert found.duration_s == pytest.approx(LENGTH_S)
    assert all(0.5 < note.confidence <= 1.0 for note in found.notes)
    assert [n.start_s for n in found.notes] == sorted(n.start_s for n in found.notes)


def test_words_come_out_of_the_sound_of_their_segment(taught: Path) -> None:
    network = load_network(find_weights(taught))
    picture = torch.from_numpy(segments(play(PHRASE, LENGTH_S), range(2), frames=256))
    words, sure = write_words(network, picture)
    turned, _ = write_words(network, picture.flip(0))
    assert words[0] != words[1]
    assert turned == words[::-1]
    alone = [write_words(network, picture[i : i + 1])[0][0] for i in range(2)]
    assert alone == words
    assert [row[-1] for row in words] == [END, END]
    assert [len(row) for row in sure] == [len(row) for row in words]
    assert all(0.0 < chance <= 1.0 for row in sure for chance in row)


def test_pickled_weights_hear_the_same(taught: Path, tmp_path: Path) -> None:
    network = load_network(find_weights(taught))
    other = Mt3(save_mt3(network, tmp_path / "other", pickled=True), device="cpu")
    sound = play(PHRASE, LENGTH_S)
    assert other.transcribe(sound).notes == Mt3(taught).transcribe(sound).notes


def test_a_piano_model_tells_no_instruments_apart(tmp_path: Path) -> None:
    shape = replace(TINY, vocab_size=1664, segment_frames=256)
    assert shape.vocabulary == Vocabulary(bins=127, ties=False)
    notes = [Note(start=s, end=e, pitch=p, velocity=40 + p // 2) for s, e, p in TUNE[:2]]
    network, sound = tiny_mt3(shape), play(notes, 1.5)
    teach(network, sound, notes, rounds=50)
    found = Mt3(save_mt3(network, tmp_path / "piano")).transcribe(sound)
    assert [
        (round(n.start_s * 100), round(n.end_s * 100), n.pitch, n.velocity) for n in found.notes
    ] == [(n.start, n.end, n.pitch, n.velocity) for n in notes]
    assert {n.program for n in found.notes} == {-1}


def test_a_network_that_knows_nothing_still_answers(tmp_path: Path) -> None:
    """A sound of many batches, and a network that babbles until it is cut off."""
    network = tiny_mt3()
    with torch.no_grad():
        network.lm_head.weight[END] = -10.0 * network.decoder.final_layer_norm.weight
    engine = Mt3(save_mt3(network, tmp_path / "wild"), device="cpu")
    sound = play([Note(start=0, end=300, pitch=60, velocity=90)], 3.0)
    told: list[float] = []
    found = engine.transcribe(sound, progress=lambda share, message="": told.append(share))
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(told) > 20
    assert found.duration_s == 3.0


def test_listening_stops_between_words(taught: Path) -> None:
    calls = 0

    def stop(fraction: float, message: str = "") -> None:
        nonlocal calls
        calls += 1
        msg = "Stopped."
        raise Cancelled(msg)

    with pytest.raises(Cancelled):
        Mt3(taught).transcribe(play(PHRASE, LENGTH_S), progress=stop)
    assert calls == 1


@pytest.mark.parametrize("samples", [0, 100])
def test_too_short_a_sound_is_refused(taught: Path, samples: int) -> None:
    with pytest.raises(InputError, match="too little for a note"):
        Mt3(taught).transcribe(np.ones(samples, np.float32))


def test_silence_is_refused(taught: Path) -> None:
    with pytest.raises(InputError, match="silent"):
        Mt3(taught).transcribe(np.zeros(RATE, np.float32))


def test_what_is_no_number_is_a_sentence(taught: Path) -> None:
    """Weights so large that the network overflows."""
    network = load_network(find_weights(taught))
    network.lm_head.weight.mul_(3e38)
    picture = torch.from_numpy(segments(play(PHRASE, LENGTH_S), range(1), frames=256))
    with pytest.raises(InputError, match="no number"):
        write_words(network, picture)


def test_an_unknown_device_is_a_sentence(taught: Path) -> None:
    with pytest.raises(InputError, match="There is no device 'abacus' here"):
        Mt3(taught, device="abacus")
