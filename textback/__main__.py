"""`python -m textback` is the `textback` command."""

from textback.cli import main

main()
