"""The campaigns that come with the package."""

from importlib import resources
from pathlib import Path

from testbed.errors import ScenarioError


def shipped_campaigns() -> list[str]:
    """Names of the campaigns that come with the package."""
    folder = resources.files("testbed").joinpath("campaigns")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def campaign_path(name: str) -> Path:
    """Return where a shipped campaign, or a .toml file, is. Raise ScenarioError for another name."""
    if name.endswith(".toml"):
        return Path(name)
    if name not in shipped_campaigns():
        raise ScenarioError("campaign", name, f"one of {', '.join(shipped_campaigns())}, or the path of a .toml file")
    return Path(str(resources.files("testbed").joinpath("campaigns", f"{name}.toml")))
