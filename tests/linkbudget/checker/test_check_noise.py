import pytest

RECEIVER = "receiver.stages"


@pytest.fixture
def found(found):
    """Check without modes, so that only the noise tells."""
    return lambda changes: found({"modes": [], **changes})


def places(findings):
    return [finding.place.removeprefix("links.downlink.receiver.") for finding in findings]


def stage(**changes):
    return {"receiver.stages": [{"name": "LNA", "gain_db": 20.0, **changes}]}


@pytest.mark.parametrize("value", [0.3, 0.8, 3.0, 9.9])
def test_a_noise_figure_in_a_field_for_kelvin(found, value):
    (finding,) = found(stage(noise_temperature_k=value))
    assert places([finding]) == ["stages.0.noise_temperature_k"]


def test_the_hint_gives_the_temperature_of_the_noise_figure(found):
    (finding,) = found(stage(noise_temperature_k=1.0))
    assert "1 dB of noise figure are 75 K" in finding.hint  # (10^0.1 - 1) 290 K


@pytest.mark.parametrize("value", [15.0, 60.0, 1000.0])
def test_temperatures_that_uncooled_amplifiers_have(found, value):
    assert found(stage(noise_temperature_k=value)) == []


def test_large_dishes_have_cooled_receivers(found):
    cooled = {**stage(noise_temperature_k=4.0), "frequency_hz": 8.4e9, "receiver.line_temperature_k": 20.0}
    assert found({**cooled, "receiver.antenna": {"kind": "dish", "diameter_m": 34.0}}) == []
    small = found({**cooled, "receiver.antenna": {"kind": "dish", "diameter_m": 1.0}})
    assert set(places(small)) == {"stages.0.noise_temperature_k", "line_temperature_k"}


def test_a_bandwidth_in_a_field_for_kelvin(found):
    assert found(stage(noise_temperature_k=0.9e5)) == []
    assert places(found(stage(noise_temperature_k=1.1e5))) == ["stages.0.noise_temperature_k"]
    assert places(found({"receiver.noise.antenna_temperature_k": 9.6e6})) == ["noise.antenna_temperature_k"]


def test_a_temperature_in_a_field_for_a_noise_figure(found):
    assert found(stage(noise_figure_db=19.0)) == []
    (finding,) = found(stage(noise_figure_db=60.0))
    assert places([finding]) == ["stages.0.noise_figure_db"]
    assert "60 K are 0.82 dB" in finding.hint  # 10 log10(1 + 60 / 290)


def test_only_the_first_amplifier_has_a_low_noise_figure(found):
    pad, receiver = {"name": "pad", "loss_db": 1.0}, {"name": "receiver", "gain_db": 20.0, "noise_figure_db": 25.0}
    amplifier = {"name": "LNA", "gain_db": 40.0, "noise_figure_db": 0.8}
    assert found({RECEIVER: [pad, amplifier, receiver]}) == []
    assert places(found({RECEIVER: [pad, receiver]})) == ["stages.1.noise_figure_db"]


def test_degrees_celsius_in_fields_for_kelvin(found):
    (line,) = found({"receiver.line_temperature_k": 25.0})
    assert places([line]) == ["line_temperature_k"]
    assert "25 C are 298 K" in line.hint
    pad = {"name": "pad", "loss_db": 1.0, "physical_temperature_k": 20.0}
    amplifier = {"name": "LNA", "gain_db": 40.0, "noise_figure_db": 0.8}
    assert places(found({RECEIVER: [pad, amplifier]})) == ["stages.0.physical_temperature_k"]
    assert found({"receiver.line_temperature_k": 77.0}) == []
    assert places(found({"receiver.line_temperature_k": 60.0})) == ["line_temperature_k"]


def test_colder_than_the_universe(found):
    (antenna,) = found({"receiver.noise.antenna_temperature_k": 2.0})
    assert (places([antenna]), antenna.severity) == (["noise.antenna_temperature_k"], "error")
    (system,) = found({"receiver.noise.antenna_temperature_k": 0.0, **stage(noise_figure_db=0.02)})
    assert (places([system]), system.severity) == (["noise"], "error")


@pytest.mark.parametrize(
    ("frequency_hz", "value", "is_wrong"),
    [
        (145.9e6, 100_000.0, False),  # a city's noise
        (437e6, 10_000.0, False),
        (2.2e9, 10_100.0, True),
        (145.9e6, 1e6, True),
    ],
)
def test_how_hot_an_antenna_may_be(found, frequency_hz, value, is_wrong):
    changes = {"receiver.noise.antenna_temperature_k": value, "frequency_hz": frequency_hz, "modes": []}
    assert places(found(changes)) == (["noise.antenna_temperature_k"] if is_wrong else [])
