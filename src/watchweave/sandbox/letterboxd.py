"""A simulated Letterboxd, faithful to the service of November 2026: its API, its site, its members."""

from __future__ import annotations

import hashlib
import math
import re
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from random import Random
from urllib.parse import urlsplit

import msgspec

from . import letterboxd_lists, letterboxd_reads, letterboxd_writes
from .letterboxd_asking import Ask, Stop, absent
from .letterboxd_films import Films
from .letterboxd_member import Member
from .letterboxd_rules import API, SITE, Options
from .letterboxd_shelves import Codes
from .letterboxd_sign_in import Grant, SignIn
from .letterboxd_upload import Kind, Refused
from .server import Answer, Call, Host, by_method
from .world import World

CHALLENGE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body></body></html>"
NOT_FOUND = b"<!DOCTYPE html><html><head><title>Letterboxd - Not Found</title></head><body></body></html>"
HTML = {"Content-Type": "text/html; charset=UTF-8"}
ROOT = urlsplit(API).path
ROUTES = (*letterboxd_reads.ROUTES, *letterboxd_writes.ROUTES, *letterboxd_lists.ROUTES)


class Letterboxd:
    """The service, with its members; `join` makes one. Its hosts are "letterboxd" (the API) and "letterboxd-site".

    >>> world = World(invented())
    >>> letterboxd = Letterboxd(world)
    >>> mara = letterboxd.join("mara")             # a person; what she does: mara.log(work), mara.rate(work, 9) …
    >>> letterboxd.films.enter(world.catalogue["s1"])  # a series that stands there like a film
    >>> grant = letterboxd.sign_in.grant(mara)     # grant.access and grant.refresh are her tokens
    """

    name = "letterboxd"

    def __init__(self, world: World, options: Options | None = None) -> None:
        self.world = world
        self.options = options or Options()
        self.random = Random(f"letterboxd {world.seed}")
        self.films = Films(world.catalogue, world.seed)
        self.codes = Codes(world.seed)
        self.members: list[Member] = []
        self.sign_in = SignIn(self)
        self.hosts: Sequence[Host] = (
            Host("letterboxd", API, self.answer, lambda call: by_method(call) and "/auth/" not in call.path),
            Host("letterboxd-site", SITE, self.site),
        )
        self._asked: dict[str, deque[float]] = {}
        self._feeds: dict[str, tuple[str, int]] = {}
        world.add(self)

    def join(self, name: str) -> Member:
        """A new member; the name stands in addresses, in small letters."""
        member = Member(self.world, self.options, self.films, self.codes, name.lower())
        self.members.append(member)
        return member

    def named(self, name: str) -> Member | None:
        return next((one for one in self.members if one.name == name.lower()), None)

    # The API

    def answer(self, call: Call) -> Answer:
        path = call.path.removeprefix(ROOT).rstrip("/")
        method = call.headers.get("x-http-method-override", "POST") if call.method == "POST" else call.method
        try:
            if path == "/auth/authorize" and method == "GET":
                return self.sign_in.page(call)
            if path == "/auth/token" and method == "POST":
                return self.sign_in.token(call)
            ask = Ask(self, call, self._passed(call))
            for wanted, pattern, answer in ROUTES:
                found = re.fullmatch(pattern, path)
                if found and wanted == method:
                    ask.words = found.groups()
                    return answer(ask)
            absent()
        except Stop as stop:
            return stop.answer

    def _passed(self, call: Call) -> Grant:
        """The gate: what the token was given for."""
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        grant = self.sign_in.who(token)
        if grant is None:
            raise Stop(401, "The access token is missing, unknown or expired")
        if self.options.pace:
            self._paced(token, *self.options.pace)
        return grant

    def _paced(self, token: str, most: int, period: float) -> None:
        asked, now = self._asked.setdefault(token, deque()), self.world.now()
        while asked and asked[0] <= now - period:
            asked.popleft()
        if len(asked) >= most:
            wait = max(1, math.ceil(asked[0] + period - now))
            raise Stop(429, "Too many requests", headers={"Retry-After": str(wait)})
        asked.append(now)

    # The site

    def site(self, call: Call) -> Answer:
        """The feed, the sign-in page, and two addresses of ours for what a person does by hand: `/data/export` and
        `/import/upload`, each with `?member=`."""
        if self.options.challenged:
            return Answer(CHALLENGE, 403, HTML)
        feed = re.fullmatch("/([^/]+)/rss/", call.path)
        member = self.named(feed[1] if feed else call.query.get("member", ""))
        try:
            match call.method, call.path:
                case "GET", "/auth/authorize":
                    return self.sign_in.page(call)
                case "GET", "/data/export" if member:
                    return self._export(member)
                case "POST", "/import/upload" if member:
                    return self._upload(call, member)
                case "GET", _ if feed and member and not member.private:
                    return self._feed(call, member)
        except Stop as stop:
            return stop.answer
        return Answer(NOT_FOUND, 404, HTML)

    def _feed(self, call: Call, member: Member) -> Answer:
        body = member.feed()
        headers = {"Content-Type": "application/rss+xml; charset=utf-8"}
        if not self.options.not_modified:
            return Answer(body, 200, headers)
        tag, since = f'"{hashlib.sha256(body).hexdigest()[:32]}"', int(self.world.now())
        if self._feeds.get(member.name, ("", 0))[0] != tag:
            self._feeds[member.name] = tag, since
        since = self._feeds[member.name][1]
        modified = format_datetime(datetime.fromtimestamp(since, UTC), usegmt=True)
        known, seen = call.headers.get("if-none-match"), call.headers.get("if-modified-since")
        fresh = known == tag if known else bool(seen) and parsedate_to_datetime(seen or "").timestamp() >= since
        headers |= {"ETag": tag, "Last-Modified": modified}
        return Answer(None, 304, headers) if fresh else Answer(body, 200, headers)

    def _export(self, member: Member) -> Answer:
        when = datetime.fromtimestamp(self.world.now(), UTC).strftime("%Y-%m-%d-%H-%M")
        told = f'attachment; filename="letterboxd-{member.name}-{when}-utc.zip"'
        return Answer(member.export(), 200, {"Content-Type": "application/zip", "Content-Disposition": told})

    def _upload(self, call: Call, member: Member) -> Answer:
        """The body is the CSV; `of` and `name` stand in the query."""
        try:
            of = msgspec.convert(call.query.get("of", "diary"), Kind)
            return Answer({"rows": member.upload(call.body, of, call.query.get("name", ""))})
        except msgspec.ValidationError as error:
            raise Stop(400, str(error)) from None
        except Refused as refused:
            raise Stop(refused.status, str(refused)) from None
