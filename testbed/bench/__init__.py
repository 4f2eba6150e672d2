"""Benches: what stands at either end of the link, and on which of them a test can run."""
