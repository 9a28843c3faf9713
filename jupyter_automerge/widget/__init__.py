"""Live documents as Jupyter widgets. Everything they show they fetch as peers; the kernel keeps no copy."""
