"""`%automerge`: documents by name, in a notebook."""

from collections.abc import Callable
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from jupyter_automerge.errors import AutomergeError
from jupyter_automerge.kernel import arguments
from jupyter_automerge.kernel.catalogue import Entry, look_up
from jupyter_automerge.kernel.connecting import connect_to
from jupyter_automerge.kernel.names import check_free, check_name
from jupyter_automerge.kernel.peer_lines import connection_lines, row_lines
from jupyter_automerge.kernel.process import current_session
from jupyter_automerge.kernel.session import FIND_SECONDS, KernelSession
from jupyter_automerge.kernel.status import status_lines
from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.url import is_valid_url

T = TypeVar("T")


@magics_class
class AutomergeMagics(Magics):  # type: ignore[misc]  # IPython's types are not used here
    """`%automerge COMMAND`: status, new, open, ls, show, peers, connect."""

    shell: InteractiveShell

    @line_magic  # type: ignore[untyped-decorator]
    def automerge(self, line: str) -> None:
        """Live, shared documents in this notebook.

        %automerge status              how this kernel is connected, and what it has open
        %automerge new NAME            make a document, bind it to NAME and show it; safe to run again
        %automerge new NAME --fresh    make another one of that name
        %automerge new NAME --as OTHER bind it to OTHER
        %automerge open NAME|URL       open a document by its name or URL
        %automerge ls                  list the documents that have names
        %automerge show NAME|URL       show a document
        %automerge peers [NAME|URL]    who has which changes
        %automerge connect URL         connect to another server (http, https, ws or wss)
        """
        given = arguments.parse(line)
        if given.command is None:
            say(arguments.usage())
            return
        command: Callable[..., None] = getattr(self, f"_{given.command}")
        options = {name: value for name, value in vars(given).items() if name != "command"}
        explained(lambda: command(**options))

    def _status(self) -> None:
        say(*status_lines(self._session()))

    def _new(self, name: str, fresh: bool, variable: str | None) -> None:
        check_name(name)
        check_free(variable or name, self.shell.user_ns, f"new {name}")
        session = self._session()
        catalogue = session.catalogue()
        known = None if fresh else look_up(catalogue, name)
        if known is not None:
            say(f"{name} is in the catalogue and was opened ({known.url}); --fresh makes another.")
            handle = find(session, known.url)
        else:
            handle = session.repo.create({})
            catalogue.enter(name, handle.url)
        self._bind(variable or name, handle)

    def _open(self, document: str, variable: str | None) -> None:
        handle = self._handle(document)
        if variable is None and is_valid_url(document):
            say("Shown only; `--as NAME` binds it to a variable.")
            display(handle)
            return
        check_free(variable or document, self.shell.user_ns, f"open {document}")
        self._bind(variable or document, handle)

    def _bind(self, variable: str, handle: DocHandle) -> None:
        self.shell.user_ns[variable] = handle
        display(handle)

    def _ls(self) -> None:
        listed = self._session().catalogue().entries()
        width = max((len(entry.name) for entry in listed), default=0)
        say(*(f"{entry.name:<{width}}  {entry.type}  {entry.url}" for entry in listed))
        if not listed:
            say("No document has a name yet; `%automerge new NAME` makes one.")

    def _show(self, document: str) -> None:
        display(self._handle(document))

    def _peers(self, document: str | None) -> None:
        session = self._session()
        say(*(connection_lines(session.repo) if document is None else row_lines(self._handle(document))))

    def _connect(self, url: str) -> None:
        say(*connect_to(self._session(), url))

    def _handle(self, document: str) -> DocHandle:
        """A document by variable, name or URL; variables first, as they are what the person sees."""
        bound = self.shell.user_ns.get(document)
        if isinstance(bound, DocHandle):
            return bound
        session = self._session()
        if is_valid_url(document):
            return find(session, document)
        entry = look_up(session.catalogue(), document)
        if entry is None:
            raise UsageError(
                f"No document is called {document!r}; `%automerge ls` lists those that are there."
            )
        return find(session, entry.url)

    def _session(self) -> KernelSession:
        session = current_session()
        if session is None:
            raise UsageError("No open documents in this process; run `%reload_ext jupyter_automerge`.")
        return session

    def names(self) -> list[Entry]:
        """What completion may offer, without waiting for anything."""
        session = current_session()
        catalogue = session.loaded_catalogue() if session is not None else None
        return list(catalogue.entries()) if catalogue is not None else []


def find(session: KernelSession, url: str) -> DocHandle:
    """The document, or the reason why not, within ten seconds."""
    return session.repo.find(url, timeout=FIND_SECONDS).result()


def explained(action: Callable[[], T]) -> T:
    """Run a command; what this package raises on purpose becomes one line instead of a traceback."""
    try:
        return action()
    except AutomergeError as error:
        raise UsageError(str(error)) from error


def say(*lines: Any) -> None:
    """Print into the cell."""
    for line in lines:
        print(line)  # noqa: T201 - printing is what a magic does
