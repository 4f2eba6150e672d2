"""The entry point: ``testbed``, or ``python -m testbed``."""

from edge.entry_point import enter


def main() -> None:
    """Run the command line."""
    enter("testbed", "testbed.cli")


if __name__ == "__main__":
    main()
