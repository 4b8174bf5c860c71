"""A small GraphQL: a document's one query, answered with the fields that it asks for and no others."""

import re
from collections.abc import Callable, Mapping

import msgspec

Arguments = Mapping[str, object]
Resolver = Callable[[Arguments], object]
"""Computes a field from its arguments."""

_TOKEN = re.compile(r'(?:#[^\n]*|[\s,\ufeff])*([{}()\[\]:!=$]|"(?:[^"\\\n]|\\.)*"|-?\d+|\w+|\S|$)')
_LITERALS = {"true": True, "false": False, "null": None}


class GraphqlError(Exception):
    """A document that is not understood, or asks for what is not there."""


class Scalar(msgspec.Struct, frozen=True):
    """A value of the type JSON: whole, without fields to choose from."""

    value: object


class Field(msgspec.Struct, frozen=True):
    """A field that is asked for, the name that it is to have, and what is asked of it."""

    name: str
    alias: str
    arguments: Arguments
    selection: tuple["Field", ...]


def parse(document: str, variables: Mapping[str, object]) -> tuple[Field, ...]:
    """The fields that a document's query asks for.

    Raises:
        GraphqlError: it is no query, or is not understood (fragments and directives are not).
    """
    return _Parser(document, variables).query()


def answer(selection: tuple[Field, ...], value: object, name: str = "Query") -> object:
    """What a selection asks of a value: scalars, mappings whose values may be resolvers, and lists of these.

    Raises:
        GraphqlError: it asks for a field that is not there, for no field of an object, or for fields of a scalar.
    """
    if isinstance(value, list):
        return [answer(selection, each, name) for each in value]
    if value is None:
        return None
    if not isinstance(value, Mapping):
        if selection:
            raise GraphqlError(f"Selections can't be made on scalars (field '{name}')")
        return value.value if isinstance(value, Scalar) else value
    if not selection:
        raise GraphqlError(f"Field must have selections (field '{name}')")
    said: dict[str, object] = {}
    for field in selection:
        if field.name not in value:
            raise GraphqlError(f"Field '{field.name}' doesn't exist on '{name}'")
        found = value[field.name]
        said[field.alias] = answer(field.selection, found(field.arguments) if callable(found) else found, field.name)
    return said


class _Parser:
    def __init__(self, document: str, variables: Mapping[str, object]) -> None:
        self._tokens = _TOKEN.findall(document)
        self._variables = dict(variables)

    def query(self) -> tuple[Field, ...]:
        if self._peek() == "query":
            self._next()
            if self._peek() not in ("(", "{"):
                self._name()
            if self._peek() == "(":
                self._definitions()
        fields = self._selection()
        if self._next():
            raise GraphqlError("Only one query can be asked")
        return fields

    def _peek(self) -> str:
        return self._tokens[0] if self._tokens else ""

    def _next(self) -> str:
        return self._tokens.pop(0) if self._tokens else ""

    def _expect(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise GraphqlError(f"Expected '{token}', actual: '{found}'")

    def _name(self) -> str:
        found = self._next()
        if not found.isidentifier():
            raise GraphqlError(f"Expected a name, actual: '{found}'")
        return found

    def _definitions(self) -> None:
        """Variables with their types; a default counts where no value was sent."""
        self._expect("(")
        while self._peek() == "$":
            self._next()
            name = self._name()
            self._expect(":")
            while self._peek() in ("[", "]", "!") or self._peek().isidentifier():
                self._next()
            if self._peek() == "=":
                self._next()
                self._variables.setdefault(name, self._value())
        self._expect(")")

    def _selection(self) -> tuple[Field, ...]:
        self._expect("{")
        fields = []
        while self._peek() != "}":
            name = alias = self._name()
            if self._peek() == ":":
                self._next()
                name = self._name()
            arguments = self._arguments() if self._peek() == "(" else {}
            selection = self._selection() if self._peek() == "{" else ()
            fields.append(Field(name, alias, arguments, selection))
        self._expect("}")
        if not fields:
            raise GraphqlError("Expected a field, actual: '}'")
        return tuple(fields)

    def _arguments(self) -> Arguments:
        self._expect("(")
        found: dict[str, object] = {}
        while self._peek() != ")":
            name = self._name()
            self._expect(":")
            found[name] = self._value()
        self._expect(")")
        return found

    def _value(self) -> object:
        word = self._next()
        if word == "$":
            name = self._name()
            if name not in self._variables:
                raise GraphqlError(f"Variable ${name} was not provided a value")
            return self._variables[name]
        if word in _LITERALS:
            return _LITERALS[word]
        if word.isidentifier():  # of an enumeration
            return word
        try:
            value: object = msgspec.json.decode(word.encode())
        except msgspec.DecodeError:
            raise GraphqlError(f"Expected a value, actual: '{word}'") from None
        return value
