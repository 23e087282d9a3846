"""Install into REAPER, or take it out again: check, plan, carry out, say what was done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from installer import disk, inis, journal
from installer.actions import as_planned
from installer.changes import Plan
from installer.errors import SetupError
from installer.plan import plan_install
from installer.product import OWN, Product, read_product
from installer.python_choice import PythonChoice, choose_python
from installer.removal import plan_uninstall
from installer.report import print_changes, print_installed
from installer.resource import Reaper
from installer.running import CannotListError, Running, running_reapers
from installer.site import PINS, SITE, build_site, is_current
from installer.transaction import carry_out, hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is done where.

    Parameters
    ----------
    reaper : Reaper
        The REAPER to install into.
    checkout : Path
        The folder that holds ``reaper_scripts``.
    python : Path
        The interpreter that runs the bridge.
    dry_run, shortcuts, replace_python : bool
        As on the command line.
    site : Path, optional
        The scripts' packages; those in the checkout unless given.
    choose : callable
        Decides on REAPER's Python.
    now : callable
        The time for names of backups.
    step : callable
        Hears each step of the commit; tests fail or die in it.
    """

    reaper: Reaper
    checkout: Path
    python: Path
    dry_run: bool = False
    shortcuts: bool = False
    replace_python: bool = False
    site: Path | None = None
    choose: Callable[..., PythonChoice] = choose_python
    now: Callable[[], str] = lambda: time.strftime("%Y%m%d-%H%M%S")
    step: Callable[[str], None] = lambda what: None

    @property
    def root(self) -> Path:
        """REAPER's resource folder."""
        return self.reaper.resources


def refuse_running(running: Callable[[], Sequence[Running]] = running_reapers) -> None:
    """Go on only with REAPER closed: it reads its settings at start and writes them at its end.

    Raises
    ------
    SetupError
        When REAPER runs, or nobody can tell.
    """
    try:
        found = running()
    except CannotListError as exc:
        if not sys.stdin.isatty():
            raise
        if input(f"{exc.message} Is it closed? [y/N] ").strip().lower() not in ("y", "yes"):
            raise
        return
    if found:
        where = ", ".join(f"{one.program} (process {one.pid})" for one in found)
        msg = f"REAPER is running: {where}; it would write over what is changed now when it ends."
        raise SetupError(msg, "Close REAPER and run this again.")


def install(work: Work) -> bool:
    """Install, or bring up to date; return whether anything was changed.

    Raises
    ------
    SetupError
        When something is in the way; then nothing was changed.
    """
    _refuse_link(work)
    if work.dry_run:
        return not _is_interrupted(work) and _dry_run(work)
    if work.site is None and build_site(work.python, work.checkout):
        print(f"Scripts' packages: made in {work.checkout / SITE}")
    product = read_product(work.checkout, work.python, work.site)
    with hold(work.root) as notes:
        _say(notes)
        plan, choice = _plan_install(work, product)
        carry_out(work.root, plan.changes, drop=plan.drop, step=work.step)
    _say(plan.notes)
    if not plan.changes:
        print(f"REAPER ({work.root}): up to date.")
    print_installed(work.root, plan, product.actions, choice)
    return bool(plan.changes)


def uninstall(work: Work) -> bool:
    """Take exactly what was installed out of REAPER; return whether there was anything.

    Raises
    ------
    SetupError
        When something is in the way; then nothing was changed.
    """
    _refuse_link(work)
    product = read_product(work.checkout, work.python, work.site)
    if work.dry_run:
        if _is_interrupted(work):
            return False
        plan = plan_uninstall(work.root, product)
        print_changes(work.root, plan)
        _say(plan.notes)
        return bool(plan.changes)
    with hold(work.root) as notes:
        _say(notes)
        plan = plan_uninstall(work.root, product)
        carry_out(work.root, plan.changes, drop=plan.drop, step=work.step)
    if plan.changes:
        print(f"FilmComposer was taken out of REAPER ({work.root}).")
    else:
        print(f"FilmComposer is not installed in REAPER ({work.root}).")
    _say(plan.notes)
    return bool(plan.changes)


def _plan_install(
    work: Work, product: Product, *, untouched: str = ""
) -> tuple[Plan, PythonChoice]:
    settings = disk.read(work.root, inis.MAIN) or b""
    choice = work.choose(settings, work.reaper.arch, replace=work.replace_python)
    plan = plan_install(
        work.root,
        product,
        python_keys=choice.keys,
        shortcuts=work.shortcuts,
        time=work.now(),
        untouched=untouched,
    )
    return plan, choice


def _dry_run(work: Work) -> bool:
    unfetched = work.site is None and not is_current(work.checkout)
    product = read_product(work.checkout, work.python, work.site)
    site = f"{OWN}/reapy_site/"
    if unfetched:
        files = {path: data for path, data in product.files.items() if not path.startswith(site)}
        product = replace(product, files=files)
    plan, choice = _plan_install(work, product, untouched=site if unfetched else "")
    if unfetched:
        pins = [line.split()[0] for line in PINS.read_text("utf-8").splitlines() if "==" in line]
        print(f"fetch  {', '.join(pins)} into {work.checkout / SITE}")
        print(f"put    {work.root / OWN / 'reapy_site'}: those, and what the actions need of ours")
    print_changes(work.root, plan)
    _say([*map(as_planned, plan.notes), choice.sentence, *choice.notes])
    return bool(plan.changes)


def _is_interrupted(work: Work) -> bool:
    """Whether an interrupted run has to be undone first; what comes after it is not known yet."""
    if journal.is_interrupted(work.root):
        _say(["An earlier run was interrupted; the next one takes its changes back first."])
        return True
    return False


def _refuse_link(work: Work) -> None:
    place = (work.root / OWN).resolve()
    if place.is_relative_to(work.checkout.resolve()):
        msg = f"{work.root / OWN} is a link into FilmComposer's own folder, {place}."
        raise SetupError(msg, "Remove that link, then run this again.")


def _say(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        print(f"- {sentence}")
