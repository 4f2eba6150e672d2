"""Noise: of the receiver's stages, its line, the sky, the ground and what people make."""
