"""The rules of the house as functions: each takes a file and yields what is wrong with it, one sentence a fault."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "watchweave"
SOURCE = ROOT / "src" / PACKAGE

MAY_IMPORT = {
    "__init__": (),
    "errors": (),
    "core": ("core", "errors"),
    "services": ("core", "errors", "services"),
    "metadata": ("core", "errors", "services.http", "services.pacing", "metadata"),
    "storage": ("core", "errors", "storage"),
    "sandbox": ("core", "errors", "services", "sandbox"),
    "notifications": ("core", "errors", "notifications"),
    "engine": ("core", "errors", "services.base", "metadata.base", "storage", "engine"),
    "web": ("core", "errors", "engine", "storage", "settings", "services.base", "services.registry", "web"),
    "cli": ("core", "errors", "engine", "storage", "settings", "services.base", "services.registry", "cli"),
    "settings": ("core", "errors", "settings"),
    "sdk": ("core", "errors", "services"),
    "contract": ("core", "errors", "services", "contract"),
    "app": ("",),
    "__main__": ("app",),
}
"""Room -> what it may import of this package; a room that is not here may not exist."""

PURE = frozenset(
    {"__future__", "abc", "array", "bisect", "collections", "copy", "dataclasses", "datetime", "decimal", "difflib"}
    | {
        "enum",
        "fractions",
        "functools",
        "hashlib",
        "heapq",
        "itertools",
        "json",
        "math",
        "msgspec",
        "operator",
        "rapidfuzz",
        "re",
    }
    | {"statistics", "string", "types", "typing", "unicodedata", "zoneinfo"}
)
"""All that the core may import from outside: nothing here reads a file, a clock, a socket or a die."""

IMPURE_CALLS = frozenset({"now", "utcnow", "today", "open", "print", "input", "read_text", "write_text"})

SERVICES = frozenset({"letterboxd", "serializd", "musicboard", "listenbrainz", "lastfm"})
"""Names of services beside those that have a folder in `services/` already."""

MAY_NAME_SERVICES = ("sandbox/", "metadata/", "settings/defaults.py", "app.py", "core/media.py")
"""Rooms that may name a service; `core/media.py` because spaces of ids are called after who gave the ids."""

SUPERVISORS = frozenset({"app.py:main", "engine/fetch.py:supervised"})
"""The two functions that may catch everything: where the program ends, and where one account must not stop another."""

EMPTY_NAMES = frozenset(
    {"utils", "util", "helpers", "helper", "common", "manager", "managers", "handler", "handlers", "misc"}
)
ABBREVIATIONS = frozenset({"cfg", "svc", "ctx", "mgr"})

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 50, 7

FOREIGN = re.compile(r"pyp[i][.]org|pythonhoste[d][.]|npmj[s][.](org|com)|deb[.]debia[n][.]")
WORKPLACE = re.compile(r"(?:^|[^\w.])/(?:wor[k]|far[m]|roo[t])/", re.MULTILINE)

Function = ast.FunctionDef | ast.AsyncFunctionDef


class File(NamedTuple):
    """One Python file of the package: where it stands inside the package, and what it says."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        return self.path.split("/")[0].removesuffix(".py")

    @property
    def folder(self) -> tuple[str, ...]:
        """The dotted names of the package that relative imports of this file start from."""
        return (PACKAGE, *self.path.split("/")[:-1])


def files() -> list[File]:
    """Every Python file of the package."""
    return [File(path.relative_to(SOURCE).as_posix(), path.read_text()) for path in sorted(SOURCE.rglob("*.py"))]


def imported(file: File) -> Iterator[tuple[int, str]]:
    """Every import of the file, with its line: `watchweave.core.media.Kind`, `json`."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = file.folder[: len(file.folder) - node.level + 1] if node.level else ()
            whole = ".".join((*start, *filter(None, [node.module])))
            yield from ((node.lineno, f"{whole}.{alias.name}") for alias in node.names)


def inside(name: str, room: str) -> bool:
    return not room or name == room or name.startswith(room + ".")


def import_law(file: File) -> Iterator[str]:
    """No room imports one that the table does not name; no service imports another service's folder."""
    if file.room not in MAY_IMPORT:
        yield f"{file.path}: the house has no room {file.room}"
        return
    for line, name in imported(file):
        inner = name.removeprefix(PACKAGE + ".")
        if name == inner or inner == "__version__":
            continue
        if not any(inside(inner, room) for room in MAY_IMPORT[file.room]):
            yield f"{file.path}:{line}: {file.room} may not import {inner}"
        elif file.room == "services" and file.path.count("/") > 1 and _other_service(file, inner):
            yield f"{file.path}:{line}: a service may not import another one: {inner}"


def _other_service(file: File, inner: str) -> bool:
    room, *rest = inner.split(".")
    return room == "services" and bool(rest) and rest[0] in service_folders() - {file.path.split("/")[1]}


def service_folders() -> set[str]:
    return {folder.parent.name for folder in (SOURCE / "services").glob("*/__init__.py")}


def purity(file: File) -> Iterator[str]:
    """The core touches no file, clock, network, process or chance."""
    if file.room != "core":
        return
    for line, name in imported(file):
        if name.split(".")[0] not in PURE | {PACKAGE}:
            yield f"{file.path}:{line}: the core may not import {name}"
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Call) and (called := _last_name(node.func)) in IMPURE_CALLS:
            yield f"{file.path}:{node.lineno}: the core may not call {called}"


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def words(text: str) -> list[str]:
    """The words of a name or a text, `plex_tv` and `PlexTv` taken apart."""
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)]


DATABASES = frozenset({"imdb"})
"""Services whose ids everybody speaks: their names are those of the ids."""


def service_names() -> frozenset[str]:
    """The services there are (one folder each) and those that are to come."""
    return (SERVICES | service_folders()) - DATABASES


def unnamed_services(file: File, services: frozenset[str]) -> Iterator[str]:
    """No name or text names a service outside the rooms that may know it; docstrings and comments are free."""
    in_a_service = file.room == "services" and file.path.count("/") > 1
    if in_a_service or file.path.startswith(MAY_NAME_SERVICES):
        return
    for line, text in sorted(set(_said(file.tree))):
        for word in sorted(services.intersection(words(text))):
            yield f"{file.path}:{line}: {word} is known to services/{word} alone"


def _said(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names and texts with their lines, without docstrings (any text that stands alone)."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.lineno, node.value
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, f"{node.module} " + " ".join(alias.name for alias in node.names)
        elif isinstance(node, ast.Import):
            yield node.lineno, " ".join(alias.name for alias in node.names)
        elif isinstance(node, ast.keyword):
            yield node.value.lineno, node.arg or ""
    yield from defined(tree)


def defined(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name that the file gives: functions, classes, parameters, variables."""
    for node in ast.walk(tree):
        if isinstance(node, Function | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id


def narrow_excepts(file: File) -> Iterator[str]:
    """Nothing catches everything and goes on, but the supervisors; to tidy up and raise again is fine."""
    yield from _broad(file, file.tree, "")


def _broad(file: File, node: ast.AST, function: str) -> Iterator[str]:
    if isinstance(node, Function):
        function = node.name
    if f"{file.path}:{function}" in SUPERVISORS:
        return
    if isinstance(node, ast.ExceptHandler) and (node.type is None or _everything(node.type)) and not _raises(node):
        yield f"{file.path}:{node.lineno}: catches everything"
    if isinstance(node, ast.Call) and _last_name(node.func) == "suppress" and any(map(_everything, node.args)):
        yield f"{file.path}:{node.lineno}: suppresses everything"
    for child in ast.iter_child_nodes(node):
        yield from _broad(file, child, function)


def _raises(handler: ast.ExceptHandler) -> bool:
    """Does it tidy up and raise the same again, as its last word?"""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _everything(node: ast.expr) -> bool:
    caught = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(_last_name(one) in {"Exception", "BaseException"} for one in caught)


def sizes(file: File) -> Iterator[str]:
    """Modules, functions and their parameters stay small enough to be read at once."""
    if (lines := len(file.text.splitlines())) > MODULE_LINES:
        yield f"{file.path}: {lines} lines, {MODULE_LINES} at most"
    for node in ast.walk(file.tree):
        if not isinstance(node, Function):
            continue
        if (lines := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES:
            yield f"{file.path}:{node.lineno}: {node.name} has {lines} lines, {FUNCTION_LINES} at most"
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        if (count := sum(one.arg not in {"self", "cls"} for one in given)) > PARAMETERS:
            yield f"{file.path}:{node.lineno}: {node.name} has {count} parameters, {PARAMETERS} at most"


def names(file: File) -> Iterator[str]:
    """Rooms say what is in them, names are whole words, and no function is a `get_`."""
    for part in file.path.removesuffix(".py").split("/"):
        if part in EMPTY_NAMES:
            yield f"{file.path}: {part} does not say what is inside"
    for line, name in sorted(set(defined(file.tree))):
        if short := ABBREVIATIONS.intersection(words(name)):
            yield f"{file.path}:{line}: {name}: write {min(short)} out"
    for node in ast.walk(file.tree):
        if isinstance(node, Function) and node.name.startswith("get_"):
            yield f"{file.path}:{node.lineno}: {node.name}: say what it answers, without get_"


def purpose(file: File) -> Iterator[str]:
    """Every module that holds anything says in its docstring what it is for."""
    if file.text.strip() and not ast.get_docstring(file.tree):
        yield f"{file.path}: no docstring says what it is for"


def bound_sql(file: File) -> Iterator[str]:
    """SQL is a text that stands in the code, or a name given to one; values are bound, never written into it.

    Texts and the CONSTANTS of a module may be joined; anything else may not.
    """
    for node in ast.walk(file.tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if isinstance(node.func, ast.Name) and node.func.id == "enter":
            if not all(map(_constant, (*node.args[1:2], *node.args[3:]))):
                yield f"{file.path}:{node.lineno}: SQL is put together in the call of enter"
            continue
        if not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in {"execute", "executemany", "executescript"} and not _plain(node.args[0]):
            yield f"{file.path}:{node.lineno}: SQL is put together in the call of {node.func.attr}"


def _plain(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _plain(node.body) and _plain(node.orelse)
    return _constant(node) or isinstance(node, ast.Name | ast.Attribute | ast.Subscript)


def _constant(node: ast.expr) -> bool:
    """Is this put together of nothing but texts and CONSTANTS?"""
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Add) and _constant(node.left) and _constant(node.right)
    if isinstance(node, ast.JoinedStr):
        return all(map(_constant, node.values))
    if isinstance(node, ast.FormattedValue):
        return _constant(node.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


def own_ground(name: str, text: str) -> Iterator[str]:
    """No committed file names a package registry's host or a path of somebody's machine."""
    for pattern, what in ((FOREIGN, "a package registry"), (WORKPLACE, "a path of one machine")):
        if found := pattern.search(text):
            yield f"{name}:{text.count(chr(10), 0, found.start()) + 1}: names {what}"
