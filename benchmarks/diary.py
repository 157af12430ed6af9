"""What it costs to take in a large Letterboxd export: `make diary`. Prints a table; leaves `build/diary.json`.

3,000 films that Trakt and an earlier export have named, so that what they are is known, and then an export with 10,000
viewings of them. `watchweave import` and the sync that follows, which holds the plays back, run as processes of their own; the services run in another.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

FILMS, VIEWINGS = 3_000, 10_000
SECONDS, MEBIBYTES = 5.0, 100.0
COMMAND = Path(sys.executable).parent / "watchweave"


def serve(folder: Path) -> None:
    """The services, until the other end hangs up; a line on the way in tells that the diary is full."""
    from watchweave.sandbox.letterboxd import Letterboxd
    from watchweave.sandbox.server import Sandbox
    from watchweave.sandbox.trakt import CLIENT, SECRET, Trakt
    from watchweave.sandbox.world import Clock, World, invented

    world = World(invented(movies=FILMS, shows=0, extra_movies=0), Clock(time.time(), running=True))
    trakt, letterboxd = Trakt(world), Letterboxd(world)
    account, member, random = trakt.join("mara", vip=True), letterboxd.join("mara"), Random(1)
    films = world.catalogue.of("movie")
    for film in films:
        account.want(film)
        member.want(film, at=world.now() - 9e7)
    (folder / "first.zip").write_bytes(member.export())
    world.clock.advance(3600)
    for _ in range(VIEWINGS):
        day = f"20{random.randint(10, 25)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        member.log(random.choice(films), day, at=world.now() - 8e7)
    (folder / "second.zip").write_bytes(member.export())
    grant = trakt.sign_in.grant(account, CLIENT)
    with Sandbox(world) as served:
        keys = {"client_id": CLIENT, "client_secret": SECRET, "access_token": grant.access}
        at_trakt = {"url": served.url("trakt.api"), "auth_url": served.url("trakt.auth"), **keys}
        accounts = {"trakt": at_trakt, "letterboxd": {"username": "mara", "site_url": served.url("letterboxd-site")}}
        (folder / "config.yml").write_text(
            json.dumps({"profiles": {"mara": {"accounts": accounts, "sync": ["letterboxd -> trakt"]}}})
        )
        print("ready", flush=True)
        sys.stdin.read()


def run(folder: Path, *words: str) -> tuple[float, float, float]:
    """One command: seconds, of them of the processor, and MiB at most."""
    with (folder / "output.txt").open("wb") as output:
        start = time.monotonic()
        process = subprocess.Popen([COMMAND, "--config", folder, *words], stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit((folder / "output.txt").read_text())
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, __file__, name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as services:
            assert services.stdout
            assert services.stdin
            services.stdout.readline()
            run(folder, "import", str(folder / "first.zip"))
            run(folder, "sync")
            os.utime(folder / "second.zip")
            costs = {"import": run(folder, "import", str(folder / "second.zip")), "sync": run(folder, "sync")}
            services.stdin.close()
    print("| command | seconds | of the processor | MiB |\n| --- | --- | --- | --- |")
    for name, (wall, processor, peak) in costs.items():
        print(f"| {name} | {wall:.1f} | {processor:.1f} | {peak:.0f} |")
    Path("build").mkdir(exist_ok=True)
    Path("build/diary.json").write_text(json.dumps(costs))
    wall, peak = costs["import"][0], max(cost[2] for cost in costs.values())
    holds = wall < SECONDS and peak < MEBIBYTES
    print(
        f"import: {wall:.1f} s (under {SECONDS:.0f}); memory: {peak:.0f} MiB (under {MEBIBYTES:.0f}): {'holds' if holds else 'fails'}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])) if len(sys.argv) > 1 else main())
