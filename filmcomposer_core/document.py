"""What a file that a user may edit is: a typed value, bytes, and a tree for pins.

A document may be several files that say the same (the theme is MIDI and ABC). ``parse`` refuses
edits with errors in one sentence; ``tree`` and ``from_tree`` name the parts that a pin can hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from filmcomposer_core.contracts import codec
from filmcomposer_core.errors import InputError
from filmcomposer_core.timeline import Bar, Timeline

Files = Mapping[str, bytes]
Tree = Any


class Values(Protocol):
    """Where a document finds the documents it refers to."""

    def value(self, name: str) -> Any:
        """Return the value of another document."""

    def place(self, name: str) -> str:
        """Return the path of a file, for messages."""

    def written(self, name: str) -> Any | None:
        """Return a document as we last wrote it, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """How one document is read, written and compared.

    ``counts`` gives what of its value the work of later stages rests on: where the cue lies on the
    time line is told by other means (:attr:`filmcomposer_core.stages.Stage.settings`).
    """

    name: str
    files: tuple[str, ...]
    parse: Callable[[Files, Values], Any]
    render: Callable[[Any, Values], dict[str, bytes]]
    tree: Callable[[Any, Values], Tree]
    from_tree: Callable[[Tree, Values], Any]
    counts: Callable[[Any], Any] = lambda value: value


def structured(
    name: str,
    kind: Any,
    *,
    check: Callable[[Any, Values], Any] = lambda value, _: value,
    to_tree: Callable[[Tree], Tree] = lambda plain: plain,
    from_tree: Callable[[Tree], Tree] = lambda tree: tree,
    counts: Callable[[Any], Any] = lambda value: value,
) -> Document:
    """Make a document of a JSON or TOML file that holds one contract.

    ``check`` completes or refuses what was read; ``to_tree`` and ``from_tree`` fold what pins name.
    """
    toml = name.endswith(".toml")
    read = codec.parse_toml if toml else codec.parse_json
    write = codec.dump_toml if toml else codec.dump_json

    def parse(files: Files, values: Values) -> Any:
        where = values.place(name)
        data = read(file_text(files[name], where), where=where)
        return check(codec.build(kind, data, where=where), values)

    def unfold(tree: Tree, values: Values) -> Any:
        return check(codec.build(kind, from_tree(tree), where=values.place(name)), values)

    return Document(
        name=name,
        files=(name,),
        parse=parse,
        render=lambda value, _: {name: write(value).encode()},
        tree=lambda value, _: to_tree(codec.plain(value)),
        from_tree=unfold,
        counts=counts,
    )


def file_text(data: bytes, where: str) -> str:
    """Return a file's text; InputError where it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        msg = f"{where}: not UTF-8 text (byte {exc.start})."
        raise InputError(msg, "Save the file as UTF-8.") from exc


def bars_of(values: Values) -> tuple[Bar, ...]:
    """Return the bars of the chosen tempo map up to the end of the clip."""
    clip = values.value("analysis.json").clip
    points = values.value("tempo.json").map.points
    return Timeline(points).bars_until(clip.duration_s)
