import numpy as np
import pytest

from testbed.campaign.weight_spectrum import PUNCTURED, wrong_ways

# Haccoun & Begin, IEEE Trans. Commun. 37 (1989): K = 7, original code 133, 171; per period of the puncturing
PUBLISHED = {
    "1/2": (10, [11, 0, 38, 0, 193, 0, 1331, 0, 7275]),
    "2/3": (6, [1, 16, 48, 158, 642, 2435, 9174, 34701]),
    "3/4": (5, [8, 31, 160, 892, 4512]),
    "5/6": (4, [14, 69, 654, 4996]),
    "7/8": (3, [2, 46, 499, 5291]),
}


@pytest.mark.parametrize("rate", PUBLISHED)
def test_as_published(rate: str) -> None:
    free, ways = PUBLISHED[rate]
    found = wrong_ways(rate) * len(PUNCTURED[rate][0])
    assert not np.any(found[:free])
    assert found[free : free + len(ways)] == pytest.approx(ways, rel=1e-12)
