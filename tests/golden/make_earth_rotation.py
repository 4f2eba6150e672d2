"""Write linkbudget/orbit/earth_rotation.csv. Run once a year: python tests/golden/make_earth_rotation.py.

Source: IERS finals2000A (UT1 - UTC, daily, with a year of predictions; https://datacenter.iers.org, also
https://maia.usno.navy.mil/ser7/finals2000A.all), as the Python package skyfield ships it: TT - UT1 by day.
"""

from pathlib import Path

from skyfield.functions import load_bundled_npy

EVERY_DAYS = 25
TT_MINUS_TAI_S = 32.184
MJD_ZERO = 2_400_000.5
TARGET = Path(__file__).parents[2] / "linkbudget" / "orbit" / "earth_rotation.csv"


def main() -> None:
    """Write a line every 25 days, and the last."""
    iers = load_bundled_npy("iers.npz")
    # midnights of UTC, counted in TT and so 43 to 70 s late: the whole part is the day
    mjd = [int(first - MJD_ZERO) + day for day, first in enumerate(iers["tt_jd_minus_arange"])]
    ut1_minus_tai_s = TT_MINUS_TAI_S - iers["delta_t_1e7"] / 1e7
    last = len(mjd) - 1
    kept = [*range(0, last, EVERY_DAYS), last]
    lines = ["mjd_utc,ut1_minus_tai_s", *(f"{mjd[i]},{ut1_minus_tai_s[i]:.4f}" for i in kept)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
