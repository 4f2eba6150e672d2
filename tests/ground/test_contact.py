import math

import pytest

from ground.contact import Contact
from ground.errors import RequestError


@pytest.mark.parametrize("span", [(5.0, 5.0), (5.0, 3.0), (-1.0, 3.0), (math.nan, 1.0), (0.0, math.nan)])
def test_a_contact_has_a_length(span: tuple[float, float]) -> None:
    with pytest.raises(RequestError, match="contact"):
        Contact(*span)
