"""The command that has a model sent up."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from edge.command_line import print_json
from ground.errors import RequestError
from ground.model_package_build import BuiltPackage, build_package
from ground.outbox import SUFFIX, SWITCH_SUFFIX
from protocol.errors import LocalError
from protocol.model_package.manifest import SelfTestPrompt

_NOT_IN_NAMES = re.compile(r"[^a-z0-9._-]+")


def put_into_outbox(
    model: Path,
    outbox: Path,
    name: str | None,
    base: Path | None,
    self_tests: Sequence[str],
    *,
    switch: bool,
    as_json: bool,
) -> None:
    """Pack a model and put it where the station looks for what is to go up.

    Raises RequestError for a model that cannot be sent.
    """
    chosen = name or _NOT_IN_NAMES.sub("-", model.stem.lower())
    part = outbox / f".{chosen}.part"
    try:
        outbox.mkdir(parents=True, exist_ok=True)
        built = _build(model, part, chosen, base, [_self_test(each) for each in self_tests])
        if switch:
            (outbox / f"{chosen}{SWITCH_SUFFIX}").touch()
        os.replace(part, outbox / f"{chosen}{SUFFIX}")
    except OSError as error:
        raise RequestError("outbox", str(outbox), f"a folder that can be written ({error.strerror})") from None
    finally:
        part.unlink(missing_ok=True)
    _show(built, outbox, switch, as_json=as_json)


def _build(model: Path, part: Path, name: str, base: Path | None, tests: list[SelfTestPrompt]) -> BuiltPackage:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("packing", total=1.0)
        return build_package(model, part, name, base, tests, lambda fraction: bar.update(task, completed=fraction))


def _self_test(text: str) -> SelfTestPrompt:
    prompt, _, expect = text.partition("=")
    try:
        return SelfTestPrompt(prompt, expect=expect)
    except LocalError as error:
        raise RequestError("self-test", text, f"PROMPT=PART OF THE ANSWER ({error.field}: {error.accepted})") from None


def _show(built: BuiltPackage, outbox: Path, switch: bool, *, as_json: bool) -> None:
    manifest = built.manifest
    content = built.model_id.hex() if built.model_id else None
    if as_json:
        facts = {"name": manifest.name, "kind": manifest.kind.value, "octets": built.octets, "model_id": content}
        print_json({**facts, "package": str(outbox / f"{manifest.name}{SUFFIX}"), "switch": switch})
        return
    console = Console(highlight=False)
    of = f"of {manifest.octets:,} octets of model"
    console.print(f"model    {manifest.name}, {manifest.kind.value}: {built.octets:,} octets to send {of}")
    console.print(f"content  {content or 'is known once the adapter is merged on board'}")
    console.print(f"outbox   {outbox}: a station that serves it sends the package in its next contacts", soft_wrap=True)
    if switch:
        console.print("switch   ordered as soon as the model is installed")
