"""The entry point: ``linkbudget``, or ``python -m linkbudget``."""

from edge.entry_point import enter


def main() -> None:
    """Run the command line."""
    enter("linkbudget", "linkbudget.cli")


if __name__ == "__main__":
    main()
