"""A CSV table as people and their spreadsheets save it: rows of cells by column name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

from filmcomposer_core.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its cells by column, stripped, and its place for messages (``spots.csv row 3``)."""

    place: str
    cells: dict[str, str]

    def text(self, column: str) -> str:
        """Return a cell, empty where the column or the cell is missing."""
        return self.cells.get(column, "")

    def fault(self, reason: str, hint: str) -> InputError:
        """Make the error that names this row."""
        return InputError(f"{self.place}: {reason}.", hint)


def read_rows(text: str, *, columns: Collection[str], where: str) -> list[Row]:
    """Split CSV text into rows.

    Parameters
    ----------
    text : str
        Commas, semicolons or tabs; a byte order mark, CRLF, blank lines, an Excel ``sep=`` line
        and columns in any order are accepted.
    columns : collection of str
        The names a header may hold, in lower case.
    where : str
        Name of the file, for messages.

    Returns
    -------
    list of Row
        Without blank rows; row 1 is the header, as in a spreadsheet.

    Raises
    ------
    InputError
        If there is no header, a column is unknown or doubled, or a row has too many cells.
    """
    lines = text.removeprefix("\ufeff")
    delimiter = _delimiter(lines)
    try:
        table = list(csv.reader(io.StringIO(lines, newline=""), delimiter=delimiter))
    except csv.Error as exc:
        msg = f"{where}: not a readable CSV file ({exc})."
        raise InputError(msg, "Save it as CSV text, or delete it to have it made anew.") from exc
    first = _header_row(table, where)
    header = [cell.strip().lower() for cell in table[first]]
    _check_header(header, columns=columns, where=where)
    rows = []
    for number, cells in enumerate(table[first + 1 :], start=first + 2):
        stripped = [" ".join(cell.split()) for cell in cells]
        if any(stripped):
            rows.append(_row(stripped, header, f"{where} row {number}"))
    return rows


def parse_number(text: str) -> float | None:
    """Read a number with a decimal point or comma; None if it is none or not finite."""
    compact = text.replace(" ", "")
    if "," in compact and "." in compact:
        # The mark that stands last is the decimal one, the other parts thousands.
        thousands = "," if compact.rfind(".") > compact.rfind(",") else "."
        compact = compact.replace(thousands, "")
    compact = compact.replace(",", ".")
    # Python reads 1_000, nan and Arabic digits as numbers; a table should not hold them.
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", compact, re.ASCII):
        return None
    return float(compact)


def _delimiter(text: str) -> str:
    """Return the delimiter of the first row that is not blank, a comma if there is none."""
    for line in text.splitlines():
        if line.strip():
            declared = re.fullmatch(r"sep=(.)", line.strip(), re.IGNORECASE)
            if declared:
                return declared[1]
            return max(",;\t", key=line.count)
    return ","


def _header_row(table: list[list[str]], where: str) -> int:
    for index, cells in enumerate(table):
        filled = [cell.strip() for cell in cells if cell.strip()]
        # A `sep=,` line is itself split at the comma it declares.
        if filled and not filled[0].lower().startswith("sep="):
            return index
    msg = f"{where}: the file is empty."
    raise InputError(msg, "Add a header row, or delete the file to have it made anew.")


def _check_header(header: list[str], *, columns: Collection[str], where: str) -> None:
    known = ", ".join(columns)
    while header and not header[-1]:
        header.pop()
    for name in header:
        if name not in columns:
            msg = f"{where} row 1: unknown column '{name}'."
            raise InputError(msg, f"The columns are: {known}.")
        if header.count(name) > 1:
            msg = f"{where} row 1: column '{name}' stands there twice."
            raise InputError(msg, "Remove one of them.")


def _row(cells: list[str], header: list[str], place: str) -> Row:
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(cells) > len(header):
        msg = f"{place}: {len(cells)} cells under {len(header)} columns."
        raise InputError(msg, 'Put cells that hold the separator in quotes ("4,71").')
    return Row(place=place, cells=dict(zip(header, cells, strict=False)))
