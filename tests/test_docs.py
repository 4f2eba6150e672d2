"""What the pages say that a machine can check: tables, names, links, examples."""

import json
import re
import runpy
import sys
from pathlib import Path

import pytest

from edge.command_line import run_app
from ground.cli import app as ground_app
from radio.profile import LinkProfile, Profile, shipped_profiles
from radio.satellites.satellite import Satellite, shipped_satellites
from testbed.campaign.campaign_file import Campaign
from testbed.campaign.plan import make_plan
from testbed.campaign.shipped import shipped_campaigns
from testbed.cli import app
from testbed.scenario import Scenario

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
RADIO, CAMPAIGNS, RECORDINGS = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("radio", "campaigns", "recordings")
)


def examples(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return str(folder / name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_generated_tables_are_those_of_the_code(page: Path) -> None:
    """Made anew by: .venv/bin/python docs/fields.py."""
    text = page.read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "docs" / "fields.py"))["renewed"](text) == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if not link.startswith("http"):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), link
            assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize(
    ("text", "folder", "shipped"),
    [
        (RADIO, "profiles", shipped_profiles),
        (CAMPAIGNS, "campaigns", shipped_campaigns),
        (RECORDINGS, "satellites", shipped_satellites),
    ],
)
def test_everything_shipped_is_there(text: str, folder: str, shipped) -> None:
    assert set(re.findall(rf"{folder}/([\w.-]+)\.toml\)", text)) == set(shipped())


@pytest.mark.parametrize(("program", "commands"), [("testbed", app), ("ground", ground_app)])
def test_commands_exist(program: str, commands) -> None:
    text = "\n".join(block for page in PAGES for block in examples(page.read_text(encoding="utf-8"), ""))
    named = set(re.findall(rf"^(?:\.venv/bin/)?{program} ([\w-]+)", text, re.MULTILINE))
    assert named
    groups = {group.name for group in commands.registered_groups}
    assert named <= groups | {command.name or command.callback.__name__ for command in commands.registered_commands}


def test_examples_of_files_are_taken(tmp_path: Path) -> None:
    scenario, leg, impairments = examples(RADIO, "toml")
    Scenario.load(written(tmp_path, "scenario.toml", scenario))
    LinkProfile.model_validate(tomllib.loads(leg)["downlink"]).code()
    with_impairments = Scenario.load(written(tmp_path, "impaired.toml", scenario + impairments))
    assert with_impairments.downlink.impairments.tumbling
    assert with_impairments.front_end.impairments.dropped_transfers
    (campaign,) = examples(CAMPAIGNS, "toml")
    assert len(make_plan(Campaign.load(written(tmp_path, "campaign.toml", campaign))).points) == 8
    (satellite,) = examples(RECORDINGS, "toml")
    Satellite.load(written(tmp_path, "satellite.toml", satellite))


def test_the_recording_is_made_and_received(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    profile = (ROOT / "radio" / "profiles" / "leo-bpsk.toml").read_text()
    written(tmp_path, "stream.toml", profile.replace("[downlink]", '[downlink]\ntransmission = "continuous"'))
    assert Profile.load("stream.toml").downlink.code().continuous
    exec(examples(RECORDINGS, "python")[0], {})
    assert run_app(ground_app, "ground", ["receive", "downlink.sigmf-meta", "--profile", "stream.toml", "--json"]) == 0
    found = [each["hex"] for each in json.loads(capsys.readouterr().out)["frames"]]
    assert len(set(found)) == 8
    assert len(found) > 9


def test_the_launcher_is_the_one_that_is_tested() -> None:
    tested = (ROOT / "tests" / "e2e" / "test_gr_satellites.py").read_text()
    assert examples(RECORDINGS, "python")[1].strip() in tested


def test_every_diagram_has_its_picture_and_every_picture_its_diagram() -> None:
    """Made anew by: .venv/bin/python docs/diagrams.py."""
    module = runpy.run_path(str(ROOT / "docs" / "diagrams.py"))
    sources = [source for page in PAGES for source in module["diagrams"](page.read_text(encoding="utf-8"))]
    assert sources
    assert {module["picture_of"](source) for source in sources} == set((ROOT / "docs" / "diagrams").iterdir())
