"""The line protocol of rigctld and rotctld: lines to commands, replies to text (manual pages rigctld(1), rotctld(1)).

hamlib reads commands character by character, and takes what it misses from later lines. Here a command ends with its
line: what it lacks is a mistake, and after a mistake nothing more of its line is carried out.
"""

import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ground.hamlib.return_code import ReturnCode

_NOT_SEPARATORS = "\\?_#"  # rigctld(1), "Extended Response Protocol"
_COMMENT = "#"
_BLANKS = " \t\r\n"
MAIN_VFOS = ("VFOA", "Main", "MainA", "MainB", "MainC")
SUB_VFOS = ("VFOB", "Sub", "SubA", "SubB", "SubC")
_VFOS = (*MAIN_VFOS, *SUB_VFOS, "VFOC", "VFO", "currVFO", "MEM", "RX", "TX")
"""rigctld(1), "set_vfo". None of them is a command, so in its place one is told from a value."""


@dataclass(frozen=True, slots=True)
class CommandForm:
    """How a command is written, and its answer."""

    name: str
    short: str = ""
    """The one-character form, or a word that stands for the whole command; nothing: it has none."""
    arguments: int = 0
    labels: tuple[str, ...] = ()
    """Of the values in the answer, in the extended protocol; values beyond them have none."""
    takes_vfo: bool = False
    """A VFO may stand before its arguments, as clients in VFO mode write it."""


class CommandForms:
    """The commands that a server knows."""

    def __init__(self, *forms: CommandForm) -> None:
        self._by_spelling: Mapping[str, CommandForm] = {
            **{"\\" + form.name: form for form in forms},
            **{form.short: form for form in forms if form.short},
        }

    def find(self, word: str) -> tuple[CommandForm, str] | None:
        """Return the command at the begin of a word and what of the word follows it; None if there is none.

        A short command need not be set apart from what follows it.
        """
        for spelling in (word, word[:1]):
            if spelling in self._by_spelling:
                return self._by_spelling[spelling], word[len(spelling) :]
        return None


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it came."""

    form: CommandForm
    arguments: tuple[str, ...] = ()
    vfo: str | None = None
    separator: str | None = None
    """Of the records of its answer in the extended protocol; None: the default protocol."""

    @property
    def name(self) -> str:
        """Its long name."""
        return self.form.name


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is no command, or lacks a value."""

    code: ReturnCode


def parse_line(line: bytes, forms: CommandForms) -> Iterator[Command | Mistake]:
    """Yield what a line says, in its order; a mistake is the last."""
    rest = line.decode("latin-1").strip(_BLANKS)  # get_dcd's short form is the octet 0x8b
    while rest and not rest.startswith(_COMMENT):
        separator, rest = _separator(rest)
        word, rest = _next_word(rest)
        found = forms.find(word)
        if found is None:
            yield Mistake(ReturnCode.NOT_IMPLEMENTED)
            return
        form, glued = found
        command, rest = _with_arguments(form, separator, f"{glued} {rest}".lstrip())
        if command is None:
            yield Mistake(ReturnCode.INVALID_PARAMETER)
            return
        yield command


def _separator(text: str) -> tuple[str | None, str]:
    if text[0] not in string.punctuation or text[0] in _NOT_SEPARATORS:
        return None, text
    return "\n" if text[0] == "+" else text[0], text[1:].lstrip()


def _next_word(text: str) -> tuple[str, str]:
    word, _, rest = text.partition(" ") if "\t" not in text else text.replace("\t", " ").partition(" ")
    return word, rest.lstrip()


def _with_arguments(form: CommandForm, separator: str | None, rest: str) -> tuple[Command | None, str]:
    """Return the command with what it takes from the text that follows, None if that lacks something, and the rest."""
    vfo = None
    word, after = _next_word(rest)
    if form.takes_vfo and word in _VFOS:
        vfo, rest = word, after
    arguments = []
    for _ in range(form.arguments):
        word, rest = _next_word(rest)
        arguments.append(word)
    command = Command(form, tuple(arguments), vfo, separator)
    return command if all(arguments) else None, rest


def reply_text(command: Command | Mistake, values: Sequence[str], code: ReturnCode) -> str:
    """Return what a client is answered.

    In the default protocol these are the values, or the code where there are none; in the extended one the command,
    the values with their labels, and the code.
    """
    report = f"RPRT {code.value}"
    if isinstance(command, Mistake) or command.separator is None:
        return "".join(f"{line}\n" for line in values or [report])
    said = " ".join(filter(None, (command.vfo, *command.arguments)))
    labels = (*(f"{label}: " for label in command.form.labels), *[""] * len(values))
    told = [label + value for label, value in zip(labels, values, strict=False)]
    return command.separator.join([f"{command.name}: {said}".rstrip(), *told, report]) + "\n"
