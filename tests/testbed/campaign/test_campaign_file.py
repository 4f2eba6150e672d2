from importlib import resources

import numpy as np
import pytest

from testbed.campaign.campaign_file import Campaign, SamplesSweep
from testbed.campaign.plan import make_plan
from testbed.campaign.shipped import shipped_campaigns
from testbed.campaign.sky import FadingTable
from testbed.errors import ScenarioError


@pytest.mark.parametrize("name", shipped_campaigns())
def test_a_shipped_campaign_can_be_run(name):
    plan = make_plan(Campaign.load(name))
    assert plan.campaign.name == name
    assert plan.points
    for point in plan.points:
        lowest, highest = point.series.prediction.band(np.asarray(point.eb_n0_db or 0.0))
        assert 0 <= lowest <= highest <= 1


def test_every_profile_in_every_doppler_and_fading(plan):
    assert [point.index for point in plan.points] == [0, 1, 2, 3]
    assert [point.series.label for point in plan.points[2:]] == ["no Doppler", "sso-550-1030 pass"]
    assert plan.points[2].eb_n0_db == pytest.approx(3.0 - 10 * np.log10(223 / 510))
    assert plan.points[0].series.prediction.bound is not None
    assert plan.points[2].series.prediction.bound is None


def test_a_profile_can_be_changed(write_campaign):
    change = ('leg = "uplink" }', 'leg = "uplink", change = { frame_octets = 64, symbol_rate_baud = 4800.0 } }')
    link = make_plan(Campaign.load(write_campaign(change))).points[0].series.link
    assert (link.frame_octets, link.symbol_rate_baud, link.carrier_hz) == (64, 4800.0, 145.9e6)


def test_what_a_result_depends_on_changes_its_origins(write_campaign, plan):
    same = make_plan(Campaign.load(write_campaign()))
    other = make_plan(Campaign.load(write_campaign(("errors = 40", "errors = 41"))))
    profile = make_plan(
        Campaign.load(write_campaign(('leg = "uplink" }', 'leg = "uplink", change = { frame_octets = 64 } }')))
    )
    assert same.origins == plan.origins
    assert len({each.origins["campaign"] for each in (plan, other, profile)}) == 3
    assert {each.origins["radio code"] for each in (plan, other)} == {plan.origins["radio code"]}


def test_a_profile_has_a_file_of_its_own_which_may_change(write_campaign, tmp_path):
    shipped = resources.files("radio").joinpath("profiles", "leo-bpsk.toml").read_text(encoding="utf-8")
    path = tmp_path / "own.toml"
    origins = []
    for octets in ("256", "128"):
        path.write_text(shipped.replace("frame_octets = 256", f"frame_octets = {octets}"), encoding="utf-8")
        origins.append(
            make_plan(Campaign.load(write_campaign(('profile = "leo-bpsk"', f'profile = "{path}"')))).origins
        )
    assert origins[0]["campaign"] != origins[1]["campaign"]


REFERENCE = 'expected = { kind = "reference", source = "x", points = [[5.0, 0.9], [%s, 0.1]] }'
MISTAKES = {
    "no such field": (("errors = 40", "mistakes = 40"), ["sweeps.0.mistakes", "errors"]),
    "no such kind": (('through = "symbols"', 'through = "radio"'), ["sweeps.0", "radio", "samples"]),
    "out of range": (("errors = 40", "errors = 0"), ["sweeps.0.errors", "0", "greater"]),
    "no levels": (("eb_n0_db = [6.0, 8.0]", "eb_n0_db = []"), ["sweeps.0.eb_n0_db", "es_n0_db"]),
    "both ratios": (
        ("eb_n0_db = [6.0, 8.0]", "eb_n0_db = [6.0]\nes_n0_db = [1.0]"),
        ["sweeps.0.eb_n0_db", "es_n0_db"],
    ),
    "no profile": (('profile = "leo-bpsk"', 'profile = "mars"'), ["sweeps.0.links.0.profile", "mars", "leo-bpsk"]),
    "profile's field": (
        ('leg = "uplink" }', 'leg = "uplink", change = { frame_octets = 1 } }'),
        ["sweeps.0.links.0.frame_octets", "1", "8"],
    ),
    "sample rate": (("sample_rate_hz = 153_600", "sample_rate_hz = 40_000"), ["sweeps.1.links.0", "40000"]),
    "no pass": (
        ('{ kind = "pass" }', '{ kind = "pass", orbit = "leo-550-5" }'),
        ["sweeps.1.doppler.1.latitude_deg", "47.4", "passes over"],
    ),
    "no orbit": (('{ kind = "pass" }', '{ kind = "pass", orbit = "moon" }'), ["sweeps.1.doppler.1.orbit", "moon"]),
    "fading symbols": (
        ("sample_rate_hz = 153_600", 'sample_rate_hz = 153_600\nfading = [{ distribution = { kind = "rician" } }]'),
        ["sweeps.1.count", "symbols", "frames"],
    ),
    "rising reference": (
        ('expected = { kind = "bch" }', REFERENCE % "4.0"),
        ["sweeps.0.expected.points", "rising"],
    ),
    "beyond the reference": (('expected = { kind = "bch" }', REFERENCE % "7.0"), ["sweeps.0.eb_n0_db", "8.0"]),
    "name": (('name = "small"', 'name = "../small"'), ["name", "../small"]),
    "modulation": (
        ('kind = "channel-symbols"', 'kind = "channel-symbols", modulation = "morse"'),
        ["sweeps.1.links.0.modulation", "morse", "bpsk"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_by_its_place(write_campaign, mistake):
    change, words = MISTAKES[mistake]
    with pytest.raises(ScenarioError) as told:
        make_plan(Campaign.load(write_campaign(change)))
    assert len(str(told.value).splitlines()) == 1
    for word in (*words, "accepted"):
        assert word in str(told.value)


GFSK = ('profile = "leo-bpsk", leg = "uplink"', 'profile = "leo-gmsk", leg = "uplink"')


def test_gfsk_has_no_theory_but_may_be_given_one(write_campaign):
    expected = ('expected = { kind = "bch" }', 'expected = { kind = "channel-symbols" }')
    with pytest.raises(
        ScenarioError, match=r"0\.modulation is 'gfsk'.* bpsk, qpsk, oqpsk or gmsk, .*expected\.modulation"
    ):
        make_plan(Campaign.load(write_campaign(GFSK, expected)))
    given = (expected[0], 'expected = { kind = "channel-symbols", modulation = "bpsk" }')
    assert make_plan(Campaign.load(write_campaign(GFSK, given))).points


def test_gfsk_is_refused_as_samples_whatever_is_expected(write_campaign):
    downlink = ('profile = "leo-bpsk", leg = "downlink"', GFSK[1])
    with pytest.raises(
        ScenarioError, match=r"sweeps\.1\.links\.0\.modulation is 'gfsk'.* received coherently: bpsk, qpsk"
    ):
        make_plan(Campaign.load(write_campaign(downlink)))


def test_an_unknown_campaign_is_told_with_the_known():
    with pytest.raises(ScenarioError, match=r"dream.*decoders.*quick"):
        Campaign.load("dream")


def test_a_legend_tells_fading_apart():
    assert FadingTable().shown == "no fading"
    rician = FadingTable(distribution={"kind": "rician", "k_db": 3.0}, doppler_spread_hz=2.0)
    assert rician.shown == "rician K 3 dB, 2 Hz"
    assert not rician.is_none
    assert not FadingTable(impairments={"shadow_states": None, "attenuator": {"step_db": 1.0}}).is_none
    assert SamplesSweep.model_fields["fading"].get_default()[0].is_none
