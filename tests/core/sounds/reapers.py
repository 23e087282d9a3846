"""REAPER's resource folders on three systems, as its caches are seen to be written."""

from __future__ import annotations

from pathlib import Path

WINDOWS_VST = (
    "[vstcache]\r\n"
    "Kontakt 7.vst3=00F2A1B2C3D4D901,1234567890{5653544E694B376B6F6E74616B742037,"
    "Kontakt 7 (Native Instruments) (64 out)!!!VSTi\r\n"
    "Kontakt.dll=80BEB91F53AFD401,1315513412,Kontakt (Native Instruments GmbH) (64 out)!!!VSTi\r\n"
    "BBC Symphony Orchestra (64 Bit).dll=0011,1112297282,BBC Symphony Orchestra (Spitfire Audio)"
    "!!!VSTi\r\n"
    "LABS (64 Bit).dll=80BB6FDC5FC2D601,1399213154,LABS (Spitfire Audio)!!!VSTi\r\n"
    "reasamplomatic.dll=00,1920167789,ReaSamplOmatic5000 (Cockos)!!!VSTi\r\n"
    "reaeq.dll=00,1919247729,ReaEQ (Cockos)\r\n"
    "iZRX9GuitarDe_noise.dll=00D83861E546D801\r\n"
    "WaveShell1-VST3 14.vst3=00FF,0,<SHELL>\r\n"
    "WaveShell1-VST3 14.vst3<809005674=00FF,809005674,Bass Fingers (Waves)!!!VSTi\r\n"
    "Synthé.dll=01,7,Orgue à tuyaux (Été)!!!VSTi\r\n"
    "no equals sign at all\r\n"
    "=,,\r\n"
    "Truncated.dll=80BB6FDC5F"
)
MAC_VST = (
    "[vstcache]\n"
    "LABS.vst=80BB6FDC5FC2D601,1399213154,LABS (Spitfire Audio)!!!VSTi\n"
    "LABS.vst3=80BB6FDC5FC2D601,359949351,LABS (Spitfire Audio)!!!VSTi\n"
    "Opus.vst3=00EC7E81AD71D901,988499895{A4FFC0A749EC4FCF89B8C590564830D3,"
    "Opus (East West)!!!VSTi\n"
    "Pianoteq 8.vst3=00,5,Pianoteq 8 (Modartt)!!!VSTi\n"
    "Crystallizer.vst=00D249139071D201,1400128338,Crystallizer (SoundToys)\n"
)
MAC_AU = (
    "[auplugins]\n"
    "Apple: AUSampler=<inst>\n"
    "Apple: AUDelay=<!inst>\n"
    "Celemony : Melodyne=<!inst>\n"
    "Hart Instruments: HISE<1635085685=<inst>\n"
    "Spitfire Audio: BBC Symphony Orchestra=<inst>\n"
    "a line of something else\n"
    "Broken: Name=<what>\n"
)
MAC_CLAP = (
    "[sforzando.clap]\n"
    "_=808281E9B896DC01004E2DAA7AE0DC01\n"
    "com.Plogue Art et Technologie, Inc.sforzando=1|sforzando (Plogue Art et Technologie, Inc)\n"
    "\n[FabFilter Micro.clap]\n_=80\n"
    "com.FabFilter.preset-discovery.Micro.1=0|Micro (FabFilter)\n"
    "\n[ysfx-s instrument.clap]\n_=003DD95027C6DB018035838327C6DB01\n"
)
LINUX_VST = (
    "[vstcache]\n"
    "sfizz.vst3=00,11,sfizz (SFZTools)!!!VSTi\n"
    "DecentSampler.so=00,12,DecentSampler (Decidedly)!!!VSTi\n"
    "reasynth.vst.so=00,1919251321,ReaSynth (Cockos)!!!VSTi\n"
)
JSFX = 'NAME utility/volume "JS: Volume Adjustment"\nNAME "my fx/a b" "JS: A B"\nREV 1\n'
TAGS = "[category]\nDecentSampler.so=Sampler\nsfizz.vst3=Sampler|Synth\nreaeq.dll=EQ\n"
PRESETS = (
    "[General]\nLastDefImpTime=1\nNbPresets=2\n\n[Preset0]\nData=00FF\nLen=2\nName=Solo Cello\n\n"
    "[Preset1]\nData=00\nLen=1\nName=My Pad\n"
)
CHAIN = (
    'BYPASS 0 0 0\n<VST "VST3i: Opus (East West)" Opus.vst3 0 "" 99<00> ""\n  T1BVUw==\n>\n'
    "FLOATPOS 0 0 0 0\nFXID {11111111-2222-3333-4444-555555555555}\nWAK 0 0\n"
)
TEMPLATE = f"<TRACK\n  NAME Violins\n  <FXCHAIN\n    SHOW 0\n    {CHAIN}  >\n>\n"


def windows(folder: Path) -> Path:
    """A portable REAPER on Windows, whose cache is in the system's own encoding."""
    _put(folder, "reaper.ini", "[REAPER]\r\n")
    (folder / "reaper-vstplugins64.ini").write_bytes(WINDOWS_VST.encode("cp1252"))
    _put(folder, "reaper-jsfx.ini", JSFX)
    return folder


def mac(folder: Path) -> Path:
    _put(folder, "reaper.ini", "[REAPER]\n")
    _put(folder, "reaper-vstplugins_arm64.ini", MAC_VST)
    _put(folder, "reaper-auplugins_arm64.ini", MAC_AU)
    _put(folder, "reaper-clap-macos-aarch64.ini", MAC_CLAP)
    _put(folder, "presets/vst3-LABS.ini", PRESETS)
    for name in (
        "Strings/BBCSO - 1st Violins Legato", "Strings/BBCSO - 1st Violins Spiccato",
        "Strings/Violas", "Drum bus", "Horns a4", "Cellos & Basses",
    ):  # fmt: skip
        _put(folder, f"TrackTemplates/{name}.RTrackTemplate", TEMPLATE)
    _put(folder, "FXChains/Harp.RfxChain", CHAIN)
    return folder


def linux(folder: Path) -> Path:
    _put(folder, "reaper.ini", "[REAPER]\n")
    (folder / "reaper-vstplugins64.ini").write_bytes(b"\xef\xbb\xbf" + LINUX_VST.encode())
    _put(folder, "reaper-fxtags.ini", TAGS)
    return folder


def _put(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
