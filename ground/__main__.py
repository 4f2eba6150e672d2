"""The entry point: ``ground``, or ``python -m ground``."""

from edge.entry_point import enter


def main() -> None:
    """Run the command line."""
    enter("ground", "ground.cli")


if __name__ == "__main__":
    main()
