"""The entry point: ``firmware-sim``, or ``python -m firmware_sim``."""

from edge.entry_point import enter


def main() -> None:
    """Run the command line."""
    enter("firmware-sim", "firmware_sim.cli")


if __name__ == "__main__":
    main()
