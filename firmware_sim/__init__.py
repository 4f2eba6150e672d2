"""The bench's microcontrollers, on a pseudo-terminal."""
