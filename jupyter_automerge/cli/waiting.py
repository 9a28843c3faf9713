"""Joining a server as one more peer, for as long as it takes to know whether documents are safe.

It changes nothing and keeps nothing. What it can know is what that server knows: edits that lie in a page or
a kernel which is cut off are not in it. What that server says of other stores is believed, and told as its word.
"""

import asyncio
from dataclasses import dataclass

from jupyter_automerge.cli.asked_server import AskedServer, NoServer
from jupyter_automerge.cli.failure import USAGE, CommandFailed
from jupyter_automerge.cli.verdict import Outcome, Verdict
from jupyter_automerge.errors import AutomergeError, DialError, DocumentUnavailable, WaitError
from jupyter_automerge.repo import (
    ConnectionChanged,
    Dialer,
    DocPeer,
    Notice,
    Repo,
    StoreChanged,
    StoreSeen,
    SyncReport,
)
from jupyter_automerge.values.status import DialerState, Level, Link, Trust
from jupyter_automerge.values.url import AutomergeUrl

NAME = "jupyter automerge wait"
_REMEDY = "--level received is content with its memory"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is waited for: so many stores, each with all of it, within so many seconds.

    `level` None: stored, or received while nobody in reach can report more (E17).
    """

    urls: tuple[AutomergeUrl, ...]
    copies: int
    level: Level | None
    seconds: float


async def verdict_on(wish: Wish, server: AskedServer) -> Verdict:
    """Wait, at most as long as wished. Raises NoServer if nobody was met in that time, CommandFailed."""
    deadline = asyncio.get_running_loop().time() + wish.seconds
    async with Repo(name=NAME, kind="cli") as repo:
        met = asyncio.Event()
        repo.on_event(lambda notice: met.set() if _is_meeting(notice) else None)
        repo.on_event(lambda notice: _rely_on(repo, notice))
        dialer = _dial(repo, server)
        outcomes = await asyncio.gather(*(_outcome(repo, url, wish, deadline) for url in wish.urls))
        if not met.is_set():
            raise NoServer(f"{dialer.url}: {dialer.last_error or 'no answer yet'}{_remedy(dialer, server)}")
        return Verdict(tuple(outcomes))


def _remedy(dialer: Dialer, server: AskedServer) -> str:
    """A dialer gives up where it is refused, and nowhere else once its address is one."""
    is_refused = dialer.state is DialerState.FAILED and not server.headers
    return "; if it wants a token, --token-file names a file that has it" if is_refused else ""


def _is_meeting(notice: Notice) -> bool:
    return isinstance(notice, ConnectionChanged) and notice.open


def _rely_on(repo: Repo, notice: Notice) -> None:
    """The server that is asked is taken at its word about other stores: nobody else is there to tell of them."""
    if not isinstance(notice, StoreSeen | StoreChanged):
        return
    store = notice.store
    if store.link is Link.CONNECTED and store.trust is not Trust.TRUSTED:
        repo.stores.trust(store.id, Trust.TRUSTED)


def _dial(repo: Repo, server: AskedServer) -> Dialer:
    try:
        return repo.connect(server.sync_url, headers=server.headers, ssl=server.ssl)
    except DialError as error:
        raise CommandFailed(str(error), USAGE) from error


async def _outcome(repo: Repo, url: AutomergeUrl, wish: Wish, deadline: float) -> Outcome:
    name, search = str(url), repo.search(str(url))
    try:
        async with asyncio.timeout_at(deadline):
            handle = await repo.find(name, timeout=None)
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        return _told(name, await handle.synced(level=wish.level, copies=wish.copies, timeout=left), wish)
    except TimeoutError as error:
        return (
            _failed(name, error, wish) if isinstance(error, WaitError) else Outcome(name, None, str(search))
        )
    except DocumentUnavailable as error:
        # Everybody was asked. What lies in a page or a kernel alone may come in a moment, or never.
        return Outcome(name, None, f"{error}. Is it the right URL? A new document may not have got there yet")
    except AutomergeError as error:
        return _failed(name, error, wish)


def _told(name: str, report: SyncReport, wish: Wish) -> Outcome:
    """What ends with a process is safe for those alone who asked for no more."""
    fleeting = [row.label for row in report.copies if row.ephemeral]
    if wish.level is Level.RECEIVED or len(report.copies) - len(fleeting) >= wish.copies:
        return Outcome(name, report)
    reason = f"only in the memory of {' and '.join(fleeting)}, which has no store; {_REMEDY}"
    return Outcome(name, report, reason)


def _failed(name: str, error: AutomergeError, wish: Wish) -> Outcome:
    report = error.report if isinstance(error, WaitError) else None
    if not isinstance(report, SyncReport):
        return Outcome(name, None, str(error))
    having = [
        row for row in report.rows if row.missing_there == 0 and not row.ephemeral and not row.same_store
    ]
    remedy = (_REMEDY,) if len(having) >= wish.copies and any(map(_cannot_say, having)) else ()
    return Outcome(name, report, "; ".join((*report.blockers, *remedy)) or str(error))


def _cannot_say(row: DocPeer) -> bool:
    """Whether it will never say that it stored anything."""
    return not row.durable_acks
