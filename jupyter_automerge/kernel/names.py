"""Which names a document may be bound to: what it takes to be a variable that nobody misses."""

import builtins
import keyword
from collections.abc import Mapping

from IPython.core.error import UsageError

from jupyter_automerge.repo import DocHandle


def check_name(name: str) -> None:
    """Raise a UsageError, in one line, unless `name` can be a variable of its own."""
    if not name.isidentifier():
        raise UsageError(
            f"{name!r} cannot be a variable: use letters, digits and _, not starting with a digit"
        )
    if keyword.iskeyword(name):
        raise UsageError(f"{name!r} is a word of the Python language: choose another name")
    if hasattr(builtins, name):
        raise UsageError(f"{name!r} is a Python builtin: choose another name")


def check_free(name: str, namespace: Mapping[str, object], command: str) -> None:
    """Raise a UsageError if binding `name` would hide a value that is not a document."""
    check_name(name)
    if name in namespace and not isinstance(namespace[name], DocHandle):
        kind = type(namespace[name]).__name__
        raise UsageError(
            f"{name} already holds a {kind}: use `%automerge {command} --as OTHER`, or `del {name}`"
        )
