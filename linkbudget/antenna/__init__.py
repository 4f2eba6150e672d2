"""Antennas: gain by angle and frequency, polarisation, and where an antenna looks."""
