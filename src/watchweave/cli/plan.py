"""`watchweave plan`: what a sync would do."""

from __future__ import annotations

import typer

from .sync import Json, OneShelf, Profile, Words, Yes
from .sync import sync as run


def plan(
    context: typer.Context,
    what: Words = "",
    profile: Profile = "",
    shelf: OneShelf = "",
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Show what a sync would do; the same as "sync --dry-run"."""
    run(context, what, profile, shelf, dry_run=True, yes=yes, json=json)
