"""The words everybody uses, as immutable values. Standard library only; no clock, no randomness."""
