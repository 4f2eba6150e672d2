"""The serial line to the board: framing and the board's messages."""
