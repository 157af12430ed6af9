"""The Plex account site: sign-in by PIN, users, Plex Home, servers, friends and the list of webhooks.

Left out: JWT sign-in, invitations, devices.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from .plex_core import Refused, Server, refusal, rendered, wants_json
from .plex_library import User, digest
from .plex_render import XML, declared, element
from .server import Answer, Call

PIN_LIFE = {True: 1800, False: 900}
"""Seconds that a strong and a short PIN live."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(slots=True, eq=False)
class Pin:
    """A sign-in that waits for somebody: `user` is who said yes."""

    id: int
    code: str
    client: str
    product: str
    made: int
    expires: int
    user: User | None = None


class PlexTv:
    """plex.tv and clients.plex.tv: everything that needs the account's own token."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.pins: dict[int, Pin] = {}
        self.webhooks: dict[int, list[str]] = {}
        self.syncing: set[int] = set()
        """Users with view-state sync."""
        self.dead_servers = ["Old NAS"]
        """Names of servers that are listed and do not answer."""

    def answer(self, call: Call) -> Answer:
        for method, pattern, handler in ROUTES:
            match = re.fullmatch(pattern, call.path.rstrip("/"))
            if match and call.method in method.split():
                try:
                    return handler(self, call, *match.groups())
                except Refused as refused:
                    return self.failed(call, refused)
        return self.failed(call, Refused(404))

    def failed(self, call: Call, refused: Refused) -> Answer:
        """The site states errors in JSON where that was asked for, else in HTML."""
        if not wants_json(call) or not call.path.startswith("/api/v2"):
            return refusal(refused)
        message = {401: "User could not be authenticated", 404: "Code not found or expired"}.get(
            refused.status, "Error"
        )
        return Answer({"errors": [{"code": 1000, "message": message, "status": refused.status}]}, refused.status)

    def visitor(self, call: Call) -> User:
        """Whose account token this is; a server's token is none (plex.md 10)."""
        token = call.headers.get("x-plex-token") or call.query.get("X-Plex-Token", "")
        found = next((user for user in self.server.users.values() if token and token == user.token), None)
        if found is None:
            raise Refused(401)
        return found

    # Signing in

    def approve(self, code: str, user: User) -> None:
        """Somebody entered this code, or said yes in the browser; KeyError for an unknown one."""
        pins = {pin.code.casefold(): pin for pin in self.pins.values()}
        pins[code.casefold()].user = user

    def make_pin(self, call: Call) -> Answer:
        client = call.headers.get("x-plex-client-identifier") or call.query.get("X-Plex-Client-Identifier", "")
        if not client:
            raise Refused(400)
        strong = (call.query | form(call)).get("strong", "").casefold() in ("true", "1")
        number, now = 564_964_751 + len(self.pins), self.server.now()
        seed = digest("pin", number, self.server.world.seed)
        short = "".join(LETTERS[int(seed[place : place + 2], 16) % len(LETTERS)] for place in range(0, 8, 2))
        product = call.headers.get("x-plex-product", "")
        pin = Pin(number, f"{seed}q" if strong else short, client, product, now, now + PIN_LIFE[strong])
        self.pins[number] = pin
        return rendered_as(call, "pin", self._pin(pin), status=201)

    def show_pin(self, call: Call, number: str) -> Answer:
        """Pending, then with a token; 404 when it expired, or for another client."""
        pin = self.pins.get(int(number))
        client = call.headers.get("x-plex-client-identifier") or call.query.get("X-Plex-Client-Identifier", "")
        if pin is None or pin.client != client or pin.expires <= self.server.now():
            raise Refused(404)
        return rendered_as(call, "pin", self._pin(pin))

    def link(self, call: Call) -> Answer:
        user = self.visitor(call)
        try:
            self.approve(form(call).get("code", ""), user)
        except KeyError:
            raise Refused(404) from None
        return Answer(None, 204)

    def _pin(self, pin: Pin) -> dict[str, object]:
        return {
            "id": pin.id,
            "code": pin.code,
            "product": pin.product,
            "trusted": False,
            "clientIdentifier": pin.client,
            "expiresIn": pin.expires - self.server.now(),
            "createdAt": stamp(pin.made),
            "expiresAt": stamp(pin.expires),
            "authToken": pin.user.token if pin.user else None,
            "newRegistration": None,
        }

    # Who

    def user(self, call: Call) -> Answer:
        user = self.visitor(call)
        status = "Active" if user.plex_pass else "Inactive"
        plan = "lifetime" if user.plex_pass else ""
        subscription: dict[str, object] = {"active": user.plex_pass, "status": status, "plan": plan}
        own = described(user) | {
            "friendlyName": "",
            "authToken": user.token,
            "scrobbleTypes": "",
            "joinedAt": 946_730_096,
        }
        own |= {"homeAdmin": user.owner, "subscription": subscription}
        roles = ["plexpass"] if user.plex_pass else []
        if wants_json(call):
            return rendered_as(call, "user", own | {"roles": roles})
        profile = {"autoSelectAudio": True, "defaultAudioLanguage": "en", "defaultSubtitleLanguage": "en"}
        more = {"profile": profile, "entitlements": {}, "roles": {"role": [{"id": role} for role in roles]}}
        return rendered_as(call, "user", own | more)

    def home(self, call: Call) -> Answer:
        """The members of the Plex Home."""
        self.visitor(call)
        members = [described(user) | {"hasPassword": not user.restricted} for user in self._members()]
        if call.path.startswith("/api/v2") and wants_json(call):
            return rendered_as(call, "home", {"id": 77, "name": "Home", "users": members})
        head = {"friendlyName": "myPlex", "identifier": "com.plexapp.plugins.myplex", "size": len(members)}
        return as_xml("MediaContainer", head | {"User": members})

    def switch(self, call: Call, name: str) -> Answer:
        """Become another member of the Home; 403 for a wrong PIN."""
        self.visitor(call)
        found = next((user for user in self._members() if name in (str(user.id), user.uuid)), None)
        if found is None:
            raise Refused(404)
        if found.pin and (call.query | form(call)).get("pin") != found.pin:
            raise Refused(403)
        own = described(found) | {"authToken": found.token}
        if call.path.startswith("/api/v2"):
            return rendered_as(call, "user", own, status=201)
        return as_xml("user", own | {"authenticationToken": found.token})

    def _members(self) -> list[User]:
        return [user for user in self.server.users.values() if user.home]

    def friends(self, call: Call) -> Answer:
        """Everybody but the visitor; XML whatever is asked."""
        visitor, server = self.visitor(call), self.server
        share = {"id": 7_654_321, "serverId": 1, "machineIdentifier": server.machine, "name": server.name}
        share |= {"lastSeenAt": server.now(), "numLibraries": len(server.library.sections), "allLibraries": True}
        share |= {"owned": visitor.owner, "pending": False}
        rows = [described(user) | {"Server": [share]} for user in server.users.values() if user is not visitor]
        head: dict[str, object] = {"friendlyName": "myPlex", "identifier": "com.plexapp.plugins.myplex"}
        head |= {"machineIdentifier": server.machine, "totalSize": len(rows), "size": len(rows)}
        return as_xml("MediaContainer", head | {"User": rows})

    def shared(self, call: Call, machine: str) -> Answer:
        """The tokens of others on the owner's server; XML whatever is asked."""
        if not self.visitor(call).owner or machine != self.server.machine:
            raise Refused(404)
        others = [user for user in self.server.users.values() if not user.owner]
        rows = [
            {"id": user.id + 1, "username": user.name, "email": user.email, "userID": user.id}
            | {"accessToken": user.server_token, "name": self.server.name, "allLibraries": True, "owned": True}
            for user in others
        ]
        return as_xml("MediaContainer", {"size": len(rows), "machineIdentifier": machine, "SharedServer": rows})

    # Where

    def resources(self, call: Call) -> Answer:
        """All servers that the user may reach, dead ones among them, with the token for each."""
        user, server = self.visitor(call), self.server
        alive = _connection(server.address, local=True)
        dead = _connection("https://192-0-2-9.0123456789abcdef.plex.direct:32400", local=True)
        found = [_resource(server.name, server.machine, user, [dead, alive], server.version)]
        for name in self.dead_servers:
            found.append(_resource(name, digest("dead", name, length=40), user, [dead], "1.40.2.8395-c67dce28e"))
        if wants_json(call):
            return Answer(found)
        rows = [row | {"connections": {"connection": row["connections"]}} for row in found]
        return as_xml("resources", {"resource": rows})

    # What is sent to others

    def list_webhooks(self, call: Call) -> Answer:
        urls = [{"url": url} for url in self.webhooks.get(self.visitor(call).id, [])]
        return Answer(urls) if wants_json(call) else as_xml("webhooks", {"webhook": urls})

    def set_webhooks(self, call: Call) -> Answer:
        """The whole list is replaced; `urls=` empties it."""
        pairs = parse_qsl(call.body.decode(), keep_blank_values=True)
        self.webhooks[self.visitor(call).id] = [url for name, url in pairs if name == "urls[]" and url]
        return self.list_webhooks(call)

    def sync_state(self, call: Call) -> Answer:
        """View-state sync: is it on; switch it."""
        user = self.visitor(call)
        consent = call.query.get("consent", "").casefold()
        if call.method == "PUT":
            (self.syncing.add if consent in ("true", "1") else self.syncing.discard)(user.id)
        return rendered_as(call, "view_state_sync", {"consent": user.id in self.syncing})

    def ping(self, call: Call) -> Answer:
        self.visitor(call)
        return as_xml("pong", {})


def described(user: User) -> dict[str, object]:
    """A user as plex.tv shows them in its lists."""
    return {
        "id": user.id,
        "uuid": user.uuid,
        "title": user.name,
        "username": "" if user.restricted else user.name,
        "email": "" if user.restricted else user.email,
        "thumb": f"https://plex.tv/users/{user.uuid}/avatar",
        "home": user.home,
        "restricted": user.restricted,
        "guest": False,
        "admin": user.owner,
        "protected": bool(user.pin),
    }


def _connection(uri: str, *, local: bool) -> dict[str, object]:
    scheme, _, rest = uri.partition("://")
    address, _, port = rest.partition(":")
    shared = {"protocol": scheme, "address": address, "port": int(port or 443), "uri": uri}
    return shared | {"local": local, "relay": False, "IPv6": False}


def _resource(
    name: str, machine: str, user: User, connections: list[dict[str, object]], version: str
) -> dict[str, object]:
    return {
        "name": name,
        "product": "Plex Media Server",
        "productVersion": version,
        "platform": "Linux",
        "platformVersion": "6.8",
        "device": "PC",
        "clientIdentifier": machine,
        "createdAt": "2020-01-01T00:00:00Z",
        "lastSeenAt": "2026-11-01T00:00:00Z",
        "provides": "server",
        "ownerId": None if user.owner else 1,
        "sourceTitle": None,
        "owned": user.owner,
        "home": user.home,
        "synced": False,
        "relay": True,
        "presence": True,
        "httpsRequired": False,
        "publicAddressMatches": True,
        "accessToken": user.server_token,
        "connections": connections,
    }


def stamp(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def form(call: Call) -> dict[str, str]:
    """The fields of a form-encoded body."""
    encoded = "urlencoded" in call.headers.get("content-type", "")
    return dict(parse_qsl(call.body.decode(), keep_blank_values=True)) if encoded else {}


def as_xml(name: str, tree: Mapping[str, object]) -> Answer:
    return Answer(declared(element(name, tree)), 200, {"Content-Type": XML})


def rendered_as(call: Call, name: str, tree: Mapping[str, object], status: int = 200) -> Answer:
    """JSON without a root, or XML with one: the site's own way."""
    if wants_json(call):
        return Answer(dict(tree), status)
    answer = rendered(call, name, tree)
    answer.status = status
    return answer


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", r"/api/v2/pins", PlexTv.make_pin),
    ("PUT", r"/api/v2/pins/link", PlexTv.link),
    ("GET", r"/api/v2/pins/(\d+)", PlexTv.show_pin),
    ("GET", r"/api/v2/user", PlexTv.user),
    ("GET PUT", r"/api/v2/user/view_state_sync", PlexTv.sync_state),
    ("GET", r"/api/v2/user/webhooks", PlexTv.list_webhooks),
    ("POST", r"/api/v2/user/webhooks", PlexTv.set_webhooks),
    ("GET", r"/api/v2/ping", PlexTv.ping),
    ("GET", r"/api/v2/resources", PlexTv.resources),
    ("GET", r"/api(?:/v2)?/home/users", PlexTv.home),
    ("POST", r"/api(?:/v2)?/home/users/([^/]+)/switch", PlexTv.switch),
    ("GET", r"/api/users", PlexTv.friends),
    ("GET", r"/api/servers/([^/]+)/shared_servers", PlexTv.shared),
)
