"""REAPER's settings files as they look on real machines, as bytes, and whole resource folders.

Invented throughout, in the form that public configurations have: REAPER writes sections and keys
in alphabetical order with an empty line after each section, CRLF on Windows and LF elsewhere;
people, ReaPack, SWS and other installers add to that.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

BOM = b"\xef\xbb\xbf"


def script_id(path: str, section: int = 0) -> str:
    """The id REAPER gives a script: facts b1."""
    prefix = f"{section:x}_" if section else ""
    return f"RS{prefix}{hashlib.sha1(path.upper().encode()).hexdigest()}"


def text(*lines: str, end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


# ------------------------------------------------------------------ reaper-kb.ini

VENDORS = ("ReaTeam Scripts/Items Editing", "MPL Scripts/FX", "X-Raym Scripts/Regions", "Me")
VERBS = ("Select", "Nudge", "Duplicate", "Colour", "Rename", "Reverse", "Split", "Glue")
THINGS = ("items", "tracks", "takes", "envelope points", "regions", "markers", "sends")


def kb_lines() -> list[str]:
    """A few hundred foreign lines: scripts in several sections, custom actions, keys."""
    lines = [
        'ACT 3 0 "0f5c1d2e3b4a59687766554433221100" "Custom: Render and close" 40015 40860',
        'ACT 0 0 "89abcdef0123456789abcdef01234567" "Custom: Häßlich \\ x" _SWS_SAVESEL 1007',
        'ACT 1 32060 "00112233445566778899aabbccddeeff" "Custom: Legato" 40633 40019',
    ]
    for number, (vendor, verb, thing) in enumerate(
        (v, w, t) for v in VENDORS for w in VERBS for t in THINGS
    ):
        name = f"{verb} {thing}.lua" if number % 3 else f"{verb}_{thing.replace(' ', '_')}.eel"
        path = f"{vendor}/{name}"
        shown = f'"{path}"' if " " in path else path
        flags = (4, 260, 516)[number % 3]
        lines.append(f'SCR {flags} 0 {script_id(path)} "Custom: {name}" {shown}')
        if number % 9 == 0:
            other = script_id(path, 32060)
            lines.append(f'SCR {flags} 32060 {other} "Custom: {name}" {shown}')
    lines += [
        'SCR 4 0 faf9709e7f393f0cd37c2bc69ed5351e "Custom: test.py" test.py',
        "SCR 4 0 reaper_keys__main 'Custom: keys \"main\"' reaper-keys/main.lua",
        'SCR 4 0 RSabs "Custom: tool.py" "/Users/mara/my tools/tool.py"',
        "KEY 1 32 40044 0\t\t # Main : Space : OVERRIDE DEFAULT : Transport: Play/stop",
        "KEY 9 89 40030 0",
        "KEY 13 73 _SWS_ABOUT 0",
        "KEY 17 71 0 0\t\t # Main : Alt+G : DISABLED DEFAULT",
        "KEY 1 32801 40105 32060",
        "KEY 255 248 989 0",
        "KEY 255 120 989 32060",
        "KEY 144 60 1007 0",
        "KEY 1 112 _0f5c1d2e3b4a59687766554433221100 0",
        "KEY 1 112 1 102",
    ]
    return lines


KB_WINDOWS = text(*kb_lines(), end="\r\n")
KB_MACOS = text(*kb_lines())
#: Another order (REAPER's is not ours to rely on), no final line end, one mixed line end.
KB_LINUX = text(*reversed(kb_lines())).replace(b"\n", b"\r\n", 1).removesuffix(b"\n")
#: Bytes that are not UTF-8: an old Windows line in code page 1252.
KB_LEGACY = b'SCR 4 0 RSold "Custom: Gr\xf6\xdfe.lua" Gr\xf6\xdfe.lua\r\n' + KB_WINDOWS
KB_EMPTY = b""


# ------------------------------------------------------------------ reaper.ini


def reaper_ini(*python: str, section: str = "REAPER", end: str = "\n") -> bytes:
    """A reaper.ini whose main section also holds the given lines, in alphabetical order."""
    main = [
        "actionmenu=1",
        "audioasync=1",
        "csurf_0=HTTP 0 8080 '' 'fancier.html' 1 'rc'",
        "csurf_1=MCU 0 9 60 57 0",
        "csurf_cnt=2",
        "defsavepath=",
        "lastproject=C:\\Users\\Mara Größe\\Film\\cue=1.rpp",
        "lastscript_safe=0",
        "maxrecent=50",
        "toolbar16_x=100",
        "vstpath64=C:\\Program Files\\Common Files\\VST3;C:\\VST",
        *python,
    ]
    blocks = [
        ["[actions]", "wnd_height=987", "wnd_vis=0"],
        ["[Recent]", "recent01=C:\\Film\\a.rpp", "recent02=C:\\Film\\[b]=c.rpp"],
        [f"[{section}]", *sorted(main)],
        ["[reaper_explorer]", "dir=D:\\Sounds", "reascript=7"],
        ["[SWS]", "AutoColor=1", "; not a key=1"],
        ["[verbconfig]", "reascript=0", "cfg0=64 0 1"],
    ]
    return text(*(line for block in blocks for line in (*block, "")), end=end)


#: No Python was ever set.
INI_WINDOWS = reaper_ini(end="\r\n")
#: Python switched on with a folder and no file, as seen in a real file.
INI_MACOS = reaper_ini("reascript=1", "pythonlibpath64=/usr/lib")
#: A complete setting, under a section name in another case.
INI_LINUX = reaper_ini(
    "reascript=1",
    "pythonlibpath64=/usr/lib/x86_64-linux-gnu",
    "pythonlibdll64=libpython3.12.so.1.0",
    section="reaper",
)
#: The setting of a Python that is gone.
INI_BROKEN = reaper_ini(
    "reascript=1",
    "pythonlibpath64=C:\\Python38",
    "pythonlibdll64=python38.dll",
    section="Reaper",
    end="\r\n",
)
#: The user switched ReaScript's Python off.
INI_OFF = reaper_ini("reascript=0", end="\r\n")
#: A portable install that was never started: the file is there and empty.
INI_EMPTY = b""


# ------------------------------------------------------------------ reaper-menu.ini


def toolbar(number: int, title: str, *items: str, icons: dict[int, str] | None = None) -> list[str]:
    return [
        f"[Floating toolbar {number}]",
        *(f"icon_{at}={name}" for at, name in (icons or {}).items()),
        *(f"item_{at}={item}" for at, item in enumerate(items)),
        f"title={title}",
        "",
    ]


MAIN_TOOLBAR = [
    "[Main toolbar]",
    "default=7bb33abf03be6cea",
    "icon_0=toolbar_new.png",
    "icon_2=text_wide",
    "item_0=40859 New project tab",
    "item_1=40025 Open project...",
    "item_2=2999 Repeat the most recent action",
    "tbf_1=1",
    "",
]
CONTEXT_MENU = [
    "[Media item context]",
    "item_0=40289 &Unselect",
    "item_1=-1",
    "item_2=-2 More",
    "item_3=_SWS_AWSPLIT Split",
    "item_4=-3",
    "item_5=-4 End",
    "",
]


def mara(number: int) -> list[str]:
    return toolbar(
        number,
        f"Mara {number}",
        "40364 Metronome",
        "-1",
        f"_{script_id('MPL Scripts/FX/x.lua')} Größe",
        icons={0: "text", 2: "toolbar_fx.png"},
    )


#: Toolbars 16 and 14 are taken, 15 was opened once and left as it was, 1 and 3 are others' own.
MENU_WINDOWS = BOM + text(
    *mara(1),
    *mara(14),
    *toolbar(15, "Toolbar 15"),
    *mara(16),
    *mara(3),
    *MAIN_TOOLBAR,
    *CONTEXT_MENU,
    end="\r\n",
)
MENU_MACOS = text(*mara(1), *mara(10), *toolbar(11, "Toolbar 11"), *mara(2), *MAIN_TOOLBAR)
#: Without a final line end, with a toolbar of a name only, and bytes that are not UTF-8.
MENU_LINUX = (
    text(*toolbar(16, "kept free for Sundays"), *CONTEXT_MENU)
    + b"[Floating toolbar 12]\nitem_0=40044 Gr\xf6\xdfe\ntitle=alt"
)
#: No slot is left.
MENU_FULL = text(*(line for number in range(1, 17) for line in mara(number)), end="\r\n")
#: Every slot was opened once; only toolbar 7 is as REAPER made it.
MENU_ONE_DEFAULT = text(
    *(
        line
        for number in range(1, 17)
        for line in (toolbar(7, "Toolbar 7") if number == 7 else mara(number))
    )
)
MENU_EMPTY = b""

#: Every menu, by name; None stands for a file that is not there.
MENUS: dict[str, bytes | None] = {
    "windows": MENU_WINDOWS,
    "macos": MENU_MACOS,
    "linux": MENU_LINUX,
    "full": MENU_FULL,
    "one default": MENU_ONE_DEFAULT,
    "empty": MENU_EMPTY,
    "absent": None,
}

#: What a resource folder holds, by system: file name -> content.
RESOURCES: dict[str, dict[str, bytes]] = {
    "windows": {
        "reaper.ini": INI_WINDOWS,
        "reaper-kb.ini": KB_WINDOWS,
        "reaper-menu.ini": MENU_WINDOWS,
        "reapack.ini": text("[remotes]", "remote0=ReaPack|https://a.org/i.xml|1|2", end="\r\n"),
        "S&M.ini": text("[NbOfActions]", "Main=8", end="\r\n"),
        "reaper-extstate.ini": text("[Mara]", "last=1", end="\r\n"),
        "Scripts/__startup.lua": b"-- mine\r\n",
        "Data/toolbar_icons/mine.png": b"\x89PNG not really",
    },
    "macos": {
        "reaper.ini": INI_MACOS,
        "reaper-kb.ini": KB_MACOS,
        "reaper-menu.ini": MENU_MACOS,
        "Scripts/ReaTeam Scripts/Various/a.lua": b"-- @version 1.0\n",
    },
    "linux": {
        "reaper.ini": INI_LINUX,
        "reaper-kb.ini": KB_LINUX,
        "reaper-menu.ini": MENU_LINUX,
    },
    "new": {"reaper.ini": INI_EMPTY},
}


def make_resources(folder: Path, system: str) -> Path:
    """Write a resource folder of one of the systems in RESOURCES and return it."""
    for name, content in RESOURCES[system].items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
