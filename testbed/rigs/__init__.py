"""The rigs: different ways of calling the two transceivers' step."""
