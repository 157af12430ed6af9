"""What was written, and where: `config.yml` and the environment as one tree of texts, each with its place.

Every value stays text as written, so `0123` is no number and `no` is no truth until the setting that owns it says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from ..errors import ConfigError

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node

PREFIX = "WATCHWEAVE__"
FROM_FILE = "_file"

Content = str | tuple["Entry", ...] | dict[str, "Entry"] | None


class Entry(Struct):
    """A value and its place, as a person finds it: `config.yml, line 3`, or the environment variable's name."""

    value: Content
    place: str


def from_file(path: Path) -> Entry:
    """The tree in a YAML file; an absent or empty file is an empty tree."""
    from ruamel.yaml import YAML  # loaded here: commands that need no settings start without it
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = YAML(typ="rt", pure=True).compose(_text(path))
        return _entry(node, path.name) if node else Entry({}, path.name)
    except FileNotFoundError:
        return Entry({}, path.name)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except MarkedYAMLError as error:
        # The error's own text quotes the line, which may hold a secret; only what and where is passed on.
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(f"{path.name}, line {line}: this is no valid YAML: {error.problem}.") from None
    except RecursionError:
        raise ConfigError(f"{path.name}: this is nested far too deeply.") from None
    except YAMLError:
        raise ConfigError(f"{path.name}: this is no valid YAML.") from None


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path.name}, line {line}: this is not in UTF-8. Save the file in UTF-8.") from None


def _entry(node: Node, name: str) -> Entry:
    from ruamel.yaml.nodes import MappingNode, SequenceNode

    place = f"{name}, line {node.start_mark.line + 1}"
    if node.anchor:  # an alias may stand for itself, or for more than fits into memory
        raise ConfigError(f"{place}: anchors (&) and aliases (*) are not understood here; write the value out.")
    if isinstance(node, MappingNode):
        return Entry(_mapping(node, name), place)
    if isinstance(node, SequenceNode):
        return Entry(tuple(_entry(item, name) for item in node.value), place)
    return Entry(None if str(node.tag).endswith(":null") else str(node.value), place)


def _mapping(node: MappingNode, name: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for key, value in node.value:
        place = f"{name}, line {key.start_mark.line + 1}"
        if not isinstance(key.value, str):
            raise ConfigError(f"{place}: the name of a setting must be a plain text.")
        if key.value in found:
            raise ConfigError(f"{place}: {key.value} stands here twice (first: {found[key.value].place}).")
        entry = _entry(value, name)
        found[key.value] = Entry(entry.value, place)
    return found


def add_environment(tree: Entry, environment: Mapping[str, str]) -> None:
    """Lay `WATCHWEAVE__A__B=value` over the tree; the environment wins over the file."""
    for variable in sorted(environment):
        if variable.upper().startswith(PREFIX):
            path = [part.lower() for part in variable[len(PREFIX) :].split("__")]
            put(tree, path, from_variable(variable, environment[variable]))


def from_variable(variable: str, text: str) -> Entry:
    """The value of an environment variable, or of the file it names if it ends in `_FILE`; `[a, b]` is a list."""
    if variable.lower().endswith(FROM_FILE):
        try:
            text = Path(text).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{variable} names a file that cannot be read: {text}.") from error
    elif text.startswith("[") and text.endswith("]"):
        items = [item.strip() for item in text[1:-1].split(",")]
        return Entry(tuple(Entry(item, variable) for item in items if item), variable)
    return Entry(text, variable)


def put(tree: Entry, path: list[str], entry: Entry) -> None:
    """Set one value deep in the tree. Keys that are there already are found whatever their case, `-` being `_`."""
    path = [*path[:-1], path[-1].removesuffix(FROM_FILE) if entry.place.lower().endswith(FROM_FILE) else path[-1]]
    for part in path[:-1]:
        branch = _children(tree, entry.place)
        tree = branch.setdefault(_key(branch, part), Entry({}, entry.place))
    branch = _children(tree, entry.place)
    branch[_key(branch, path[-1])] = entry


def _children(tree: Entry, place: str) -> dict[str, Entry]:
    if tree.value is None:
        tree.value = {}
    if not isinstance(tree.value, dict):
        raise ConfigError(f"{place}: there can be nothing below {tree.place}.")
    return tree.value


def _key(branch: Mapping[str, Entry], part: str) -> str:
    return next((key for key in branch if key.lower().replace("-", "_") == part), part)


def children(entry: Entry | None, what: str) -> Iterator[tuple[str, Entry]]:
    """The entries below one, by name; none where nothing stands."""
    if entry is None or entry.value is None:
        return
    if not isinstance(entry.value, dict):
        raise ConfigError(f"{entry.place}: {what} must be names and values, `name: value` on each line, no dashes.")
    yield from entry.value.items()
