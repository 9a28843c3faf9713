"""`%automerge`: documents by name, in a notebook."""

import shlex
from collections.abc import Callable
from typing import Any, TypeVar

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class
from IPython.display import display

from jupyter_automerge.errors import AutomergeError, NoPeers, brief
from jupyter_automerge.kernel import arguments
from jupyter_automerge.kernel.catalogue import look_up
from jupyter_automerge.kernel.connecting import connect_to
from jupyter_automerge.kernel.names import free_variable, variable_name
from jupyter_automerge.kernel.peer_lines import row_lines, store_lines, view_lines
from jupyter_automerge.kernel.process import current_session
from jupyter_automerge.kernel.session import FIND_SECONDS, KernelSession
from jupyter_automerge.kernel.status import status_lines
from jupyter_automerge.kernel.wording import one_line, shown
from jupyter_automerge.repo import DocHandle
from jupyter_automerge.values.ids import URL_SCHEME
from jupyter_automerge.values.url import AutomergeUrl

T = TypeVar("T")
MAX_REPORT_CHARACTERS = 500


@magics_class
class AutomergeMagics(Magics):  # type: ignore[misc]  # IPython's types are not used here
    """`%automerge COMMAND`; each command is a method of its name."""

    shell: InteractiveShell

    @line_magic  # type: ignore[untyped-decorator]
    def automerge(self, line: str) -> None:
        given = arguments.parse(line)
        if given.command is None:
            say(arguments.usage())
            return
        command: Callable[..., None] = getattr(self, f"_{given.command}")
        options = {name: value for name, value in vars(given).items() if name != "command"}
        explained(given.command, lambda: command(**options))

    # IPython shows it for `%automerge?`.
    automerge.__doc__ = f"Live, shared documents in this notebook.\n\n{arguments.usage()}\n"

    def _status(self) -> None:
        session = self._session()
        session.wait_for_first_answer()
        say(*status_lines(session))

    def _new(self, name: str, fresh: bool, variable: str | None) -> None:
        variable_name(name)
        free = free_variable(variable or name, self.shell.user_ns, f"new {name}")
        session = self._session()
        catalogue = session.catalogue()
        known = None if fresh else look_up(catalogue, name)
        if known is not None:
            say(f"{name} was there already and was opened ({known.url}); --fresh makes another.")
            handle = find(session, known.url)
        else:
            handle = session.repo.create({})
            catalogue.enter(name, handle.url)
        self._bind(free, handle)

    def _open(self, document: str, variable: str | None) -> None:
        if variable is None and document.startswith(URL_SCHEME):
            display(self._handle(document))
            say("Shown only; `--as NAME` binds it to a variable.")
            return
        if variable is None and not document.isidentifier():
            raise UsageError(f"{brief(document)} cannot be a variable: add `--as NAME`")
        free = free_variable(variable or document, self.shell.user_ns, f"open {shlex.quote(document)}")
        self._bind(free, self._handle(document))

    def _bind(self, variable: str, handle: DocHandle) -> None:
        self.shell.user_ns[variable] = handle
        display(handle)

    def _ls(self) -> None:
        listed = self._session().catalogue().entries()
        width = max((len(shown(entry.name)) for entry in listed), default=0)
        say(*(f"{shown(entry.name):<{width}}  {shown(entry.type)}  {entry.url}" for entry in listed))
        if not listed:
            say("No document has a name yet; `%automerge new NAME` makes one.")

    def _show(self, document: str) -> None:
        display(self._handle(document))

    def _peers(self, document: str | None) -> None:
        session = self._session()
        say(*(store_lines(session.repo) if document is None else row_lines(self._handle(document))))
        say(*view_lines(session, of_document=document is not None))

    def _wait(self, document: str, copies: int | None, level: str | None, timeout: float) -> None:
        handle, repo = self._handle(document), self._session().repo
        try:
            report = handle.synced(level=arguments.level_of(level), copies=copies, timeout=timeout).result()
        except NoPeers as error:
            if repo.connections or repo.dialers:
                raise
            raise UsageError(
                "nobody is connected and nothing is dialing: `%automerge connect URL` joins a server"
            ) from error
        say(shown(str(report), MAX_REPORT_CHARACTERS))

    def _connect(self, url: str) -> None:
        say(*connect_to(self._session(), url))

    def _handle(self, document: str) -> DocHandle:
        """A document by variable, name or URL; variables first, as they are what the person sees."""
        bound = self.shell.user_ns.get(document)
        if isinstance(bound, DocHandle):
            return bound
        session = self._session()
        if document.startswith(URL_SCHEME):
            return find(session, str(AutomergeUrl.parse(document)))
        entry = look_up(session.catalogue(), document)
        if entry is None:
            raise UsageError(
                f"no document is called {brief(document)}; `%automerge ls` lists those that are there"
            )
        return find(session, entry.url)

    def _session(self) -> KernelSession:
        session = current_session()
        if session is None:
            raise UsageError("documents are not open in this process; run `%reload_ext jupyter_automerge`")
        return session

    def names(self) -> list[str]:
        """What completion may offer, without waiting for anything: names in the catalogue, then variables."""
        session = current_session()
        catalogue = session.loaded_catalogue() if session is not None else None
        listed = [entry.name for entry in catalogue.entries()] if catalogue is not None else []
        return list(dict.fromkeys((*listed, *self._variables())))

    def _variables(self) -> list[str]:
        return [name for name, value in self.shell.user_ns.items() if isinstance(value, DocHandle)]


def find(session: KernelSession, url: str) -> DocHandle:
    """The document, or the reason why not, within ten seconds."""
    return session.repo.find(url, timeout=FIND_SECONDS).result()


def explained(command: str, action: Callable[[], T]) -> T:
    """Run a command; what goes wrong on purpose becomes one line that names it instead of a traceback."""
    try:
        return action()
    except (UsageError, AutomergeError) as error:
        raise UsageError(f"%automerge {command}: {one_line(error)}") from error


def say(*lines: Any) -> None:
    """Print into the cell."""
    for line in lines:
        print(line)  # noqa: T201 - printing is what a magic does
