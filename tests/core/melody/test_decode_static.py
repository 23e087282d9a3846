"""Steps that are compiled: one for all requests of a size, right, and dispensable."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import torch

from filmcomposer_core.melody.decode import Decoder
from tests.fakes.tiny_musicgen import CODEBOOKS, VOCABULARY, WIDTH, tiny_musicgen


def _run(decoder: Decoder, *, words: int, count: int) -> torch.Tensor:
    source = torch.Generator().manual_seed(words)
    prefix = torch.randn(3, words, WIDTH, generator=source)
    steps = torch.randint(0, VOCABULARY + 1, (3, CODEBOOKS, count), generator=source)
    found = [decoder.start(prefix, steps[:, :, :2], length=words + count)]
    found += [decoder.step(steps[:, :, at]) for at in range(2, count)]
    return torch.stack(found)


def test_one_compiled_step_serves_texts_and_windows_of_all_lengths() -> None:
    graphs: list[torch.fx.GraphModule] = []

    def keep(graph: torch.fx.GraphModule, _: list[Any]) -> Any:
        graphs.append(graph)
        return graph.forward

    model = tiny_musicgen()
    compiled = Decoder(model, static=True).compiled(backend=keep)
    plain = Decoder(model, static=False)
    for words, count in ((7, 9), (9, 30), (40, 20)):
        found, wanted = (_run(d, words=words, count=count) for d in (compiled, plain))
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    assert len(graphs) == 1


def test_without_a_compiler_the_steps_are_the_same(caplog: pytest.LogCaptureFixture) -> None:
    def none(*_: object) -> Any:
        msg = "Cannot find a working triton installation."
        raise RuntimeError(msg)

    model = tiny_musicgen()
    with caplog.at_level(logging.WARNING, "filmcomposer_core"):
        found = _run(Decoder(model, static=True).compiled(backend=none), words=7, count=9)
    torch.testing.assert_close(found, _run(Decoder(model, static=False), words=7, count=9))
    assert "triton" in caplog.text


def test_a_step_that_fails_by_itself_is_not_hidden() -> None:
    decoder = Decoder(tiny_musicgen(), static=True).compiled(backend="eager")
    begin = torch.zeros(2, CODEBOOKS, 1, dtype=torch.long)
    decoder.start(torch.randn(2, 3, WIDTH), begin, length=9)
    with pytest.raises(RuntimeError, match="index_copy_"):
        decoder.step(torch.zeros(5, CODEBOOKS, dtype=torch.long))


def test_a_static_cache_stays_and_keeps_nothing_of_the_request_before() -> None:
    decoder = Decoder(tiny_musicgen(), static=True)
    first = _run(decoder, words=7, count=9)
    place = decoder._cache[0][0].data_ptr()
    with torch.inference_mode():
        for pair in decoder._cache:
            for tensor in pair:
                tensor.fill_(float("nan"))
    assert torch.equal(_run(decoder, words=7, count=9), first)
    assert decoder._cache[0][0].data_ptr() == place
    assert decoder.held_bytes == 2 * 2 * 3 * WIDTH * 256 * 4
    decoder.release()
    assert decoder.held_bytes == 0
