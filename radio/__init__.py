"""Samples: profiles, channel coding, modem, transceiver, channel, front ends and the sky."""
