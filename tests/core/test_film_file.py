"""A film file is opened alone: what is in it cannot lead to another file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from filmcomposer_core.errors import InputError
from filmcomposer_core.film_file import open_film
from tests.clips import moving_square


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving_square(tmp_path_factory.mktemp("film") / "film.mp4", seconds=1.0)


def test_a_film_is_opened(film: Path) -> None:
    with open_film(film) as container:
        assert len(container.streams.video) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ffconcat version 1.0\nfile other.mp4\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nother.mp4\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
    ],
    ids=["concat", "playlist", "session"],
)
def test_a_list_of_files_is_no_film(film: Path, tmp_path: Path, text: str) -> None:
    shutil.copy(film, tmp_path / "other.mp4")
    (tmp_path / "list.mp4").write_text(text)
    with pytest.raises(InputError, match="is not a video"):
        open_film(tmp_path / "list.mp4")


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.mp4 cannot be opened: it is not there"):
        open_film(tmp_path / "gone.mp4")
