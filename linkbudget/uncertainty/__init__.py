"""What is uncertain about a budget: tolerances, draws of them, and which one matters most."""
