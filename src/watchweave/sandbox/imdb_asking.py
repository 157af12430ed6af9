"""Holds a GraphQL document against the schema, and carries out what it asks for, field by field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from .imdb_language import Declared, Field, Inline, Operation, Type, Unreadable, Value, Variable, Word, document
from .imdb_rules import Refused
from .imdb_schema import SCALARS, Slot, schema

Row = dict[str, Any]
"""What a field holds by the names of its own fields; what takes arguments, or is costly, is a function of them."""

OUTPUT = {"query": "Query", "mutation": "Mutation"}
NUMBERS = range(-(2**31), 2**31)


class Wanted(Struct, frozen=True):
    """A field that is asked for, its arguments with the variables filled in. `of`: the type that has it."""

    key: str
    name: str
    arguments: Mapping[str, Any]
    selections: tuple[Wanted, ...]
    of: str


def operation(text: str, name: str | None) -> Operation:
    """The operation of a document that is to be carried out; raises Unreadable."""
    found = [one for one in document(text) if name in (None, "", one.name)]
    if len(found) != 1:
        raise Unreadable(f"The document has {len(found)} operations of the name {name or 'that is not given'}.")
    return found[0]


def wanted(asked: Operation, given: Mapping[str, Any]) -> tuple[Wanted, ...]:
    """What the operation asks for with these variables; raises Unreadable where it does not fit the schema."""
    binding = _Binding(asked, given)
    found = binding.selections(OUTPUT[asked.kind], asked.selections)
    unused = binding.declared.keys() - binding.used
    if unused:
        raise Unreadable(f"The variable ${min(unused)} is never used.", binding.declared[min(unused)].place)
    return found


def carried_out(asked: Iterable[Wanted], holder: Row, path: tuple[str | int, ...], errors: list[Row]) -> Row:
    """The answers to these. What is refused is null; `errors` grows by the reasons that are told."""
    answer: Row = {}
    for one in asked:
        place = (*path, one.key)
        try:
            held = one.of if one.name == "__typename" else holder[one.name]
            answer[one.key] = _shaped(held(one.arguments) if callable(held) else held, one.selections, place, errors)
        except Refused as refused:
            answer[one.key] = None
            if refused.told:
                errors.append(_error(refused, place))
    return answer


def _shaped(held: Any, selections: Sequence[Wanted], path: tuple[str | int, ...], errors: list[Row]) -> Any:
    if held is None or not selections:
        return held
    if isinstance(held, list):
        return [_shaped(one, selections, (*path, number), errors) for number, one in enumerate(held)]
    return carried_out(selections, held, path, errors)


def _error(refused: Refused, path: tuple[str | int, ...]) -> Row:
    where = "".join(f"/{step}" for step in path if isinstance(step, str))
    message = f"{refused.code} exception code while fetching data ({where}) : {refused}"
    return {"message": message, "path": list(path), "extensions": {"code": refused.code}}


class _Binding:
    """The variables of one operation, and its fields held against the schema."""

    def __init__(self, asked: Operation, given: Mapping[str, Any]) -> None:
        self.declared = {declared.name: declared for declared in asked.variables}
        self.values: dict[str, Any] = {}
        self.used: set[str] = set()
        for declared in asked.variables:
            self._fill(declared, given)

    def _fill(self, declared: Declared, given: Mapping[str, Any]) -> None:
        what = f"The variable ${declared.name}"
        if declared.name in given:
            self.values[declared.name] = self.value(given[declared.name], declared.type, what, literal=False)
        elif declared.given:
            self.values[declared.name] = self.value(declared.default, declared.type, what)
        elif declared.type.required:
            raise Unreadable(f"{what} of type {declared.type} is not given.", declared.place)

    # Fields

    def selections(self, name: str, selections: Iterable[Field | Inline]) -> tuple[Wanted, ...]:
        """What is asked of a type, with the fragments resolved and equal keys put together."""
        found: dict[str, Wanted] = {}
        for selection in selections:
            if isinstance(selection, Field):
                self._join(found, self._field(name, selection))
            elif selection.type == schema().unions.get(name, name):
                for inner in self.selections(selection.type, selection.selections):
                    self._join(found, inner)
            else:
                raise Unreadable(f"{name} can never be {selection.type}.", selection.place)
        return tuple(found.values())

    def _join(self, found: dict[str, Wanted], new: Wanted) -> None:
        """Two answers under one key must be the same answer."""
        old = found.setdefault(new.key, new)
        if (old.name, old.arguments) != (new.name, new.arguments):
            raise Unreadable(f"There are two different answers under {new.key}: give one of them an alias.")
        inner = {one.key: one for one in old.selections}
        for one in new.selections:
            self._join(inner, one)
        found[new.key] = replace(old, selections=tuple(inner.values()))

    def _field(self, name: str, field: Field) -> Wanted:
        if field.name == "__typename":
            return Wanted(field.key, field.name, {}, (), schema().unions.get(name, name))
        slot = schema().objects.get(name, {}).get(field.name)
        if slot is None:
            raise Unreadable(f"There is no field {field.name} in {name}.", field.place)
        inner = slot.type
        while inner.of:
            inner = inner.of
        leaf = inner.name in SCALARS
        if leaf == bool(field.selections):
            raise Unreadable(f"{field.name} of {name} has {'no' if leaf else 'only'} fields of its own.", field.place)
        selections = () if leaf else self.selections(inner.name, field.selections)
        return Wanted(field.key, field.name, self._arguments(slot, field), selections, name)

    def _arguments(self, slot: Slot, field: Field) -> Mapping[str, Any]:
        try:
            return self._together(field.arguments, slot.arguments, field.name, literal=True)
        except Unreadable as wrong:
            wrong.place = wrong.place or field.place
            raise

    # Values

    def _together(
        self, given: Mapping[str, Any], types: Mapping[str, Type], what: str, *, literal: bool
    ) -> Mapping[str, Any]:
        """Arguments, or the fields of an input, each of its type."""
        for name in given:
            if name not in types:
                raise Unreadable(f"{what} takes no {name}.")
        found = {}
        for name, type in types.items():
            value = given.get(name)
            left_out = name not in given
            if isinstance(value, Variable):
                self._fits(value, type)
                left_out = value.name not in self.values
            if not left_out:
                found[name] = self.value(value, type, f"{name} of {what}", literal=literal)
            elif type.required:
                raise Unreadable(f"{what} needs {name} of type {type}.")
        return found

    def _fits(self, variable: Variable, type: Type) -> None:
        """May this variable stand where this type is expected?"""
        declared = self.declared.get(variable.name)
        if declared is None:
            raise Unreadable(f"There is no variable ${variable.name}.")
        self.used.add(variable.name)
        sure = declared.given and declared.default is not None
        if not _within(replace(declared.type, required=True) if sure else declared.type, type):
            raise Unreadable(f"The variable ${variable.name} of type {declared.type} stands in place of {type}.")

    def value(self, value: Value, type: Type, what: str, *, literal: bool = True) -> Any:
        """The value as this type has it. literal: does it stand in the document, not among the variables?"""
        if isinstance(value, Variable):
            self._fits(value, type)
            return self.values.get(value.name)
        if value is None:
            if type.required:
                raise Unreadable(f"{what} must not be null: {type}.")
            return None
        if type.of:
            parts = value if isinstance(value, list) else [value]
            return [self.value(part, type.of, what, literal=literal) for part in parts]
        if type.name in schema().inputs and isinstance(value, dict):
            return self._together(value, schema().inputs[type.name], what, literal=literal)
        if not _is(value, type.name, literal=literal):
            raise Unreadable(f"{what} is no {type.name}: {value!r}.")
        if isinstance(value, Word):
            return value.text
        return str(value) if type.name == "ID" else value


def _is(value: object, name: str, *, literal: bool) -> bool:
    if name in schema().enums:
        text = value.text if isinstance(value, Word) else value
        return isinstance(value, Word) == literal and text in schema().enums[name]
    whole = isinstance(value, int) and not isinstance(value, bool)
    match name:
        case "Int":
            return whole and value in NUMBERS
        case "ID":
            return whole or isinstance(value, str)
        case "Boolean":
            return isinstance(value, bool)
        case _:
            return name == "String" and isinstance(value, str)


def _within(given: Type, expected: Type) -> bool:
    """Is every value of the one type also one of the other?"""
    if expected.required and not given.required:
        return False
    if given.of and expected.of:
        return _within(given.of, expected.of)
    return (given.name, given.of) == (expected.name, expected.of)
