from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import ConfigDict, Discriminator, Field, Tag

from edge.checked_toml import CheckedModel, check, load_checked, read_toml


class MistakeError(Exception):
    def __init__(self, field, value, accepted):
        super().__init__(field, value, accepted)
        self.field, self.value, self.accepted = field, value, accepted


def mistake_in(content, table) -> MistakeError:
    with pytest.raises(MistakeError) as caught:
        check(content, table, MistakeError)
    return caught.value


class Leaf(CheckedModel):
    size: int = 1


class Twig(CheckedModel):
    kind: Literal["twig"]
    leaves: tuple[Leaf, ...] = Field((), strict=False)


class Root(CheckedModel):
    kind: Literal["root"]
    depth: int = 1


class Tree(CheckedModel):
    parts: tuple[Annotated[Twig | Root, Field(discriminator="kind")], ...] = Field((), strict=False)
    crown: Leaf | None = None


@pytest.mark.parametrize(
    ("content", "field", "known"),
    [
        ({"parts": [{"kind": "root", "size": 1}]}, "parts.0.size", "depth, kind"),
        ({"parts": [{"kind": "twig", "leaves": [{}, {"colour": 1}]}]}, "parts.0.leaves.1.colour", "size"),
        ({"crown": {"colour": 1}}, "crown.colour", "size"),
        ({"leaf": 1}, "leaf", "crown, parts"),
        ({"leaf": None}, "leaf", "crown, parts"),  # JSON has null
    ],
)
def test_unknown_fields_are_told_with_those_known_in_their_table(content, field, known):
    mistake = mistake_in(content, Tree)
    assert (mistake.field, mistake.accepted) == (field, f"no such field; known here: {known}")


class Bird(CheckedModel):
    name: str = ""


class Nest(CheckedModel):
    birds: dict[str, Bird] = Field(default_factory=dict)
    owner: Bird | None = Field(None, alias="core:owner")


def test_a_name_in_a_mapping_may_be_that_of_a_field():
    mistake = mistake_in({"birds": {"name": {"colour": 1}}}, Nest)
    assert (mistake.field, mistake.accepted) == ("birds.name.colour", "no such field; known here: name")


def test_a_field_is_known_by_its_name_in_the_file():
    mistake = mistake_in({"core:owner": {"colour": 1}}, Nest)
    assert (mistake.field, mistake.accepted) == ("core:owner.colour", "no such field; known here: name")
    assert mistake_in({"owner": {}}, Nest).accepted == "no such field; known here: birds, core:owner"


class BoundsError(ValueError):
    def __init__(self, field, value, accepted):
        super().__init__(field)
        self.field, self.value, self.accepted = field, value, accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Wheel:
    __pydantic_config__ = ConfigDict(extra="forbid")
    size: float
    spokes: int = 0

    def __post_init__(self):
        if self.size < 0:
            raise BoundsError("size", self.size, "0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["diesel"] = "diesel"
    power: float

    def __post_init__(self):
        if self.power < 0:
            raise BoundsError("power", self.power, "0 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sail:
    __pydantic_config__ = ConfigDict(extra="forbid")
    kind: Literal["sail"] = "sail"
    area: float


def _tag(given: Any) -> str:
    return "sail" if "area" in given else "engine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    __pydantic_config__ = ConfigDict(extra="forbid")
    wheels: tuple[Wheel, ...] = ()
    by_name: dict[str, Wheel] | None = None
    drive: Annotated[Engine | Sail, Discriminator("kind")] | None = None
    moved_by: Annotated[Annotated[Engine, Tag("engine")] | Annotated[Sail, Tag("sail")], Discriminator(_tag)] | None = (
        None
    )


def test_dataclasses_are_tables_too():
    cart = check({"wheels": [{"size": 1}], "drive": {"kind": "sail", "area": 2}}, Cart, MistakeError)
    assert cart == Cart(wheels=(Wheel(size=1.0),), drive=Sail(area=2.0))


@pytest.mark.parametrize(
    ("content", "field", "value", "accepted"),
    [
        ({"wheels": [{"size": 1}, {"size": -1}]}, "wheels.1.size", -1.0, "0 or more"),
        ({"by_name": {"left": {"size": -1}}}, "by_name.left.size", -1.0, "0 or more"),
        ({"wheels": [{"size": "big"}]}, "wheels.0.size", "big", "input should be a valid number"),
        ({"wheels": [{"spokes": 3}]}, "wheels.0.size", None, "a value: the field is required"),
        ({"wheels": [{"rim": 3}]}, "wheels.0.rim", 3, "no such field; known here: size, spokes"),
        ({"by_name": {"left": {"rim": 3}}}, "by_name.left.rim", 3, "no such field; known here: size, spokes"),
        ({"drive": {"kind": "sail", "power": 3}}, "drive.power", 3, "no such field; known here: area, kind"),
        ({"moved_by": {"power": 3, "fuel": 1}}, "moved_by.fuel", 1, "no such field; known here: kind, power"),
        ({"moved_by": {"area": "wide"}}, "moved_by.area", "wide", "input should be a valid number"),
        ({"moved_by": {"area": 1, "power": 3}}, "moved_by.power", 3, "no such field; known here: area, kind"),
        ({"moved_by": {"power": -1}}, "moved_by.power", -1.0, "0 or more"),
        ({"moved_by": {}}, "moved_by.power", None, "a value: the field is required"),
        ({"moved_by": []}, "moved_by", [], "input should be a dictionary"),
    ],
)
def test_mistakes_in_dataclasses_are_told_with_their_place(content, field, value, accepted):
    mistake = mistake_in(content, Cart)
    assert mistake.field == field
    assert mistake.value == value
    assert accepted in mistake.accepted


def test_a_file_is_read(tmp_path):
    path = tmp_path / "cart.toml"
    path.write_text("[[wheels]]\nsize = 2\n", encoding="utf-8")
    assert load_checked(path, Cart, MistakeError).wheels[0].size == 2.0


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("a = " + "[" * 5000, "TOML ("),  # "maximum recursion depth", or what tomli says
        ("a = " + "{a = " * 5000, "TOML ("),
        ("a = " + "9" * 5000, "TOML (Exceeds the limit"),
        ("a = 0x" + "f" * 5000, "TOML (an integer has more than 1024 bits)"),
        (f"a = [{{b = {2**1024}}}]", "TOML (an integer has more than 1024 bits)"),
    ],
)
def test_what_python_cannot_hold_or_print_is_told_as_a_mistake(tmp_path, text, accepted):
    path = tmp_path / "cart.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MistakeError) as caught:
        read_toml(path, MistakeError)
    assert caught.value.field == "file"
    assert caught.value.accepted.startswith(accepted)


def test_integers_that_can_be_told_are_read(tmp_path):
    path = tmp_path / "cart.toml"
    path.write_text(f"a = [{2**1024 - 1}, -{2**1024 - 1}]", encoding="utf-8")
    assert read_toml(path, MistakeError) == {"a": [2**1024 - 1, 1 - 2**1024]}


def test_a_path_with_a_null_character_is_told_as_a_mistake():
    with pytest.raises(MistakeError) as caught:
        read_toml(Path("a\0.toml"), MistakeError)
    assert "null" in caught.value.accepted


class Pair(CheckedModel):
    span: tuple[float, float] = Field((0.0, 1.0), strict=False)


def test_a_pair_that_is_too_short_is_told():
    mistake = mistake_in({"span": [1.0]}, Pair)
    assert (mistake.field, mistake.accepted) == ("span.1", "a value: the field is required")
