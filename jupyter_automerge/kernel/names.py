"""Which names a document may be bound to: what it takes to be a variable that nobody misses."""

import builtins
import keyword
import unicodedata
from collections.abc import Mapping

from IPython.core.error import UsageError

from jupyter_automerge.errors import brief
from jupyter_automerge.repo import DocHandle


def variable_name(name: str) -> str:
    """The variable as Python spells it. Raises UsageError, in one line, for what can be no variable."""
    if not name.isidentifier():
        raise UsageError(
            f"{brief(name)} cannot be a variable: use letters, digits and _, not starting with a digit"
        )
    if keyword.iskeyword(name):
        raise UsageError(f"{name!r} is a word of the Python language: choose another name")
    if hasattr(builtins, name):
        raise UsageError(f"{name!r} is a Python builtin: choose another name")
    return unicodedata.normalize("NFKC", name)


def free_variable(name: str, namespace: Mapping[str, object], command: str) -> str:
    """As `variable_name`; raises UsageError too if binding it would hide a value that is no document."""
    variable = variable_name(name)
    if variable in namespace and not isinstance(namespace[variable], DocHandle):
        kind = type(namespace[variable]).__name__
        raise UsageError(
            f"{brief(name)} already holds a value ({kind}): "
            f"use `%automerge {command} --as OTHER`, or `del {variable}` first"
        )
    return variable
