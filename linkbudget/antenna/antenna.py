"""Any kind of antenna, told apart by its `kind`."""

from typing import Annotated

from pydantic import Discriminator

from linkbudget.antenna.beam import Beam
from linkbudget.antenna.dipole import Dipole
from linkbudget.antenna.dish import Dish
from linkbudget.antenna.helix import Helix
from linkbudget.antenna.isotropic import Isotropic
from linkbudget.antenna.patch import Patch
from linkbudget.antenna.tabulated import Tabulated
from linkbudget.antenna.turnstile import Turnstile
from linkbudget.antenna.yagi import Yagi

Antenna = Annotated[
    Beam | Dipole | Dish | Helix | Isotropic | Patch | Tabulated | Turnstile | Yagi, Discriminator("kind")
]
"""What a file's table with `kind = "dish"`, "yagi" and so on is read as."""
