"""What REAPER's caches say of installed plug-ins. Pure parsing; no line may make it fail.

Forms seen in real files::

    reaper-vstplugins64.ini  [vstcache]
                             Kontakt.vst3=80BEB91F,1315513412,Kontakt (Vendor) (64 out)!!!VSTi
                             Legend.vst3=00EC7E81,988499895{A4FF...,The Legend (Vendor)!!!VSTi
                             WaveShell.vst3<1234=00FF,1234,Name (Waves)    one of several in a file
                             broken.vst=801A7D90409AD501    could not be scanned: no name
    reaper-auplugins*.ini    [auplugins]
                             Vendor: Name=<inst>    or <!inst>; Name<1635085670 = another kind
    reaper-clap-*.ini        [sforzando.clap]
                             _=808281E9B896DC01004E2DAA7AE0DC01
                             com.Plogue.sforzando=1|sforzando (Plogue)    1 = an instrument
    reaper-jsfx.ini          NAME path/of/effect "JS: Title"    (our knowledge)
    reaper-fxtags.ini        [category] Kontakt.vst3=Sampler|Synth
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_BROKEN_LINE = re.compile(r"[\r\n]+")
_INSTRUMENT = "!!!VSTi"
_SHELL = "<SHELL>"
_OUTS = re.compile(r" \(\d+ ?(?:out|ch)\)$")
_VENDOR = re.compile(r"^(.*\S) \(([^()]*(?:\([^()]*\)[^()]*)*)\)$")
_JS = re.compile(r'^NAME\s+(?:"([^"]+)"|(\S+))\s+(?:"(.*)"|(.*))$')
_MOST_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """An installed plug-in: its full name in REAPER, its own name, vendor, file, kind.

    ``tags`` are the categories that REAPER's list shows it under.
    """

    name: str
    title: str
    vendor: str
    file: str
    kind: str
    instrument: bool
    tags: tuple[str, ...] = ()


def decoded(data: bytes) -> str:
    """Return a cache as text, whatever wrote it: UTF-8, UTF-16 with a mark, else Windows' own."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Yield every line with the name of its section."""
    section = ""
    for raw in _BROKEN_LINE.split(text.replace("\0", "")):
        line = raw.strip()
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1]
        elif line and not line.startswith(";"):
            yield section, line


def vst_plugins(text: str) -> list[Plugin]:
    """Return the plug-ins of ``reaper-vstplugins64.ini`` and its kin."""
    found = []
    for section, line in _sections(text):
        file, _, value = line.partition("=")
        words = value.split(",", 2)
        if section.lower() != "vstcache" or len(words) < 3 or not words[1].strip():
            continue
        shown = words[2].strip()
        instrument = shown.endswith(_INSTRUMENT)
        shown = shown.removesuffix(_INSTRUMENT).strip()
        if not _is_name(shown):
            continue
        kind = "VST3" if ".vst3" in file.lower() else "VST"
        found.append(_plugin(shown, kind, file.partition("<")[0], instrument=instrument))
    return found


def au_plugins(text: str) -> list[Plugin]:
    """Return the plug-ins of ``reaper-auplugins*.ini``."""
    found = []
    for _, line in _sections(text):
        shown, mark, kind = line.rpartition("=")
        shown = re.sub(r"<\d+$", "", shown).strip()
        vendor, colon, title = shown.partition(":")
        if not mark or kind not in ("<inst>", "<!inst>") or not colon:
            continue
        if not title.strip() or not _is_name(shown):
            continue
        instrument = kind == "<inst>"
        found.append(
            Plugin(
                name=f"{'AUi' if instrument else 'AU'}: {shown}",
                title=title.strip(),
                vendor=vendor.strip(),
                file=shown,
                kind="AU",
                instrument=instrument,
            )
        )
    return found


def clap_plugins(text: str) -> list[Plugin]:
    """Return the plug-ins of ``reaper-clap-*.ini``."""
    found = []
    for section, line in _sections(text):
        key, _, value = line.partition("=")
        flag, bar, shown = value.partition("|")
        if key == "_" or not bar or not flag.strip().isdigit() or not _is_name(shown.strip()):
            continue
        found.append(
            replace(
                _plugin(shown.strip(), "CLAP", section, instrument=bool(int(flag) & 1)),
                file=key,
            )
        )
    return found


def js_plugins(text: str) -> list[Plugin]:
    """Return the effects of ``reaper-jsfx.ini``; whether one is an instrument is not told there."""
    found = []
    for _, line in _sections(text):
        match = _JS.match(line)
        if match is None:
            continue
        path, shown = match[1] or match[2], (match[3] or match[4] or "").strip()
        title = shown.removeprefix("JS:").strip() or path
        if not _is_name(path):
            continue
        found.append(
            Plugin(
                name=f"JS: {path}",
                title=title,
                vendor="",
                file=path,
                kind="JS",
                instrument=False,
            )
        )
    return found


def tags(text: str) -> dict[str, tuple[str, ...]]:
    """Return the categories of plug-ins by file, as ``reaper-fxtags.ini`` has them."""
    found = {}
    for section, line in _sections(text):
        file, mark, value = line.partition("=")
        if section.lower() == "category" and mark:
            words = (word.strip(" ,") for word in value.split("|"))
            found[file.partition("<")[0]] = tuple(word for word in words if word)
    return found


def _is_name(shown: str) -> bool:
    return shown != _SHELL and 0 < len(shown) <= _MOST_NAME and shown.isprintable()


def _plugin(shown: str, kind: str, file: str, *, instrument: bool) -> Plugin:
    bare = _OUTS.sub("", shown)
    match = _VENDOR.match(bare)
    return Plugin(
        name=f"{kind}{'i' if instrument else ''}: {shown}",
        title=match[1] if match else bare,
        vendor=match[2] if match else "",
        file=file,
        kind=kind,
        instrument=instrument,
    )


def plain_name(name: str) -> str:
    """Return a plug-in's name without kind, vendor and number of channels, for comparing.

    Examples
    --------
    >>> plain_name("VST3i: Kontakt 7 (Native Instruments) (64 out)")
    'kontakt 7'
    """
    kind, colon, rest = name.partition(":")
    known = {
        "vst",
        "vsti",
        "vst2",
        "vst3",
        "vst3i",
        "au",
        "aui",
        "clap",
        "clapi",
        "js",
        "dx",
        "dxi",
    }
    shown = rest.strip() if colon and kind.strip().lower() in known else name.strip()
    bare = _OUTS.sub("", shown)
    match = _VENDOR.match(bare)
    return (match[1] if match else bare).casefold()
