"""What to tune to through the passes of a forecast, so that nothing is left of the Doppler shift. Pure."""

import numpy as np

from ground.forecast import Forecast


class DopplerTuning:
    """The frequencies on the ground of a link whose satellite keeps to its carriers.

    What comes down is looked for where it is; what goes up is sent as far to the other side of the carrier.
    """

    def __init__(self, forecast: Forecast, receive_carrier_hz: float, transmit_carrier_hz: float) -> None:
        self._forecast = forecast
        self._carriers_hz = (receive_carrier_hz, transmit_carrier_hz)

    def at(self, time_s: float) -> tuple[float, float]:
        """Return what to receive and to transmit on at a link time, in Hz: the carriers between passes."""
        forecast, (receive_hz, transmit_hz) = self._forecast, self._carriers_hz
        if forecast.index_at(time_s) is None:
            return receive_hz, transmit_hz
        down, up = (
            float(np.interp(time_s, forecast.time_s, leg.doppler_hz)) for leg in (forecast.downlink, forecast.uplink)
        )
        return receive_hz + down, transmit_hz - up
