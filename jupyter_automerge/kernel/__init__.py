"""Documents in a kernel: finds the server, runs a Repo on one background thread, adds `%automerge`."""
