import itertools
import json
from dataclasses import replace

import numpy as np
import pytest

from linkbudget.errors import LinkInputError
from linkbudget.output.export import analysis_object
from linkbudget.study_file import StudyFile, load_study, parse_study, shipped_studies
from linkbudget.uncertainty.analysis import Analysis, analyse, tolerances_of
from linkbudget.uncertainty.tolerance import Tolerance


def tolerance(value: float, adverse: float, favourable: float, shape: str = "triangular") -> dict[str, object]:
    return {"value": value, "adverse": adverse, "favourable": favourable, "shape": shape}


def study_file(monte_carlo: dict[str, object] | None = None) -> StudyFile:
    """A link whose margin is linear in everything uncertain, and one beside it."""
    mode = {"modulation": "bpsk", "required_eb_n0_db": 5.0, "information_rate_bit_s": 9600.0}
    return parse_study(
        {
            "name": "linear",
            "geometry": {"elevation_deg": 20.0, "altitude_m": 5e5},
            "monte_carlo": monte_carlo or {},
            "links": {
                "down": {
                    "frequency_hz": 437e6,
                    "transmitter": {"eirp_dbw": tolerance(0.0, -2.0, 1.0)},
                    "receiver": {"g_over_t_db_k": tolerance(-15.0, -16.0, -13.0, "uniform")},
                    "path": {"other_losses_db": tolerance(2.0, 2.6, 1.4, "normal")},
                    "modes": [
                        {"name": "a", "implementation_loss_db": tolerance(1.0, 3.0, 0.5), **mode},
                        {"name": "b", **mode},
                    ],
                },
                "up": {
                    "frequency_hz": 146e6,
                    "transmitter": {"eirp_dbw": 13.0},
                    "receiver": {"g_over_t_db_k": -30.0},
                },
            },
        }
    )


@pytest.fixture(scope="module")
def down() -> Analysis:
    return analyse(study_file(), "down")


def test_adverse_is_worse_and_favourable_is_better(down):
    assert list(down.cases) == ["nominal", "adverse", "favourable"]
    margins_db = {case: each["margin_db"].ravel() for case, each in down.cases.items()}
    np.testing.assert_allclose(margins_db["nominal"] - margins_db["adverse"], [2.0 + 1.0 + 0.6 + 2.0, 3.6])
    np.testing.assert_allclose(margins_db["favourable"] - margins_db["nominal"], [1.0 + 2.0 + 0.6 + 0.5, 3.6])


UNCERTAIN = [
    (name, link)
    for name in shipped_studies()
    for file in [load_study(name)]
    for link in file.study.links
    if tolerances_of(file, link)
]


@pytest.mark.parametrize(("name", "link"), UNCERTAIN)
def test_in_the_shipped_studies_too(name, link):
    found = analyse(load_study(name), link)
    adverse, nominal, favourable = (found.cases[case]["margin_db"] for case in ("adverse", "nominal", "favourable"))
    assert np.all(adverse < nominal)
    assert np.all(nominal < favourable)
    assert found.uncertainty is not None
    drawn_db = found.uncertainty.result_db
    assert np.all(drawn_db.min(axis=1) >= adverse[:, 0] - 1e-9)
    assert np.all(drawn_db.max(axis=1) <= favourable[:, 0] + 1e-9)


def test_the_mean_and_spread_of_the_draws_are_those_of_the_sum(down):
    """Mean and variance of a triangle: (a+b+c)/3 and (a2+b2+c2-ab-ac-bc)/18; of a span: (a+b)/2, (b-a)2/12."""
    assert down.uncertainty is not None
    drawn_db = down.uncertainty.result_db
    nominal_db = down.cases["nominal"]["margin_db"].ravel()
    shared, shared_variance = -1.0 / 3.0 + 0.5, (4 + 1 + 2) / 18 + 9 / 12 + 0.2**2
    loss, loss_variance = 0.5, (1 + 9 + 0.25 - 3 - 0.5 - 1.5) / 18
    assert drawn_db.shape == (2, 10_000)
    np.testing.assert_allclose(drawn_db.mean(axis=1) - nominal_db, [shared - loss, shared], atol=1e-3)
    variances = [shared_variance + loss_variance, shared_variance]
    np.testing.assert_allclose(drawn_db.var(axis=1), variances, rtol=0.03)


def test_modes_share_their_draws(down):
    assert down.uncertainty is not None
    a, b = down.uncertainty.result_db
    assert np.all((b - a >= 0.5 - 1e-9) & (b - a <= 3.0 + 1e-9))


def test_the_input_that_matters_most_comes_first(down):
    assert down.uncertainty is not None
    found = {each.name: each for each in down.uncertainty.sensitivities}
    assert list(found) == [
        "links.down.transmitter.eirp_dbw",
        "links.down.receiver.g_over_t_db_k",
        "links.down.modes.0.implementation_loss_db",
        "links.down.path.other_losses_db",
    ]
    assert found["links.down.modes.0.implementation_loss_db"].adverse_db == pytest.approx(-2.0)
    assert found["links.down.transmitter.eirp_dbw"].favourable_db == pytest.approx(1.0)
    # the first mode's: a share is that of the variance of its term
    variances = {
        "eirp_dbw": 7 / 18,
        "g_over_t_db_k": 9 / 12,
        "implementation_loss_db": 5.25 / 18,
        "other_losses_db": 0.04,
    }
    shares = {name.split(".")[-1]: each.variance_share for name, each in found.items()}
    expected = {name: each / sum(variances.values()) for name, each in variances.items()}
    assert shares == pytest.approx(expected, abs=0.03)


def test_draws_follow_from_the_seed(down):
    same, other = analyse(study_file(), "down"), analyse(study_file({"seed": 2}), "down")
    assert down.uncertainty is not None
    assert same.uncertainty is not None
    assert other.uncertainty is not None
    np.testing.assert_array_equal(same.uncertainty.result_db, down.uncertainty.result_db)
    assert not np.array_equal(other.uncertainty.result_db, down.uncertainty.result_db)
    one, two = (json.dumps(analysis_object(each)) for each in (same, down))
    assert one == two


def spread_of_means(method: str) -> float:
    seeds = ({"seed": seed, "draws": 200, "method": method} for seed in range(12))
    found = [analyse(study_file(each), "down").uncertainty for each in seeds]
    return float(np.std([each.result_db[0].mean() for each in found if each]))


def test_a_latin_hypercube_varies_less_from_seed_to_seed():
    assert spread_of_means("latin-hypercube") < 0.1 * spread_of_means("random")


def test_tolerances_of_other_links_do_not_matter(down):
    file = study_file()
    more = {**file.tolerances, "links.up.transmitter.eirp_dbw": file.tolerances["links.down.transmitter.eirp_dbw"]}
    crowded = StudyFile(file.study, more)
    assert tolerances_of(crowded, "down") == tolerances_of(file, "down") == file.tolerances
    found = analyse(crowded, "down")
    assert found.uncertainty is not None
    assert down.uncertainty is not None
    np.testing.assert_array_equal(found.uncertainty.result_db, down.uncertainty.result_db)


def test_a_link_whose_name_begins_as_another_s_is_another():
    study = study_file().study
    twin = replace(study, links={"down": study.links["down"], "down2": study.links["down"]})
    uncertain = {"links.down2.transmitter.eirp_dbw": Tolerance(value=0.0, adverse=-2.0, favourable=1.0)}
    assert tolerances_of(StudyFile(twin, uncertain), "down") == {}
    assert tolerances_of(StudyFile(twin, uncertain), "down2") == uncertain


def test_without_tolerances_there_is_the_nominal_case_only():
    found = analyse(study_file(), "up")
    assert list(found.cases) == ["nominal"]
    assert found.uncertainty is None
    assert found.modes == ()
    assert found.result == "c_n0_db_hz"


def test_a_tolerance_of_the_geometry_counts_for_every_link():
    lower = {"geometry.elevation_deg": Tolerance(value=20.0, adverse=15.0, favourable=30.0)}
    for link in ("down", "up"):
        found = analyse(StudyFile(study_file().study, lower), link).uncertainty
        assert found is not None
        assert found.result_db.std() > 0.1


def test_a_tolerance_without_effect_has_all_its_draws():
    study = study_file({"draws": 50}).study  # without rain, to which alone the tilt matters
    idle = {"links.up.path.polarisation_tilt_deg": Tolerance(value=45.0, adverse=90.0, favourable=0.0)}
    found = analyse(StudyFile(study, idle), "up").uncertainty
    assert found is not None
    assert found.result_db.shape == (1, 50)
    assert found.result_db.std() == 0.0
    assert [each.variance_share for each in found.sensitivities] == [0.0]


def test_an_unknown_link_is_told():
    with pytest.raises(LinkInputError, match=r"^link is 'sideways'; accepted: one of down, up"):
        analyse(study_file(), "sideways")


def test_the_draws_are_summed_up_in_the_json(down):
    found = analysis_object(down)["uncertainty"]
    assert found["draws"] == 10_000
    assert down.uncertainty is not None
    for key, of in {"mean_db": np.mean, "standard_deviation_db": np.std}.items():
        np.testing.assert_allclose(found[key], of(down.uncertainty.result_db, axis=1))
    percentiles = [found["percentiles_db"][p] for p in ("1", "5", "50", "95", "99")]
    assert all(low < high for pair in itertools.pairwise(percentiles) for low, high in zip(*pair, strict=True))
    assert found["below_zero"] == [pytest.approx(float((each < 0).mean())) for each in down.uncertainty.result_db]
