import pytest

from linkbudget.checker import check_study
from linkbudget.checker.tolerances import check_tolerances
from linkbudget.study_file import StudyFile
from linkbudget.uncertainty.tolerance import Tolerance

LINK = "links.downlink"


@pytest.mark.parametrize(
    ("place", "worse", "better"),
    [
        ("transmitter.power_w", 0.4, 0.6),
        ("path.other_losses_db", 1.0, 0.0),
        ("receiver.stages.0.noise_figure_db", 1.2, 0.6),
        ("modes.0.required_eb_n0_db", 10.5, 9.5),
    ],
)
def test_the_wrong_way_round(study_of, place, worse, better):
    study = study_of({f"{LINK}.path.other_losses_db": 0.5})
    value = 0.5 * (worse + better)
    right = {f"{LINK}.{place}": Tolerance(value=value, adverse=worse, favourable=better)}
    wrong = {f"{LINK}.{place}": Tolerance(value=value, adverse=better, favourable=worse)}
    assert list(check_tolerances(study, right)) == []
    (finding,) = check_tolerances(study, wrong)
    assert (finding.place, finding.value) == (f"{LINK}.{place}", better)
    assert f"exchange adverse ({better:g}) and favourable ({worse:g})" in finding.hint


def test_the_suspicion_says_how_much_better(study_of):
    tolerance = Tolerance(value=0.5, adverse=1.0, favourable=0.5)
    (finding,) = check_tolerances(study_of({}), {f"{LINK}.transmitter.power_w": tolerance})
    assert "3.01 dB better" in finding.suspicion


def test_a_tolerance_of_the_place_acts_on_all_links(study_of):
    tolerance = Tolerance(value=10.0, adverse=90.0, favourable=5.0)
    (finding,) = check_tolerances(study_of({}), {"geometry.elevation_deg": tolerance})
    assert finding.place == "geometry.elevation_deg"


def test_a_tolerance_without_effect_is_let_pass(study_of):
    tolerance = Tolerance(value=408.0, adverse=0.0, favourable=1000.0)
    assert list(check_tolerances(study_of({}), {"station.altitude_m": tolerance})) == []


def test_a_tolerance_beyond_the_bounds(study_of):
    tolerance = Tolerance(value=0.5, adverse=-1.0, favourable=1.0)
    (finding,) = check_tolerances(study_of({}), {f"{LINK}.transmitter.power_w": tolerance})
    assert finding.severity == "error"


def test_a_file_is_checked_with_its_tolerances(study_of):
    tolerances = {f"{LINK}.transmitter.power_w": Tolerance(value=0.5, adverse=0.6, favourable=0.4)}
    study = study_of({"geometry.altitude_m": 120e3})
    places = [finding.place for finding in check_study(StudyFile(study, tolerances))]
    assert places == ["geometry.altitude_m", f"{LINK}.transmitter.power_w"]
