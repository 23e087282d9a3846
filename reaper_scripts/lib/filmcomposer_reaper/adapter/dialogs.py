"""Questions to the user. REAPER stands still until they are answered."""

from __future__ import annotations

from collections.abc import Sequence

from filmcomposer_reaper.adapter.reaper import Reaper

TITLE = "FilmComposer"
MOST_FIELDS = 16
_OK, _YES_NO_CANCEL, _YES_NO = 0, 3, 4
_YES, _NO = 6, 7
_ROOM = 16 * 1024
#: Between the texts of several fields: texts hold commas, and fields no line breaks.
_BETWEEN = "\n"
#: What parts the labels themselves.
_LABEL_MARKS = str.maketrans({",": ";", "\n": " "})


def tell(reaper: Reaper, text: str) -> None:
    """Show a message until the user closes it."""
    reaper.rpr.ShowMessageBox(text, TITLE, _OK)


def ask_yes_no(reaper: Reaper, question: str) -> bool:
    """Ask; whether the user said yes."""
    return bool(reaper.rpr.ShowMessageBox(question, TITLE, _YES_NO) == _YES)


def ask_yes_no_cancel(reaper: Reaper, question: str) -> bool | None:
    """Ask; True for yes, False for no, None for cancel."""
    given = reaper.rpr.ShowMessageBox(question, TITLE, _YES_NO_CANCEL)
    return {_YES: True, _NO: False}.get(given)


def ask_fields(
    reaper: Reaper, title: str, fields: Sequence[tuple[str, str]], *, width: int = 200
) -> list[str] | None:
    """Have the user fill in up to 16 lines of text.

    Parameters
    ----------
    reaper : Reaper
    title : str
        Of the window.
    fields : sequence of (label, text)
        What each is for and what stands in it at first.
    width : int
        Extra width for the texts, in pixels.

    Returns
    -------
    list of str or None
        The texts; None if the user cancelled.
    """
    if not 1 <= len(fields) <= MOST_FIELDS:
        msg = f"{len(fields)} fields; a window holds 1 to {MOST_FIELDS}."
        raise ValueError(msg)
    labels = [label.translate(_LABEL_MARKS) for label, _ in fields]
    captions = ",".join([*labels, f"extrawidth={width}", f"separator={_BETWEEN}"])
    texts = _BETWEEN.join(text.replace(_BETWEEN, " ") for _, text in fields)
    found = reaper.rpr.GetUserInputs(title, len(fields), captions, texts, _ROOM)
    if not found[0]:
        return None
    given = str(found[4]).split(_BETWEEN)
    return given + [""] * (len(fields) - len(given))


def ask_number(reaper: Reaper, question: str, label: str, low: int, high: int) -> int | None:
    """Have the user type a whole number; asks again until it is one from low to high.

    Returns
    -------
    int or None
        The number; None if the user cancelled.
    """
    text, title = str(low), question
    while True:
        found = ask_fields(reaper, title, [(f"{label} ({low} to {high})", text)])
        if found is None:
            return None
        text = found[0].strip()
        if text.isdecimal() and low <= int(text) <= high:
            return int(text)
        title = f"Type a whole number from {low} to {high}"
