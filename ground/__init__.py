"""The ground-station program: prompts up, answers down."""
