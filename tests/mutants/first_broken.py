"""Runs random worlds one after another until a law breaks: `first_broken.py WORLDS SEED`; says which, and ends with 1."""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.laws.campaign import judge


def main(worlds: int, first: int) -> int:
    for seed in range(first, first + worlds):
        _, why = judge(seed, "worlds")
        if why:
            law = re.search(r"\): ([^:]+):", why)
            sys.stdout.write(f"{law[1] if law else why.splitlines()[0][:80]} (world {seed})")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
