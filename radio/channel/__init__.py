"""The channel: what the sky does to samples between two antennas and in the receiver's front end."""
