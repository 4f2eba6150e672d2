"""What every program does alike where it meets its user: checked TOML files, one mistake told at a time."""
