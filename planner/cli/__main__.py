"""`python -m planner.cli`, where the command itself is not installed."""

from planner.cli import main

main()
