import numpy as np

from radio.channel.sinusoid import cosine, sine


def test_sine_and_cosine_are_those_of_turns_to_single_precision():
    turns = np.linspace(-0.5, 0.5, 2001, dtype=np.float32)
    for approximated, exact in ((sine, np.sin), (cosine, np.cos)):
        found = np.array([approximated(each) for each in turns])
        np.testing.assert_allclose(found, exact(2 * np.pi * turns.astype(np.float64)), atol=4e-7)
