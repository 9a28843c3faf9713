"""The Jupyter server extension: one Repo, its sync socket, a REST surface, events, and the page's files."""
