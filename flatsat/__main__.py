"""The entry point: ``flatsat``, or ``python -m flatsat``."""

from edge.entry_point import enter


def main() -> None:
    """Run the command line."""
    enter("flatsat", "flatsat.cli")


if __name__ == "__main__":
    main()
