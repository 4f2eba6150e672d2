import random

import pytest

from protocol.sdls.link_ends import LinkEnds, new_link_ends
from protocol.sdls.link_keys import SecurityMode


@pytest.fixture(scope="session")
def ends() -> LinkEnds:
    """The keys of both ends of a link."""
    return new_link_ends(42, 1, 2, SecurityMode.ENCRYPTED, random.Random(1).randbytes)
