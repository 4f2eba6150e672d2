"""The commands that an operator types beside `serve`: passes ahead, questions, the queue's end, the live view."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from edge.command_line import STATUS_MISTAKE, number
from edge.database_errors import DatabaseError
from edge.printable import printable
from ground.contact import Contact
from ground.errors import GroundError, RequestError
from ground.gateway_client import GatewayClient
from ground.gateway_errors import GatewayLostError, RefusedError
from ground.question import Wishes
from linkbudget.errors import LinkInputError
from radio.errors import RadioError

STATUS_NOTHING = 1
_START_FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"]

Url = Annotated[str, typer.Option(envvar="GROUND_URL", help="The gateway's address.")]
Key = Annotated[
    str | None, typer.Option(envvar="GROUND_API_KEY", help="Your API key, if the gateway wants one.", show_envvar=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
System = Annotated[str | None, typer.Option(help="What the model is told of its part.")]
MaxTokens = Annotated[int | None, typer.Option(help="Most tokens of an answer; 128 if left out.")]
Temperature = Annotated[
    float | None, typer.Option(parser=number, metavar="NUMBER", help="0, the likeliest words, to 2; 0 if left out.")
]
Seed = Annotated[int | None, typer.Option(help="The same seed gives the same answer.")]
Stop = Annotated[list[str] | None, typer.Option(help="Text that ends an answer; repeatable.")]

LOCAL_URL = "http://127.0.0.1:8000"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (passes, ask, chat, queue, cancel, watch, xtce):
        app.command()(command)


def passes(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A link-budget study: shipped, or a .toml file.")],
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    start: Annotated[
        datetime | None,
        typer.Option(formats=_START_FORMATS, help="When the search begins, in UTC unless it says; now if left out."),
    ] = None,
    hours: Annotated[float, typer.Option(parser=number, metavar="NUMBER", help="Length of the search.")] = 24.0,
    min_elevation: Annotated[
        float | None,
        typer.Option(parser=number, metavar="NUMBER", help="Least elevation in degrees; the study's if left out."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw them on the sky: a .png, .svg or .pdf file.")
    ] = None,
    forecast: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a .json file for `ground serve --forecast`.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the passes ahead: when, where in the sky, and how much data each lets through.

    AOS and LOS are when the satellite rises above and falls below the least elevation, TCA is its closest approach. A
    link gets data through while its margin is what the study asks for. Elements grow worse by kilometres a day: look at
    their age.

    Example: ground passes cubesat-uhf --start 2024-01-22 --plot passes.png

    Exit status: 0 if there are passes, 1 if there is none, 2 for what cannot be used.
    """
    from ground.passes_command import list_passes  # it loads what the other commands have no use for

    with _mistakes_told():
        found = list_passes(study, profile, start, hours, min_elevation, plot, forecast, as_json=as_json)
    raise typer.Exit(0 if found else STATUS_NOTHING)


def ask(
    text: Annotated[str, typer.Argument(help="The question.")],
    url: Url = LOCAL_URL,
    key: Key = None,
    system: System = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    seed: Seed = None,
    stop: Stop = None,
    deadline_s: Annotated[
        float | None, typer.Option(parser=number, metavar="NUMBER", help="Seconds after which no answer is wanted.")
    ] = None,
    within_contact: Annotated[
        bool, typer.Option("--within-contact", help="As many tokens as come down in the same pass.")
    ] = False,
    idempotency_key: Annotated[
        str | None, typer.Option(help="Asked again with the same key it is the same prompt, never a second one.")
    ] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Out of contact, leave it in the queue and print its id.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the model in orbit one question, and see where it is until the answer comes.

    The words are printed as they arrive. Where the prompt is, and in the end what the answer took, goes to standard
    error: TTFT is the time from the question to the first word, E2E to the last. Ctrl-C cancels the prompt, unless it
    was asked with an idempotency key: that one is answered all the same, and asked for again.

    Example: ground ask "Why is the sky blue?" --max-tokens 60

    Exit status: 0 answered or queued, 1 no answer, 2 a mistake or no gateway, 130 broken off.
    """
    from ground.ask_command import ask as ask_one

    wishes = Wishes(system, max_tokens, temperature, seed, tuple(stop or ()), deadline_s, within_contact)
    with _mistakes_told():
        ask_one(GatewayClient(url, key), text, wishes, idempotency_key, wait=not no_wait, as_json=as_json)


def chat(
    url: Url = LOCAL_URL,
    key: Key = None,
    system: System = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    seed: Seed = None,
    stop: Stop = None,
) -> None:
    """Talk with the model in orbit: each question goes up with what was said before.

    Ctrl-C ends an answer that is coming; where none is, it leaves, and so does Ctrl-D. The whole conversation goes up
    each time: keep it short on a slow link.

    Example: ground chat --system "Answer in one sentence."

    Exit status: 0 left, 2 a mistake or no gateway.
    """
    from ground.chat_command import chat as talk

    with _mistakes_told():
        talk(GatewayClient(url, key), Wishes(system, max_tokens, temperature, seed, tuple(stop or ())))


def queue(
    source: Annotated[
        str, typer.Argument(metavar="JOURNAL|URL", help="A station's journal, also while it runs; or its gateway.")
    ],
    contact: Annotated[
        list[str] | None,
        typer.Option(help="AOS:LOS in seconds of link time, repeatable. In view all the time if left out."),
    ] = None,
    now: Annotated[
        float | None, typer.Option(help="Link time in seconds; the latest that the journal tells of if left out.")
    ] = None,
    profile: Annotated[str, typer.Option(help="Air interface: a shipped profile or a .toml file.")] = "leo-bpsk",
    tokens_per_s: Annotated[
        float | None, typer.Option(help="The model's pace: says when each whole answer can be here.")
    ] = None,
    with_ended: Annotated[bool, typer.Option("--all", help="Show prompts that were answered or refused, too.")] = False,
    key: Annotated[str | None, typer.Option(envvar="GROUND_API_KEY", help="Your API key of the gateway.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of a table.")] = False,
) -> None:
    """Show where each prompt of a station stands, and the next AOS that it waits for.

    A station's gateway knows the contacts and the time: ground queue http://127.0.0.1:8000

    Of a journal, for a prompt that waits on the ground, the plan: when it goes up and, with --tokens-per-s, when all
    of its answer can be here at the latest if nothing is lost and the model has nothing else to do. Give the contacts
    that the station was given. Example, in the gap between two passes:

    ground queue ground.journal --contact 0:540 --contact 5700:6240 --now 3000

    This command only reads. `ground cancel ID` cancels a prompt of a gateway's. To a station without one, give a line
    on its standard input, with the id that is shown here; out of contact it takes effect at the next AOS:

    {"command": "cancel", "prompt_id": "0123456789abcdef"}

    Exit status: 0 if there are prompts that have not ended, 1 if there is none, 2 for a journal, a gateway or an
    option that cannot be used.
    """
    from ground.prompts_command import show_prompts
    from ground.queue_command import show_queue

    with _mistakes_told():
        if "://" in source:
            still_open = show_prompts(GatewayClient(source, key), with_ended=with_ended, as_json=as_json)
        else:
            contacts = [Contact.of(item) for item in contact or ["0:inf"]]
            plan_of = (Path(source), profile, contacts, _moment(now), tokens_per_s)
            still_open = show_queue(*plan_of, with_ended=with_ended, as_json=as_json)
    raise typer.Exit(0 if still_open else STATUS_NOTHING)


def cancel(
    prompt_id: Annotated[str, typer.Argument(help="The id that `ground queue` shows.")],
    url: Url = LOCAL_URL,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Cancel a prompt; out of contact that takes effect at the next AOS.

    Example: ground cancel 0123456789abcdef

    Exit status: 0 done, 2 no such prompt, a mistake or no gateway.
    """
    from ground.prompts_command import cancel_prompt

    with _mistakes_told():
        cancel_prompt(GatewayClient(url, key), prompt_id, as_json=as_json)


def watch(url: Url = LOCAL_URL, key: Key = None, as_json: AsJson = False) -> None:
    """Watch a station: the pass, Doppler and Eb/N0 as foretold and as measured, the waterfall, the queue, the answer.

    On a terminal of 80 columns and 24 lines or more it is one live view. Elsewhere it prints a line for each thing that
    happens, and with --json each event of the station. Ctrl-C ends it.

    Exit status: 0 left, 1 the gateway went away, 2 a mistake or no gateway.
    """
    from ground.watch_command import watch as look

    with _mistakes_told():
        look(GatewayClient(url, key), as_json=as_json)


def xtce() -> None:
    """Print the database of the packets that mission control gets, as XTCE 1.2.

    Example: ground xtce > flatsat.xml
    """
    from ground.mission_control.xtce import xtce_database  # it loads what `serve` has no use for

    typer.echo(xtce_database(), nl=False)


@contextmanager
def _mistakes_told() -> Iterator[None]:
    """Tell an error in one line on standard error, and end with its status."""
    try:
        yield
    except (GroundError, RadioError, LinkInputError, DatabaseError) as error:
        typer.echo(f"ground: {printable(str(error))}", err=True)
        is_mistake = error.is_mistake if isinstance(error, RefusedError) else not isinstance(error, GatewayLostError)
        raise typer.Exit(STATUS_MISTAKE if is_mistake else STATUS_NOTHING) from error


def _moment(now_s: float | None) -> float | None:
    if now_s is not None and not 0 <= now_s < math.inf:
        raise RequestError("now", now_s, "0 or more")
    return now_s
