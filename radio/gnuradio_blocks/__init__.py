"""Blocks for GNU Radio Companion: our transmitter, receiver and channel in anyone's flowgraph."""
