"""All that can be wrong with a link beside distance and noise. What is left out is not there and costs nothing."""

from typing import Annotated

from radio.channel.adjacent_channel import AdjacentChannelSettings
from radio.channel.attenuator import AttenuatorSettings
from radio.channel.dropped_transfers import DroppedTransferSettings
from radio.channel.gain_control import GainControlSettings
from radio.channel.interference_bursts import InterferenceBurstSettings
from radio.channel.iq_imbalance import IqImbalance
from radio.channel.oscillator import WarmUpSettings
from radio.channel.phase_noise import PhaseNoiseSettings
from radio.channel.scintillation import IonosphericSettings, TroposphericSettings
from radio.channel.settings import Within, settings
from radio.channel.shadow_states import ShadowStatesSettings
from radio.channel.tumbling import TumblingSettings


@settings
class PathImpairments:
    """Of one direction of the sky."""

    warm_up: WarmUpSettings | None = None
    shadow_states: ShadowStatesSettings | None = None
    """In place of the rays and shadows of the link states."""
    ionospheric_scintillation: IonosphericSettings | None = None
    tropospheric_scintillation: TroposphericSettings | None = None
    tumbling: TumblingSettings | None = None
    attenuator: AttenuatorSettings = AttenuatorSettings()
    adjacent_channel: AdjacentChannelSettings | None = None
    interference_bursts: InterferenceBurstSettings | None = None


@settings
class FrontEndImpairments:
    """Of a receiver's front end."""

    phase_noise: PhaseNoiseSettings | None = None
    iq_imbalance: IqImbalance | None = None
    dc_i_lsb: Annotated[float, Within(-100.0, 100.0)] = 0.0
    """Direct current at the converter, which is a spike in the middle of the band; in its steps."""
    dc_q_lsb: Annotated[float, Within(-100.0, 100.0)] = 0.0
    gain_control: GainControlSettings | None = None
    """In place of the fixed gain."""
    dropped_transfers: DroppedTransferSettings | None = None
