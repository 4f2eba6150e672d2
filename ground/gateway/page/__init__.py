"""The live page: its files, and how they are served."""
