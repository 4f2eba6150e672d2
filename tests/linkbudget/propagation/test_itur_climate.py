from pathlib import Path
from typing import Any

import pytest

from linkbudget.errors import LinkInputError
from linkbudget.propagation import itur_climate
from linkbudget.propagation.climate import Climate
from linkbudget.propagation.itur_climate import climate_from_maps


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "linkbudget" / "climate"


@pytest.fixture
def looked_up(munich: Climate, monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, ...]]:
    """Maps that show Munich everywhere; the sites that are looked up in them."""
    sites: list[tuple[float, ...]] = []

    def look_up(*site: float) -> Climate:
        sites.append(site)
        return munich

    monkeypatch.setattr(itur_climate, "_itur_version", lambda: "0.0")
    monkeypatch.setattr(itur_climate, "_look_up", look_up)
    return sites


def test_a_site_is_looked_up_once(munich: Climate, looked_up: list[tuple[float, ...]]) -> None:
    assert climate_from_maps(48.1, -10.0, 500.0) == munich
    assert climate_from_maps(48.1001, 350.0, 503.0) == munich
    assert looked_up == [(48.1, -10.0, 500.0)]
    climate_from_maps(48.1, -10.02, 500.0)
    assert len(looked_up) == 2


@pytest.mark.parametrize("text", ["", "{}", '{"rain_rate_mm_h": 1}', "[1]", '"x"'])
def test_a_damaged_cache_is_written_anew(
    text: str, munich: Climate, looked_up: list[tuple[float, ...]], cache: Path
) -> None:
    climate_from_maps(0.0, 0.0, 0.0)
    (kept,) = cache.iterdir()
    kept.write_text(text)
    assert climate_from_maps(0.0, 0.0, 0.0) == munich
    assert climate_from_maps(0.0, 0.0, 0.0) == munich
    assert len(looked_up) == 2


def test_a_cache_that_cannot_be_kept_does_not_matter(
    munich: Climate, looked_up: list[tuple[float, ...]], cache: Path
) -> None:
    cache.parent.write_text("a file where the folder should be")
    assert climate_from_maps(0.0, 0.0, 0.0) == munich


def test_without_itur_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise itur_climate.PackageNotFoundError(name)

    monkeypatch.setattr(itur_climate, "version", version)
    with pytest.raises(LinkInputError, match="pip install itur") as error:
        climate_from_maps(48.1, 11.6, 500.0)
    assert error.value.field == "climate"


def test_a_place_that_is_none() -> None:
    with pytest.raises(LinkInputError, match="longitude_deg"):
        climate_from_maps(0.0, 400.0, 0.0)


def test_maps_give_the_published_rain_height_and_refractivity(itu: Any) -> None:
    pytest.importorskip("itur")
    for latitude, longitude, height_km in itu["p839_4_rain_height"]["rows"]:
        # the site is rounded to 0.01 deg
        assert climate_from_maps(latitude, longitude, 0.0).rain_height_km == pytest.approx(height_km, rel=1e-3)
    for latitude, longitude, n_wet in itu["p453_14_n_wet"]["rows"]:
        assert climate_from_maps(latitude, longitude, 0.0).wet_refractivity == pytest.approx(n_wet, rel=1e-3)


def test_maps_give_the_published_rain_rate() -> None:
    pytest.importorskip("itur")
    # ITURP618-13_A_rain.csv of the golden file: R0.01 at London and Miami
    assert climate_from_maps(51.5, -0.14, 0.0).rain_rate_mm_h == pytest.approx(26.48052, rel=1e-3)
    assert climate_from_maps(25.78, -80.22, 0.0).rain_rate_mm_h == pytest.approx(78.2994993, rel=1e-3)


def test_the_model_by_latitude_is_a_rough_one() -> None:
    pytest.importorskip("itur")
    for latitude, longitude in [(51.5, -0.14), (41.9, 12.49), (28.717, 77.3), (3.133, 101.7), (-1.3, 36.8)]:
        mapped, simple = climate_from_maps(latitude, longitude, 0.0), Climate.by_latitude(latitude, 0.0)
        assert 0.4 < simple.rain_rate_mm_h / mapped.rain_rate_mm_h < 2.5
        assert simple.rain_height_km == pytest.approx(mapped.rain_height_km, abs=1.0)
        assert simple.temperature_k == pytest.approx(mapped.temperature_k, abs=16.0)
        assert 0.4 < simple.cloud_liquid_kg_m2 / mapped.cloud_liquid_kg_m2 < 2.5
