"""The demo's household to try commands on: `python -m watchweave.sandbox FOLDER` serves it until it is interrupted."""

from __future__ import annotations

import sys
import threading
from contextlib import suppress
from pathlib import Path

from .demo import DOWNLOADS, OUTBOX, SOURCES, Stage, open_stage

USAGE = "Usage: python -m watchweave.sandbox FOLDER. The folder must be new or empty; settings are written there."


def main(words: list[str]) -> int:
    """Serve the household on this machine alone. 2: the folder holds something already."""
    folder = Path(*words) if len(words) == 1 else None
    if folder is None or (folder.exists() and any(folder.iterdir())):
        sys.stderr.write(f"{USAGE}\n")
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    with open_stage(folder, SOURCES) as stage, suppress(KeyboardInterrupt):
        stage.download()
        sys.stdout.write("\n".join([stage.story, *_ways(stage)]) + "\n")
        sys.stdout.flush()
        threading.Event().wait()
    return 0


def _ways(stage: Stage) -> list[str]:
    """What can be tried."""
    watchweave, outbox = f"watchweave --config {stage.folder}", stage.folder / OUTBOX
    return [
        f'Elsewhere: "{watchweave} plan", and any other command. Ctrl-C ends it.',
        f'Exports of Letterboxd and IMDb: "{watchweave} import {stage.folder / DOWNLOADS}/*".',
        f"A new one of Letterboxd: \"curl -OJ '{stage.export_address}'\".",
        f"What waits for it: \"curl --data-binary @{outbox}/FILE '{stage.upload_address()}'\"; of=watchlist for wishes.",
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
