"""Tools to test with, for this package and for adapters of others: contracts, simulation, strategies."""
