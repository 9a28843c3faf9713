"""How a handle looks in a notebook: live for whoever can, a dated snapshot for everybody else."""

import logging
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.kernel.catalogue import name_of
from jupyter_automerge.kernel.process import current_session
from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.wording import shown
from jupyter_automerge.repo import MIME_TYPE, DocHandle, mime_bundle
from jupyter_automerge.widget.front_end import FrontEndNotBuilt
from jupyter_automerge.widget.view import AutomergeView

WIDGET_MIME_TYPE = "application/vnd.jupyter.widget-view+json"
_log = logging.getLogger(__name__)


def register(shell: InteractiveShell) -> None:
    """From now on a displayed handle carries a widget too."""
    shell.display_formatter.mimebundle_formatter.for_type(DocHandle, mimebundle)


def unregister(shell: InteractiveShell) -> None:
    """A handle displays as plain data again."""
    shell.display_formatter.mimebundle_formatter.pop(DocHandle, None)


def mimebundle(handle: DocHandle) -> tuple[dict[str, Any], dict[str, Any]]:
    """The handle's own data, and a widget view where the page's server has the document.

    Without a server a widget could show no more than the snapshot, and would make exported HTML load
    widget code from strangers.
    """
    session = current_session()
    called = None if session is None else _name(session, handle)
    data = mime_bundle(handle, called)
    if MIME_TYPE in data and session is not None and session.address is not None:
        data |= _widget(handle, called)
    return data, {}


def _name(session: KernelSession, handle: DocHandle) -> str | None:
    """What the catalogue calls it, if that can be said without waiting."""
    try:
        catalogue = session.loaded_catalogue()
        name = None if catalogue is None else name_of(catalogue, handle.url)
    except AutomergeError as error:
        _log.info("Shown without its name: %s", error)
        return None
    return None if name is None else shown(name)


def _widget(handle: DocHandle, called: str | None) -> dict[str, Any]:
    try:
        bundle = AutomergeView(handle, title=called)._repr_mimebundle_()
    except FrontEndNotBuilt as error:
        _log.warning("Shown without a live view: %s", error)
        return {}
    return {WIDGET_MIME_TYPE: bundle[0][WIDGET_MIME_TYPE]} if bundle else {}
