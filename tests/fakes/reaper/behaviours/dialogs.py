"""Dialogs, which hold everything up until the user answers (h3, h4).

A test says beforehand what the user answers (``host.answer``); a dialog that nobody expects would
stop a script for good, so it is a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.reaper.faults import Misuse
from tests.fakes.reaper.functions import Out, behaviour

if TYPE_CHECKING:
    from tests.fakes.reaper.host import Host

#: The kinds of message box and what each can give (h4): 1 OK 2 cancel 6 yes 7 no.
BOXES = {0: {"ok": 1}, 1: {"ok": 1, "cancel": 2}, 3: {"yes": 6, "no": 7, "cancel": 2},
         4: {"yes": 6, "no": 7}}  # fmt: skip
MOST_FIELDS = 16


def _answer(host: Host, *shown: str) -> Any:
    host.dialogs.append(shown)
    if host.project.history.depth or host.project.refresh_locks:
        raise Misuse(f"a dialog opens inside an undo block or a refresh lock: {shown!r}")
    if not host.answers:
        raise Misuse(f"a dialog opens that nobody answers: {shown!r}")
    answer = host.answers.pop(0)
    host.now_s += answer.after_s
    return answer.given


@behaviour("ShowMessageBox")
def message(host: Host, text: str, title: str, kind: int) -> int:
    """A message box; the answer is the button's number (h4)."""
    if kind not in BOXES:
        raise Misuse(f"there is no message box of type {kind} (h4)")
    given = _answer(host, title, text)
    if given not in BOXES[kind]:
        raise Misuse(f"a box of type {kind} has no button {given!r}")
    return BOXES[kind][given]


@behaviour("GetUserInputs")
def inputs(host: Host, title: str, count: int, captions: str, values: str, size: int) -> Out:
    """Fields to fill in: at most 16; ``separator=`` and ``extrawidth=`` may follow (h4).

    That the separator parts the values, not the captions, is from memory (unverified).
    """
    if not 1 <= count <= MOST_FIELDS:
        raise Misuse(f"{count} fields; 1 to {MOST_FIELDS} can be asked for (h4)")
    fields = captions.split(",")
    extra = [c for c in fields[count:] if c.startswith(("separator=", "extrawidth="))]
    if len(fields) - len(extra) != count:
        raise Misuse(f"{count} fields with the captions {captions!r}")
    mark = next((c.removeprefix("separator=") for c in extra if c.startswith("sep")), ",")
    had = values.split(mark)
    if len(had) > count:
        raise Misuse(f"{count} fields with the values {values!r}")
    given = _answer(host, title, captions, values)
    if given is None:
        return Out(False)
    told = mark.join(given)
    if len(given) != count or sum(map(len, given)) + count - 1 != len(told):
        raise Misuse(f"{count} fields answered with {given!r}")
    if len(told.encode()) >= size:
        raise Misuse(f"the answer {told!r} does not fit into {size} bytes: REAPER cuts it")
    return Out(True, {"retvals_csv": told})
