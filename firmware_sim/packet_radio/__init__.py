"""A pair of packet radios on two pseudo-terminals: radios with a modem of their own, and what is between them."""
