"""A simulated IMDb, faithful to the site of November 2026: its three hosts, its firewall, its members' sign-ins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from .imdb_answers import Answers
from .imdb_asking import Row, carried_out, operation, wanted
from .imdb_language import Unreadable
from .imdb_member import Member
from .imdb_rules import Options, SignedOut
from .imdb_titles import Titles
from .server import Answer, Call, Host
from .world import World

CHALLENGE = (
    b"<html><head><title>One moment</title></head><body>Prove with JavaScript that you are no robot.</body></html>"
)
DISCLAIMER = "This data is for private use alone."
CACHING = "imdb-caching"
DEVICE = re.compile(r"\d{3}-\d{7}-\d{7}")


class Body(Struct, frozen=True, rename={"operation": "operationName"}):
    """What a request to a GraphQL host carries."""

    query: str
    variables: dict[str, Any] | None = None
    operation: str | None = None


class Imdb:
    """The service, with its members; `join` makes one. `titles` is what it knows of the works of the world.

    >>> imdb = Imdb(World(invented()))        # world.services["imdb"]
    >>> mara = imdb.join("mara")              # a person; what she does: mara.rate(work, 8), mara.wish(work) …
    >>> mara.cookie                           # what her browser sends
    >>> mara.export("ratings", "2023")        # the file that she downloads
    """

    name = "imdb"

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.options = options or Options()
        self.titles = Titles(world.catalogue)
        self.members: list[Member] = []
        self.hosts: Sequence[Host] = (
            Host("imdb", "https://www.imdb.com", self.website, lambda call: False),
            Host("imdb-graphql", "https://api.graphql.imdb.com", self.answer, _writes),
            Host(CACHING, "https://caching.graphql.imdb.com", self.answer, _writes),
        )
        world.add(self)

    def join(self, name: str, *, language: str = "en", timezone: str = "UTC") -> Member:
        """A new person, signed in. The language is that of the titles in files, the zone that of the days."""
        member = Member(self.world, self.options, self.titles, 10_000_001 + len(self.members), name)
        member.language, member.timezone = language, timezone
        self.members.append(member)
        return member

    def merge(self, old: str, new: str) -> None:
        """Two entries turn out to be one title: the old id answers with the new one, and files have the new one."""
        before, after = self.titles.current(old), self.titles.current(new)
        self.titles.merge(before, after)
        for member in self.members:
            member.follow(before, after)

    def website(self, call: Call) -> Answer:
        """No program gets past the firewall of the website."""
        return _challenge(self.options.website)

    def answer(self, call: Call) -> Answer:
        """The answer of a GraphQL host."""
        if not call.headers.get("user-agent"):
            return _challenge(403)
        if call.path != "/":
            return Answer(None, 404)
        if call.method != "POST":
            return Answer(None, 405)
        if call.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _challenge(403)
        try:
            return self._answered(call)
        except Unreadable as wrong:
            return Answer({"errors": [_mistake(wrong)]}, self.options.unreadable)
        except SignedOut:
            return Answer({"message": "Unauthorized"}, 401)

    def _answered(self, call: Call) -> Answer:
        text, name, variables = _asked(call)
        asked = operation(text, name)
        fields = wanted(asked, variables)
        if asked.kind == "mutation" and len(fields) > self.options.most_writes:
            raise Unreadable(f"A document has {self.options.most_writes} mutations at most.")
        me, trouble = self._signed_in(call)
        if trouble and self.options.signed_out == "status":
            raise SignedOut
        answers = Answers(self, call, me, trouble)
        errors: list[Row] = []
        data = carried_out(fields, answers.mutation() if asked.kind == "mutation" else answers.query(), (), errors)
        said = {"disclaimer": DISCLAIMER}
        if trouble and self.options.signed_out == "token":
            said["authToken"] = trouble
        return Answer({"data": data} | ({"errors": errors} if errors else {}) | {"extensions": said})

    def _signed_in(self, call: Call) -> tuple[Member | None, str]:
        """Whose cookie this is, or what is wrong with it; the caching host looks at none."""
        pairs = (pair.strip().partition("=") for pair in call.headers.get("cookie", "").split(";"))
        cookies = {name: value for name, _, value in pairs}
        token = cookies.get("at-main", "")
        if not token or call.host == CACHING:
            return None, ""
        if self.options.device_needed and not DEVICE.fullmatch(cookies.get("ubid-main", "")):
            return None, "token.invalid"
        member = next((member for member in self.members if member.at_main == token), None)
        if member is None or member.state != "good":
            return None, "token.expired" if member and member.state == "expired" else "token.invalid"
        return member, ""


def _writes(call: Call) -> bool:
    """Is this request meant to write? At a GraphQL host only its text tells."""
    try:
        text, name, _ = _asked(call)
        return operation(text, name).kind == "mutation"
    except Unreadable:
        return False


def _asked(call: Call) -> tuple[str, str | None, Mapping[str, Any]]:
    """The text of a request, the name of its operation and its variables."""
    try:
        body = msgspec.json.decode(call.body, type=Body)
    except msgspec.DecodeError as wrong:
        raise Unreadable(f"The body cannot be read: {wrong}.") from None
    return body.query, body.operation, body.variables or {}


def _mistake(wrong: Unreadable) -> Row:
    places = [{"line": wrong.place[0], "column": wrong.place[1]}] if wrong.place else []
    return {"message": str(wrong), "locations": places, "extensions": {"code": wrong.code}}


def _challenge(status: int) -> Answer:
    """The firewall's page; only a browser gets past it."""
    return Answer(CHALLENGE, status, {"Content-Type": "text/html; charset=utf-8"})
