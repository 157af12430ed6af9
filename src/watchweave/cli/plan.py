"""`watchweave plan`: what a sync would do."""

from __future__ import annotations

import typer

from .printing import EVERY, MOST
from .sync import All, Json, OneShelf, Profile, Words, Yes, carry_out


def plan(
    context: typer.Context,
    what: Words = "",
    profile: Profile = "",
    shelf: OneShelf = "",
    yes: Yes = False,
    all_lines: All = False,
    json: Json = False,
) -> None:
    """Show what a sync would do; the same as "sync --dry-run"."""
    lines = None if json else EVERY if all_lines else MOST
    carry_out(context.obj, (what, profile, shelf), lines, dry_run=True, yes=yes)
