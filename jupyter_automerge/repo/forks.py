"""A Repo does not survive a fork: its thread, sockets and locks stay with the parent."""

import os

from jupyter_automerge.errors import RepoForkedError


class _Ancestry:
    """How many forks lie between this process and the one that imported the package."""

    forks = 0

    @classmethod
    def count(cls) -> None:
        cls.forks += 1


# Only a number moves: in a forked child any lock may be held by a thread that no longer exists.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_Ancestry.count)


class Birthplace:
    """Remembers the process something was made in."""

    __slots__ = ("_forks",)

    def __init__(self) -> None:
        self._forks = _Ancestry.forks

    @property
    def is_here(self) -> bool:
        """False in a child forked since."""
        return self._forks == _Ancestry.forks

    def check(self) -> None:
        """Raise RepoForkedError in a child forked since."""
        if not self.is_here:
            raise RepoForkedError
