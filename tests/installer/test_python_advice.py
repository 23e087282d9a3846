import pytest

from installer.python_advice import how_to_get


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ({"ID": "debian"}, "sudo apt install libpython3.13"),
        ({"ID": "ubuntu", "ID_LIKE": "debian"}, "sudo apt install libpython3.13"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "sudo apt install libpython3.13"),
        ({"ID": "fedora"}, "sudo dnf install python3-libs"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "sudo dnf install python3.13-libs"),
        ({"ID": "arch"}, "sudo pacman -S python"),
        ({"ID": "manjaro", "ID_LIKE": "arch"}, "sudo pacman -S python"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "libpython3_13-1_0"),
        ({"ID": "nixos"}, "libpython3.13.so.1.0"),
        ({}, "libpython3.13.so.1.0"),
    ],
)
def test_linux(release: dict[str, str], command: str) -> None:
    said = how_to_get("x86_64", system="linux", release=release, version=(3, 13))
    assert command in said
    assert "install.py" in said


@pytest.mark.parametrize(
    ("arch", "kind"), [("x86_64", "64-bit"), ("arm64", "ARM64"), ("x86", "32-bit")]
)
def test_windows(arch: str, kind: str) -> None:
    said = how_to_get(arch, system="windows")
    assert kind in said
    assert "python.org" in said
    assert "Microsoft Store" in said


def test_macos_and_this_computer() -> None:
    assert "python.org" in how_to_get("arm64", system="macos")
    assert "install.py" in how_to_get()
