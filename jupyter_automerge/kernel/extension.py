"""What `%load_ext jupyter_automerge` does in a kernel, and what `%unload_ext` undoes."""

import os
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_automerge.kernel import pretty
from jupyter_automerge.kernel.completion import make_matcher
from jupyter_automerge.kernel.discovery import discover, parent_pids
from jupyter_automerge.kernel.magics import AutomergeMagics, say
from jupyter_automerge.kernel.process import current_session, keep_session
from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.status import greeting

MATCHER = "automerge_magic"


def load(shell: InteractiveShell) -> None:
    """Find the server, connect, and register the magics. An open session of this process is kept as it is."""
    magics = AutomergeMagics(shell)
    shell.register_magics(magics)
    pretty.register(shell)
    _remove_matcher(shell)
    shell.Completer.custom_matchers.append(make_matcher(magics))
    if current_session() is None:
        session = _begin(in_kernel=getattr(shell, "kernel", None) is not None)
        keep_session(session)
        session.wait_for_first_answer()
        say(f"automerge: {greeting(session)}")


def unload(shell: InteractiveShell) -> None:
    """Take the magics away and close the session; what could not be sent is said."""
    shell.magics_manager.magics["line"].pop("automerge", None)
    pretty.unregister(shell)
    _remove_matcher(shell)
    session = current_session()
    if session is not None:
        say(*(f"automerge: {line}" for line in session.close()))


def _begin(in_kernel: bool) -> KernelSession:
    found = discover(os.environ, Path(jupyter_runtime_dir()), parent_pids(os.environ, in_kernel))
    session = KernelSession(name=_name())
    session.use(found)
    return session


def _name() -> str:
    """What people call this kernel: its notebook's name, where the server told it."""
    notebook = os.environ.get("JPY_SESSION_NAME", "")
    return Path(notebook).name or "kernel"


def _remove_matcher(shell: InteractiveShell) -> None:
    matchers = shell.Completer.custom_matchers
    matchers[:] = [matcher for matcher in matchers if getattr(matcher, "matcher_identifier", "") != MATCHER]
