"""What the machine that the testbed runs on has and lacks, and the commands that mend it."""
