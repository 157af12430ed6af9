"""Runs many random worlds and says which laws broke: `python -m tests.laws.campaign --worlds 10000 --seed 1`.

`--of shows` are worlds of shows that accounts number differently, `--of lists` of lists; `--of services` have the real
adapters.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.laws import lists, services, shows, worlds

LIVE = {"worlds": worlds.live, "shows": shows.live, "services": services.live, "lists": lists.live}


def judge(seed: int, of: str) -> tuple[int, str]:
    """What broke in this world; nothing if all laws held."""
    try:
        LIVE[of](seed)
    except AssertionError as broken:
        return seed, str(broken)
    except Exception as fault:
        return seed, f"world {seed}: fault: {fault!r}"
    return seed, ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--of", choices=tuple(LIVE), default="worlds")
    options = parser.parse_args()
    lived = partial(judge, of=options.of)
    logging.disable()
    broken = []
    with Pool() as pool:
        for done, (seed, why) in enumerate(
            pool.imap_unordered(lived, range(options.seed, options.seed + options.worlds), 20), 1
        ):
            if why:
                broken.append((seed, why))
            if done % 500 == 0:
                print(f"{done} worlds, {len(broken)} broken", file=sys.stderr, flush=True)
    for _, why in sorted(broken)[: options.show]:
        print(why, end="\n\n")
    build = Path("build")
    build.mkdir(exist_ok=True)
    (build / {"worlds": "laws.json"}.get(options.of, f"{options.of}.json")).write_text(
        json.dumps({"worlds": options.worlds, "seed": options.seed, "broken": [seed for seed, _ in broken]})
    )
    print(f"| worlds | seed | broken |\n| --- | --- | --- |\n| {options.worlds} | {options.seed} | {len(broken)} |")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
