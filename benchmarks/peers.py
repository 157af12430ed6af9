"""Peers, each in an environment of its own: do they complete a sync with the simulated services?

A client that we did not write finds the lies in them. `python benchmarks/peers.py`; the table is left in build/peers.json.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec

import measure
from tools import BUILD, HERE, Tool, by_request

ENVIRONMENTS = BUILD / "peers"


class Peer(Tool):
    """Somebody else's tool. `package`: what pip installs it as; `keeps`: the shelves it promises to bring in step."""

    package: ClassVar[str]
    keeps: ClassVar[tuple[str, ...]] = ("watched", "rated", "wanted")
    addresses: Mapping[str, str]

    @classmethod
    def program(cls) -> Path:
        """Its command, installed once."""
        place = ENVIRONMENTS / cls.package
        program = place / "bin" / cls.package
        if not program.exists():
            venv.create(place, clear=True, with_pip=True)
            pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
            subprocess.run([*pip, cls.package], check=True, stdout=sys.stderr)
        return program

    @classmethod
    def version(cls) -> str:
        code = f"import importlib.metadata as m; print(m.version({cls.package!r}))"
        return subprocess.check_output([cls.program().parent / "python", "-c", code], text=True).strip()

    @property
    def environment(self) -> dict[str, str]:
        loopback = {"LOOPBACK": json.dumps(self.addresses), "PYTHONPATH": str(HERE / "loopback")}
        return super().environment | loopback

    def write(self, name: str, text: object) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text, indent=2))


class PlexTraktSync(Peer):
    """https://github.com/Taxel/PlexTraktSync"""

    name = package = "plextraktsync"
    sizes = ("small",)

    def prepare(self, where: Mapping[str, Any]) -> None:
        self.addresses = where["addresses"]
        server = {"token": where["plex"], "urls": [where["hosts"]["plex.server"]], "id": where["machine"]}
        self.write("servers.yml", {"servers": {where["server"]: server}})  # JSON is YAML too
        names = {"PLEX_USERNAME": where["name"], "TRAKT_USERNAME": where["name"], "PLEX_SERVER": where["server"]}
        self.write(".env", "".join(f"{name}={value}\n" for name, value in names.items()))
        sign_in = {
            "CLIENT_ID": where["client"],
            "CLIENT_SECRET": where["secret"],
            "OAUTH_TOKEN": where["access"],
            "OAUTH_REFRESH": where["refresh"],
            "OAUTH_EXPIRES_AT": where["expires"],
        }
        self.write(".pytrakt.json", sign_in)

    @property
    def environment(self) -> dict[str, str]:
        folders = ("PTS_CONFIG_DIR", "PTS_CACHE_DIR", "PTS_LOG_DIR")
        return super().environment | dict.fromkeys(folders, str(self.folder))

    @property
    def command(self) -> Sequence[str | Path]:
        return [self.program(), "--no-progressbar", "sync"]


class Pakt(Peer):
    """The peer that batches, but remembers nothing between runs."""

    name = package = "pakt"

    def prepare(self, where: Mapping[str, Any]) -> None:
        self.addresses = where["addresses"]
        server = {"name": where["server"], "url": where["hosts"]["plex.server"], "token": where["plex"]}
        both = {"watchlist_plex_to_trakt": True, "watchlist_trakt_to_plex": True}
        trakt = {
            "client_id": where["client"],
            "client_secret": where["secret"],
            "access_token": where["access"],
            "refresh_token": where["refresh"],
            "expires_at": where["expires"] + 6 * 86_400,  # its own measure: a day before the end it asks for new ones
        }
        settings = {"plex_token": where["plex"], "servers": [server], "trakt": trakt, "sync": both}
        self.write(".config/pakt/config.json", settings)

    @property
    def command(self) -> Sequence[str | Path]:
        return [self.program(), "sync"]


PEERS: tuple[type[Peer], ...] = (PlexTraktSync, Pakt)


def installed() -> tuple[type[Peer], ...]:
    """All of them, ready to run."""
    for peer in PEERS:
        peer.program()
    return PEERS


class Visit(msgspec.Struct):
    """How a peer got on. apart: by shelf, what only Plex and what only Trakt shows afterwards, before it was `before`."""

    peer: str
    version: str
    code: int
    requests: dict[str, tuple[int, int]]
    failed: list[str]
    before: dict[str, tuple[int, int]]
    apart: dict[str, tuple[int, int]]
    twice: int
    complete: bool


def visit(kind: type[Peer], folder: Path) -> Visit:
    """One sync of a small world, and what the services hold after it."""
    with measure.world("tiny") as served, served.opened():
        peer = kind(folder)
        peer.prepare(served.where)
        before = served.compare()
        cost, asked = measure.run(served, peer.command, output=folder / "output.txt", environment=peer.environment)
        (folder / "requests.txt").write_text(by_request(asked))
        after = served.compare()
    apart = {what: (len(after[what]["plex"]), len(after[what]["trakt"])) for what in kind.keeps}
    failed = [f"{a.method} {a.host}{a.path} {a.status}" for a in asked if a.status == 0 or a.status >= 400]
    complete = cost.code == 0 and not after["twice"] and not any(sum(sides) for sides in apart.values())
    return Visit(
        peer=kind.name,
        version=kind.version(),
        code=cost.code,
        requests=cost.requests,
        failed=failed,
        before={what: (len(before[what]["plex"]), len(before[what]["trakt"])) for what in kind.keeps},
        apart=apart,
        twice=after["twice"],
        complete=complete,
    )


def main() -> int:
    folder = BUILD / "visits"
    shutil.rmtree(folder, ignore_errors=True)
    visits = [visit(kind, folder / kind.name) for kind in installed()]
    (BUILD / "peers.json").write_bytes(msgspec.json.format(msgspec.json.encode(visits)))
    lines = [
        "| peer | version | exit | reads | writes | failed requests | apart before | apart after | |",
        "| --- " * 9 + "|",
    ]
    for one in visits:
        reads, writes = (sum(both[place] for both in one.requests.values()) for place in (0, 1))
        before, after = (sum(sum(sides) for sides in sums.values()) for sums in (one.before, one.apart))
        verdict = "complete" if one.complete else "NOT COMPLETE"
        cells = (one.peer, one.version, one.code, reads, writes, len(one.failed), before, after, verdict)
        lines.append(f"| {' | '.join(map(str, cells))} |")
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if all(one.complete for one in visits) else 1


if __name__ == "__main__":
    sys.exit(main())
