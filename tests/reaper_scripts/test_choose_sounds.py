"""Choose sounds, from the button to the tracks and back, with a real bridge."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmcomposer_reaper.sounds_file import chosen_sound, sounds_path
from tests.fakes.reaper.project import fx
from tests.fakes.reaper.project.installed import Installed
from tests.reaper_scripts.studio import Studio, folder

LABS = "VSTi: LABS (Spitfire Audio)"
CACHE = f"[vstcache]\nLABS.dll=00,1,{LABS.removeprefix('VSTi: ')}!!!VSTi\n"


def mutes(studio: Studio) -> dict[str, str]:
    """Whether parts and their stems are muted, by the part's id."""
    ours = {key.split("/", 1)[1]: block for key, block in studio.ours().items()}
    return {
        ident: block.read("MUTESOLO", 1) + ours[f"stem/{ident}"].read("MUTESOLO", 1)
        for ident, block in ours.items()
        if f"stem/{ident}" in ours
    }


def plugins(studio: Studio) -> list[list[str]]:
    return [[e.plugin.word(1) for e in fx.effects(b)] for b in studio.parts().values()]


@pytest.mark.parametrize("studio", [(7, 78)], indirect=True)
def test_stems_racks_mine_and_stems_again(studio: Studio) -> None:
    assert studio.host.resources is not None
    resources = Path(studio.host.resources)
    (resources / "reaper.ini").write_text("[REAPER]\n", "utf-8")
    (resources / "reaper-vstplugins64.ini").write_text(CACHE, "utf-8")
    mapping = Path(sounds_path(str(resources)))

    said = studio.press("Score_selected_video", ["solo cello and harp, calm", "1"])
    assert str(mapping) in said
    stems, printed = plugins(studio), mutes(studio)
    assert set(printed.values()) == {"10"}

    said = studio.press("Choose_sounds", ["Racks"])
    assert studio.steps() == ["FilmComposer: Choose sounds"], said
    assert chosen_sound(str(resources)) == "racks"
    assert "ReaSamplOmatic5000 for " in said
    assert "not yet verified in REAPER" in said
    assert set(mutes(studio).values()) == {"01"}
    for block, before in zip(studio.parts().values(), stems, strict=True):
        found = fx.effects(block)
        racks = [each for each in found if "ReaSampl" in each.plugin.word(1)]
        assert racks
        assert [e.plugin.word(1) for e in found[len(racks) :]] == before
        for each in racks:
            path = Path(each.configs()["FILE0"])
            assert path.is_file()
            assert path.parent == folder(studio) / "racks"

    # one instrument of the user's; the other part keeps its printed stem
    text = mapping.read_text("utf-8")
    mapping.write_text(f'{text}\n[harp]\nplugin = "{LABS}"\n', "utf-8")
    studio.host.installed = [Installed(LABS)]
    said = studio.press("Choose_sounds", ["mine"])
    assert str(mapping) in said
    by_name = {b.read("NAME", 1): b for b in studio.parts().values()}
    assert fx.effects(by_name["Concert harp"])[0].plugin.word(1) == LABS
    assert not any("ReaSampl" in name for names in plugins(studio) for name in names)
    assert sorted(mutes(studio).values()) == ["01", *["10"] * (len(printed) - 1)]
    assert "printed stems stay there" in said
    assert mapping.read_text("utf-8").endswith(f'[harp]\nplugin = "{LABS}"\n')

    studio.press("Choose_sounds", ["stems"])
    assert (plugins(studio), mutes(studio)) == (stems, printed)

    assert "is no choice of sounds" in studio.press("Choose_sounds", ["louder"])
    assert studio.steps() == []
