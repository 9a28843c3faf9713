"""Live, local-first Automerge documents for Jupyter."""
