"""Pictures of budgets, passes and sweeps. Every function returns a Figure of its own; nothing is kept between calls."""
