"""A document is answered with what it asks for, and told where it asks for what is not there."""

import pytest

from smokejumper.drill.simulators.graphql import GraphqlError, Scalar, answer, parse

WORLD = {
    "app": lambda arguments: {
        "name": arguments["name"],
        "config": Scalar({"kill_signal": "SIGTERM"}),
        "nobody": None,
        "releases": {"nodes": [{"version": 2, "user": {"email": "a"}}, {"version": 1, "user": None}]},
    }
}


def asked(document: str, **variables: object) -> object:
    return answer(parse(document, variables), WORLD)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "{",
        "{}",
        "{ app { name }",
        "{ app { name } } { app { name } }",
        "mutation { app { name } }",
        "subscription { app { name } }",
        'query { app(name: "a") { ...Fields } }',
        'query { app(name: "a") { name @include(if: true) } }',
        "query ($a: String!) { app(name: $a) { name } }",
        "query { app(name: ) { name } }",
        'query { app(name: "a" { name } }',
        "{ app { name: } }",
    ],
)
def test_what_is_no_query_is_not_understood(document: str) -> None:
    with pytest.raises(GraphqlError):
        asked(document)


@pytest.mark.parametrize(
    "document",
    [
        '{ app(name: "a") { secret } }',
        '{ app(name: "a") { releases { nodes } } }',
        '{ app(name: "a") { name { first } } }',
        '{ app(name: "a") { config { kill_signal } } }',
        '{ app(name: "a") }',
        "{ organization { slug } }",
    ],
)
def test_what_is_not_there_cannot_be_asked_for(document: str) -> None:
    with pytest.raises(GraphqlError):
        asked(document)


def test_only_what_was_asked_for_comes_back() -> None:
    assert asked('{ app(name: "a") { releases { nodes { version } } } }') == {
        "app": {"releases": {"nodes": [{"version": 2}, {"version": 1}]}}
    }


def test_an_alias_is_the_name_of_the_answer() -> None:
    assert asked('{ mine: app(name: "a") { called: name } }') == {"mine": {"called": "a"}}


def test_what_is_nothing_needs_no_fields_and_takes_some() -> None:
    assert asked('{ app(name: "a") { nobody releases { nodes { user { email } } } } }') == {
        "app": {"nobody": None, "releases": {"nodes": [{"user": {"email": "a"}}, {"user": None}]}}
    }


def test_a_value_of_json_comes_whole() -> None:
    assert asked('{ app(name: "a") { config } }') == {"app": {"config": {"kill_signal": "SIGTERM"}}}


def test_variables_with_types_defaults_and_comments() -> None:
    document = """
    # Whose is it? "no { string"
    query Application($name: String!, $first: [Int!]! = 3, $last: String = "b") { # here
      app(name: $name, first: $first) { name }
      other: app(name: $last, status: running, deep: null) { name }
    }
    """
    assert asked(document, name="a") == {"app": {"name": "a"}, "other": {"name": "b"}}
    assert asked(document, name="a", last="c") == {"app": {"name": "a"}, "other": {"name": "c"}}
