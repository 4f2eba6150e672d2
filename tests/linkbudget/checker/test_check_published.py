"""Published links that are sound raise nothing; published mistakes are named."""

import copy
import json
from pathlib import Path

import pytest

from linkbudget.checker import check, check_study
from linkbudget.scene import link_budget
from linkbudget.study_file import load_study, parse_study, shipped_studies

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "checker.json").read_text())


@pytest.mark.parametrize("source", GOLDEN["sound"])
def test_a_sound_published_link_raises_nothing(source):
    study = parse_study({"name": "published", **GOLDEN["sound"][source]}).study
    assert [str(finding) for finding in check(study)] == []


@pytest.mark.parametrize("name", [name for name in shipped_studies() if name != "mistakes"])
def test_a_shipped_study_raises_nothing(name):
    assert [str(finding) for finding in check_study(load_study(name))] == []


def test_the_shipped_mistakes_are_named():
    places = {finding.place for finding in check_study(load_study("mistakes"))}
    assert {
        "links.eirp.transmitter.eirp_dbw",
        "links.polarisation.path.polarisation_loss_db",
        "links.polarisation.receiver.stages.0.noise_temperature_k",
        "links.polarisation.modes.0.bandwidth_hz",
        "links.polarisation.modes.0.information_rate_bit_s",
    } <= places


@pytest.mark.parametrize("name", ["satellite", "downlink", "70 cm"])
def test_the_published_eirp_in_the_wrong_unit(name):
    case = GOLDEN["known_wrong"]["eirp"]
    content = {"name": "published", **copy.deepcopy(case["study"])}
    content["links"] = {name: content["links"]["satellite"]}
    study = parse_study(content).study
    c_n0 = float(link_budget(study, name)["c_n0_db_hz"])
    assert c_n0 == pytest.approx(case["published_c_n0_db_hz"], abs=case["tolerance_db"])
    findings = check(study)
    assert {finding.place for finding in findings} == {case["place"].replace("satellite", name)}
    assert all("27 dBm is 501 mW" in finding.hint for finding in findings)


def test_the_published_eirp_in_the_right_unit():
    content = {"name": "published", **copy.deepcopy(GOLDEN["known_wrong"]["eirp"]["study"])}
    content["links"]["satellite"]["transmitter"]["eirp_dbw"] = -3.0
    assert check(parse_study(content).study) == []


@pytest.mark.parametrize("row", GOLDEN["known_wrong"]["polarisation"]["rows"])
def test_the_published_polarisation_losses(found, row):
    def look(loss_db):
        return found(
            {
                "transmitter.antenna": {"kind": "turnstile", "axial_ratio_db": row["axial_ratios_db"][0]},
                "receiver.antenna": {"kind": "yagi", "peak_dbi": 14.0, "axial_ratio_db": row["axial_ratios_db"][1]},
                "path.polarisation_loss_db": loss_db,
            }
        )

    (finding,) = look(row["printed_db"])
    assert finding.place == GOLDEN["known_wrong"]["polarisation"]["place"]
    assert finding.severity == "error"
    lose = f"they lose {row['right_db']:.2f}"[:-1]
    assert lose in finding.hint
    assert look(row["right_db"]) == []
