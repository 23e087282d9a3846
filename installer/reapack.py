"""Write the index.xml that ReaPack reads, from the scripts' headers.

What ReaPack's client does with it was read in its source (cfillion/reapack, index_v1.cpp and
source.cpp): a script lands in ``Scripts/<index name>/<category>/<file>``, a file of type ``data``
in ``Data/<file>``; of an element only the first text node counts; the description is RTF, the
changelog plain text; the index's name has 4 to 24 characters.

::

    python3 -m installer.reapack --url https://example.org/filmcomposer/v1.0.0/reaper_scripts
"""

from __future__ import annotations

import argparse
import re
import sys
import time as clock
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote, urlsplit
from xml.sax.saxutils import escape, quoteattr

from installer.errors import SetupError
from installer.headers import FOLDER, Action, read_actions
from installer.product import read_version

#: Scale of the icons in ``reaper_scripts/icons`` -> where REAPER looks for them below ``Data``.
ICONS = {"100": "toolbar_icons", "150": "toolbar_icons/150", "200": "toolbar_icons/200"}
#: Made by install.py or by Python on each computer, and not part of a release.
_LOCAL = {"reapy_site", "__pycache__"}
SUMMARY = "FilmComposer: from a silent film clip to a finished cue"
SETUP = (
    "These are the actions only. The music is made by FilmComposer itself: fetch it and run "
    "install.py, which also sets up Python for REAPER and the toolbar."
)
_NAME = re.compile(r'[^*\\:<>?/|"\x00-\x1f\x7f]{4,24}')
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: What ReaPack takes for the characters of an address.
_URL = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
_NOT_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def make_index(
    actions: Sequence[Action],
    files: Sequence[str],
    *,
    name: str,
    version: str,
    base_url: str,
    time: str,
) -> str:
    """Return index.xml with one package that holds everything; the same input, the same text.

    Parameters
    ----------
    actions : sequence of Action
        Each one becomes an entry of the action list.
    files : sequence of str
        The other files below ``reaper_scripts``, with forward slashes. ``icons/150/x.png``
        becomes data, the rest lies beside the actions.
    name : str
        The repository's name in ReaPack, 4 to 24 characters.
    version : str
        The release.
    base_url : str
        Address of the folder ``reaper_scripts`` of that release, https.
    time : str
        When it was released, ``2025-01-31T12:00:00Z``.

    Raises
    ------
    SetupError
        If ReaPack would refuse the result.
    """
    base = _check_url(base_url)
    if not _NAME.fullmatch(name) or name != name.strip(" ."):
        raise SetupError(f"ReaPack takes no repository named {name!r}.", "Use 4 to 24 letters.")
    if not _TIME.fullmatch(time):
        raise SetupError(f"{time!r} is no time.", "Write it as 2025-01-31T12:00:00Z, in UTC.")
    if not actions:
        raise SetupError("There is no action to put into the index.", "Fetch the product again.")
    authors = ", ".join(dict.fromkeys(action.author for action in actions))
    paths = [*(action.file for action in actions), *files]
    if len({path.lower() for path in paths}) < len(paths):
        raise SetupError("A file stands in the index twice.", "Name every file once.")
    sources = [_source(base, action.file, ' main="main"') for action in actions]
    sources += [_other_source(base, file) for file in sorted(files)]
    news = _changelog(actions, version)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<index version="1" name={_attribute(name)}>',
        f'  <category name="{FOLDER}">',
        f'    <reapack name="{FOLDER}" type="script" desc={_attribute(SUMMARY)}>',
        "      <metadata>",
        f"        <description>{_cdata(_rtf(_about(actions)))}</description>",
        "      </metadata>",
        f'      <version name={_attribute(version)} author={_attribute(authors)} time="{time}">',
        *([f"        <changelog>{_cdata(news)}</changelog>"] if news else []),
        *(f"        {source}" for source in sources),
        "      </version>",
        "    </reapack>",
        "  </category>",
        "</index>",
    ]
    return "\n".join(lines) + "\n"


def files_of(scripts: Path) -> tuple[str, ...]:
    """Return what the actions need beside themselves: all modules in folders, and the icons."""
    found = [path.relative_to(scripts) for path in scripts.glob("*/**/*.py")]
    found += [path.relative_to(scripts) for path in scripts.glob("icons/*/*.png")]
    return tuple(sorted(path.as_posix() for path in found if not _LOCAL & set(path.parts)))


def _check_url(url: str) -> str:
    """Return the address with a slash at its end; refuse what is not plain https."""
    hint = "Write https:// and where the folder reaper_scripts of the release is."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as exc:
        raise SetupError(f"{url!r} is no address: {exc}.", hint) from exc
    if parts.scheme != "https" or not parts.hostname:
        raise SetupError(f"{url!r} is no https address.", hint)
    if parts.username is not None or parts.query or parts.fragment or port == 0:
        raise SetupError(f"{url!r} has more than a host and a path.", hint)
    if not _URL.fullmatch(url):
        raise SetupError(f"{url!r} has characters that ReaPack refuses.", "Percent-encode them.")
    return url.rstrip("/") + "/"


def _source(base: str, file: str, more: str = "", target: str | None = None) -> str:
    """Return the element of one file."""
    parts = PurePosixPath(file).parts
    if file != "/".join(parts) or not parts or ".." in parts or parts[0] == "/" or "\\" in file:
        raise SetupError(f"{file!r} is no path below reaper_scripts.", "Write it as lib/name.py.")
    url = base + quote(file, safe="/")
    return f"<source{more} file={_attribute(target or file)}>{escape(url)}</source>"


def _other_source(base: str, file: str) -> str:
    """Return the element of a file that is no action."""
    path = PurePosixPath(file)
    if path.suffix != ".png":
        return _source(base, file)
    if path.parent.parent.as_posix() != "icons" or path.parent.name not in ICONS:
        raise SetupError(f"{file} is no icon.", f"Put it into icons/{{{','.join(ICONS)}}}.")
    return _source(base, file, ' type="data"', f"{ICONS[path.parent.name]}/{path.name}")


def _changelog(actions: Sequence[Action], version: str) -> str:
    """Return what is new in this release, action by action."""
    news = [(a.name, a.changelog) for a in actions if a.changelog and a.version == version]
    return "\n".join(f"{name}: {text}" for name, text in news)


def _about(actions: Sequence[Action]) -> list[tuple[str, str]]:
    """Return headings and paragraphs."""
    return [(SUMMARY, SETUP), *((action.name, action.about) for action in actions)]


def _rtf(sections: Sequence[tuple[str, str]]) -> str:
    """Return headings and paragraphs as rich text."""
    parts = [r"{\rtf1\ansi{\fonttbl{\f0\fswiss Helvetica;}}\f0\fs24"]
    for heading, text in sections:
        parts.append(rf"{{\b {_rtf_text(heading)}}}\par")
        parts += [rf"{_rtf_text(paragraph)}\par" for paragraph in _paragraphs(text)]
        parts.append(r"\par")
    return "\n".join(parts) + "}"


def _paragraphs(text: str) -> list[str]:
    """Return wrapped text unwrapped; an empty line or a list point begins a new paragraph."""
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if not line or line.startswith("- "):
            paragraphs.append([])
        paragraphs[-1].append(line)
    return [" ".join(lines).strip() for lines in paragraphs if any(lines)]


def _rtf_text(text: str) -> str:
    """Return one line for rich text: pure ASCII, UTF-16 units as signed numbers."""
    out = []
    for char in text:
        if char in "\\{}":
            out.append("\\" + char)
        elif " " <= char <= "~":
            out.append(char)
        else:
            units = char.encode("utf-16-le", "surrogatepass")
            for low, high in zip(units[::2], units[1::2], strict=True):
                unit = low + 256 * high
                out.append(rf"\u{unit - 65536 if unit > 32767 else unit}?")
    return "".join(out)


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("", text))


def _cdata(text: str) -> str:
    """Return text as one CDATA section: ReaPack reads no second one."""
    return f"<![CDATA[{_NOT_XML.sub('', text).replace(']]>', ']] >')}]]>"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write index.xml for a release; return the exit code."""
    root = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(prog="python3 -m installer.reapack", description=main.__doc__)
    parser.add_argument("--url", required=True, help="where reaper_scripts of the release is")
    parser.add_argument("--out", type=Path, default=Path("index.xml"), help="file to write")
    parser.add_argument("--name", default=FOLDER, help="the repository's name in ReaPack")
    parser.add_argument("--version", default=read_version(root), help="the release")
    parser.add_argument("--time", default=None, help="when it was released; now by default")
    parser.add_argument("--scripts", type=Path, default=root / "reaper_scripts")
    given = parser.parse_args(arguments)
    try:
        index = make_index(
            read_actions(given.scripts),
            files_of(given.scripts),
            name=given.name,
            version=given.version,
            base_url=given.url,
            time=given.time or clock.strftime("%Y-%m-%dT%H:%M:%SZ", clock.gmtime()),
        )
        given.out.write_text(index, "utf-8", newline="\n")
    except SetupError as exc:
        print(f"reapack: {exc}", file=sys.stderr)
        return 2
    except OSError as exc:
        print(f"reapack: {given.out} could not be written: {exc.strerror}.", file=sys.stderr)
        return 2
    print(f"{given.out} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
