"""A configuration folder whose accounts live on simulated services, and the command line run on it."""

import contextlib
import io
import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from watchweave.app import open_home, open_stage, read_settings, recognise
from watchweave.cli import Tools, run
from watchweave.sandbox.plex import Plex
from watchweave.sandbox.server import Sandbox
from watchweave.sandbox.trakt import CLIENT, SECRET, Trakt
from watchweave.sandbox.world import Clock, World, invented

COMMAND = Path(sys.executable).parent / "watchweave"


class Ended:
    """How one command ended."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def all(self):
        return self.out + self.err


class Place:
    """nate, with a Plex server of a few films and a Trakt account. `requests` are those that reached them."""

    def __init__(self, folder, served, world):
        self.folder, self.served, self.world = folder, served, world
        self.plex, self.trakt = world.services["plex"], world.services["trakt"]
        self.account = self.trakt.accounts[0]
        self.grant = self.trakt.sign_in.grant(self.account, CLIENT)
        self.settings = {"profiles": {"nate": {"timezone": "Europe/Vienna", "accounts": self.accounts()}}}
        self.write()

    def accounts(self):
        at_plex = {"url": "plex.server", "plex_tv_url": "plex.tv", "discover_url": "plex.discover"}
        at_plex |= {"metadata_url": "plex.metadata", "community_url": "plex.tv"}
        at_plex = {name: self.served.url(host) for name, host in at_plex.items()}
        at_trakt = {"url": self.served.url("trakt.api"), "auth_url": self.served.url("trakt.auth")}
        tokens = {"access_token": self.grant.access, "refresh_token": self.grant.refresh}
        tokens |= {"client_id": CLIENT, "client_secret": SECRET, "expires_at": int(self.grant.expires)}
        return {"plex": at_plex | {"token": self.plex.owner.token}, "trakt": at_trakt | tokens}

    @property
    def nate(self):
        return self.settings["profiles"]["nate"]

    @property
    def secrets(self):
        return [self.plex.owner.token, SECRET, self.grant.access, self.grant.refresh]

    @property
    def requests(self):
        return self.world.requests.all

    def write(self):
        (self.folder / "config.yml").write_text(json.dumps(self.settings, indent=1))

    def home(self):
        return open_home(self.folder)

    def run(self, *words, patience=60.0):
        """One command line, in this process."""
        logging.getLogger("watchweave").setLevel(logging.NOTSET)
        out, err = io.StringIO(), io.StringIO()
        tools = Tools(partial(open_home, patience=patience), read_settings, open_stage, recognise)
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run(tools, ["--config", str(self.folder), *words])
        return Ended(code, out.getvalue(), err.getvalue())

    def start(self, *words):
        """The command as a process of its own."""
        given = {
            name: value for name, value in os.environ.items() if not name.startswith(("WATCHWEAVE", "PLEX", "TRAKT"))
        }
        return subprocess.Popen(
            [COMMAND, "--config", str(self.folder), *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=given,
        )  # fmt: skip

    def watch(self, *uids, at=None):
        with self.world.lock:
            for uid in uids:
                self.plex.watch("nate", uid, at=at)

    def work(self, uid):
        return self.world.catalogue[uid]

    def change(self, query):
        """Do something to the database behind the program's back."""
        with contextlib.closing(sqlite3.connect(self.folder / "data" / "watchweave.db", isolation_level=None)) as db:
            db.executescript(query)

    def without(self, account, *names):
        """Take these options of an account out of the settings; what they were."""
        options = self.nate["accounts"][account]
        taken = {name: options.pop(name) for name in names}
        self.write()
        return taken

    def plays(self, uid):
        """How often Trakt says that this was watched."""
        return len(self.account.history.of(self.work(uid)))


@contextlib.contextmanager
def open_place(folder, *more, shows=1, seasons=1):
    """nate's place; `more` are further simulated services of his world."""
    works = invented(movies=8, shows=shows, seasons=seasons, episodes=4, extra_movies=60)
    world = World(works, Clock(time.time(), running=True))
    plex, trakt = Plex(world), Trakt(world)
    plex.fill()
    trakt.join("nate")
    for service in more:
        service(world)
    with Sandbox(world) as served:
        yield Place(folder, served, world)
