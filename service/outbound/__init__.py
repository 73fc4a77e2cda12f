"""The way out: the one room that connects to other machines, and the rules for doing so."""
