"""What a campaign leaves behind, and the lines it says."""

import json
from dataclasses import replace

import matplotlib.image
import numpy as np
import pytest

from testbed.campaign.campaign_file import Campaign
from testbed.campaign.chart import chart
from testbed.campaign.count import Count
from testbed.campaign.folder import page, write_folder
from testbed.campaign.plan import make_plan
from testbed.campaign.result import CampaignResult, judged
from testbed.campaign.rows import sentence, sweeps
from testbed.campaign.tally import Tally
from testbed.errors import ScenarioError

NOISE = """
[[sweeps]]
name = "Noise"
through = "noise"
links = [{ profile = "leo-bpsk" }]
sample_rate_hz = 153_600
hours = 10.0
"""


def result_of(plan, *counts):
    points = []
    for point, count in zip(plan.points, counts, strict=True):
        tally = Tally(point.rule)
        tally.add(0, count)
        points.append(judged(point, tally, 0.999))
    return CampaignResult("small", 1, 0.999, points)


def theory_at(point):
    return float(point.series.prediction.theory(np.asarray(point.eb_n0_db)))


@pytest.fixture
def result(write_campaign):
    """Within, without an error, too bad, too good; and noise with 30 alarms in 10 hours."""
    plan = make_plan(Campaign.load(write_campaign(("[[sweeps]]", NOISE + "\n[[sweeps]]"))))
    return result_of(
        plan,
        Count(symbols=10 * 3600 * 38_400, alarms=30),
        Count(frames=400, acquired=400, right=round(400 * (1 - theory_at(plan.points[1]))), symbols=9, symbol_errors=1),
        Count(frames=20, acquired=20, right=20),
        Count(frames=8, acquired=7, right=7, symbols=30_000, symbol_errors=2_000),
        Count(frames=8, acquired=8, right=8, symbols=30_000, symbol_errors=300),
    )


def test_verdicts(result):
    assert [each.verdict.value for each in result.points] == [
        "worse than predicted",
        "within",
        "within",
        "worse than predicted",
        "better than theory allows",
    ]
    assert len(result.failures) == 3


def test_a_wrong_frame_fails_a_point_that_is_within(result):
    point = replace(result.points[1], count=Count(frames=400, acquired=400, right=210, wrong=1))
    assert point.has_failed
    assert "1 WRONG FRAMES PASSED AS RIGHT" in sentence(point)


def test_a_failed_point_is_told_in_one_line(result):
    told = sentence(result.points[3])
    assert "\n" not in told
    for words in ("A radio, no Doppler, Eb/N0 6.59 dB", "channel symbol error rate 0.0667", "worse than predicted"):
        assert words in told
    assert "false alarms an hour 3.00" in sentence(result.points[0])


def test_the_distance_from_theory(result):
    found = result.points[3].to_json()
    assert found["es_n0_db"] == pytest.approx(3.0)
    # 0.0667 is the rate at Es/N0 0.52 dB
    assert found["from_theory_db"] == pytest.approx(2.48, abs=0.01)
    assert found["from_theory_low_db"] < found["from_theory_db"] < found["from_theory_high_db"]
    assert result.points[2].to_json()["from_theory_db"] is None  # no error, no distance


def test_the_folder(result, tmp_path):
    write_folder(result, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix != ".toml") == [
        "a-code.png",
        "a-radio.png",
        "report.md",
        "results.json",
    ]
    stored = json.loads((tmp_path / "results.json").read_text())
    assert stored["passed"] is False
    assert stored["failed"] == 3
    assert [each["verdict"] for each in stored["points"]] == [each.verdict.value for each in result.points]
    assert matplotlib.image.imread(tmp_path / "a-radio.png").shape[1] == 1500
    told = page(result)
    assert "3 of 5 points failed" in told
    assert "![A code](a-code.png)" in told
    assert told.count("\n| ") == 5 + 2 * 4  # points, and head and rule of each line of a sweep


def test_a_folder_that_cannot_be_written(result, tmp_path):
    with pytest.raises(ScenarioError, match="out"):
        write_folder(result, tmp_path / "nowhere")


def test_the_picture_has_points_theory_band_and_bound(result):
    (_, _), (_, code), (_, radio) = sweeps(result)
    figure = chart("title", code, 0.999)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == [
        "measured: leo-bpsk uplink",
        "theory",
        "predicted band",
        "normal approximation bound",
        "no error: upper end",
    ]
    upper, lower = figure.axes
    assert upper.get_yscale() == "log"
    assert lower.get_xlabel() == "Eb/N0 (dB)"
    first_db, last_db = upper.get_xlim()
    assert first_db < 6.0 < 8.0 < last_db
    figure = chart("title", radio, 0.999)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[:2] == ["measured: no Doppler", "measured: sso-550-1030 pass"]
    assert labels[-1] == "failed"
    assert figure.axes[1].get_xlabel() == "Es/N0 (dB)"
    assert figure.axes[0].get_xlim()[0] < 3.0 < figure.axes[0].get_xlim()[1]


def test_the_curves_lie_where_the_points_do(result):
    """Over Es/N0 the theory of Eb/N0 is shifted by the code rate."""
    (_, _), (_, _), (_, radio) = sweeps(result)
    theory = chart("title", radio, 0.999).axes[0].lines[0]
    at_point = np.exp(np.interp(3.0, theory.get_xdata(), np.log(theory.get_ydata())))
    assert at_point == pytest.approx(theory_at(radio[0].point), rel=1e-3)
