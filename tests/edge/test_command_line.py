import json
from typing import Annotated

import pytest
import typer

from edge.command_line import finite, number, print_json, run_app


class MistakeError(Exception):
    pass


app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback()
def tool() -> None:
    """A tool."""


@app.command()
def work(
    size: Annotated[float, typer.Option(parser=number, metavar="NUMBER", help="How large, in metres.")],
    how: str = "well",
) -> None:
    if how == "badly":
        raise MistakeError("how is 'badly'; accepted: well")
    if how == "not at all":
        raise KeyboardInterrupt
    if how == "in vain":
        raise typer.Exit(1)


def outcome(capsys, *args):
    status = run_app(app, "tool", list(args), (MistakeError,))
    return status, capsys.readouterr().err


@pytest.mark.parametrize(
    ("args", "status", "told"),
    [
        (["work", "--size", "3"], 0, ""),
        (["work", "--size", "3", "--how", "in vain"], 1, ""),
        (["work", "--size", "3", "--how", "badly"], 2, "tool: how is 'badly'; accepted: well\n"),
        (["work", "--size", "3", "--how", "not at all"], 130, ""),
        (
            ["work", "--size", "wide"],
            2,
            "tool: Invalid value for '--size': 'wide' is not a number; accepted: How large",
        ),
        (["work"], 2, "tool: Missing option '--size'; accepted: How large, in metres\n"),
        (["work", "--length", "3"], 2, "tool: No such option: --length; accepted: --size, --how\n"),
        (["play"], 2, "tool: No such command 'play'; accepted: work\n"),
    ],
)
def test_a_mistake_costs_one_line_and_status_2(capsys, args, status, told):
    found, line = outcome(capsys, *args)
    assert found == status
    assert line.startswith(told)
    assert line.count("\n") == (status == 2)


def test_other_exceptions_are_not_the_users_mistakes():
    with pytest.raises(MistakeError):
        run_app(app, "tool", ["work", "--size", "3", "--how", "badly"])


def test_json_has_no_infinities(capsys):
    print_json({"a": [1.0, float("nan")], "b": (float("inf"), "x", None, True)})
    text = capsys.readouterr().out
    assert json.loads(text) == {"a": [1.0, None], "b": [None, "x", None, True]}
    assert finite(-0.0) == 0.0
