"""Constants of nature and of the Earth that more than one part needs."""

import math

SPEED_OF_LIGHT_M_S = 299_792_458.0  # exact, SI
BOLTZMANN_J_K = 1.380649e-23  # exact, SI
BOLTZMANN_DBW_K_HZ = 10.0 * math.log10(BOLTZMANN_J_K)  # -228.599
REFERENCE_TEMPERATURE_K = 290.0  # of a noise figure (IEEE)
EARTH_RADIUS_M = 6_371_008.8  # mean radius of WGS84, (2 a + b) / 3
