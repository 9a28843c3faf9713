"""What `%automerge status` says, a line for each question a person asks when something does not work."""

from collections.abc import Iterator
from datetime import UTC, datetime

from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.kernel.wording import counted, shown, title_of
from jupyter_automerge.repo import Dialer, DialerInfo
from jupyter_automerge.values.status import Access, DialerState
from jupyter_automerge.version import PROTOCOL_VERSION, __version__


def status_lines(session: KernelSession) -> Iterator[str]:
    """Which server and why, as whom, which versions, which store, which connection, which documents."""
    yield f"found by:   {session.rule}"
    for attempt in session.failed:
        yield f"not by:     {attempt.rule}: {attempt.outcome}"
    yield f"server:     {_server(session)}"
    yield f"user:       {_user(session)}"
    yield f"versions:   {_versions(session)}"
    yield f"store:      {_store(session)}"
    yield f"connection: {connection_words(session.dialer)}"
    handles = session.repo.handles
    yield f"documents:  {len(handles)} open"
    for handle in handles.values():
        columns = (handle.url, handle.state, title_of(handle), shown(str(handle.sync), 300))
        yield f"  {'  '.join(filter(None, columns))}"


def greeting(session: KernelSession) -> str:
    """The one line of `%load_ext`: whether documents are shared, and if not, what becomes of them."""
    if session.dialer is None:
        return (
            "no Jupyter server with documents started this kernel: they live in its memory only, "
            "until it ends (`%automerge status` says why)."
        )
    if session.dialer.state is DialerState.CONNECTED:
        kept = (
            "documents are kept there" if _may_write(session) else "you may read documents, not change them"
        )
        return f"connected to this notebook's Jupyter server as {_user_name(session)}; {kept}."
    return (
        f"{connection_words(session.dialer)} (server {_server(session)}). "
        "Edits are kept in this kernel and sent once it is connected."
    )


def connection_words(dialer: Dialer | None) -> str:
    """How the connection stands, and how the last one ended."""
    if dialer is None:
        return "none"
    info = dialer.info
    return "; ".join(words for words in (_stands(info), _last_close(info)) if words)


def _stands(info: DialerInfo) -> str:
    tries, error = counted(info.attempt, "attempt"), shown(info.last_error, 300)
    because = f": {error}" if error else ""
    match info.state:
        case DialerState.CONNECTED:
            return "connected"
        case DialerState.IDLE | DialerState.DIALING:
            return "connecting" if info.attempt <= 1 else f"connecting, attempt {info.attempt}{because}"
        case DialerState.WAITING:
            return f"not connected after {tries}{because}; next attempt {_until(info.retry_at)}"
        case DialerState.FAILED:
            return f"given up after {tries}{because}"
        case other:
            return str(other)


def _until(moment: datetime | None) -> str:
    seconds = 0.0 if moment is None else (moment - datetime.now(UTC)).total_seconds()
    return "now" if seconds < 1 else f"in {seconds:.0f} s"


def _last_close(info: DialerInfo) -> str:
    if info.last_close is None:
        return "never closed" if info.state is DialerState.CONNECTED else ""
    code, reason = info.last_close
    return f"last closed with {code or 'no code'}" + (f" ({shown(reason)})" if reason else "")


def _server(session: KernelSession) -> str:
    return session.server_url or "none"


def _user(session: KernelSession) -> str:
    if session.dialer is None:
        return "none"
    if session.address is None:
        return (
            "nobody in particular: that server asked for no login"
            if session.dialer.state is DialerState.CONNECTED
            else "not known: that server has not answered"
        )
    return f"{_user_name(session)}, who may {'read and write' if _may_write(session) else 'only read'}"


def _user_name(session: KernelSession) -> str:
    user = session.info.get("user")
    return shown(str(user.get("name"))) if isinstance(user, dict) else "somebody without a name"


def _may_write(session: KernelSession) -> bool:
    """As granted by the connection, which may be newer than what the server said of itself at first."""
    granted = [one.metadata.access for one in session.repo.connections if one.metadata.access is not None]
    return Access.WRITE in granted if granted else session.info.get("access") == "write"


def _versions(session: KernelSession) -> str:
    own = f"this kernel {__version__} (protocol {PROTOCOL_VERSION})"
    if session.address is None:
        return own
    return f"server {session.info.get('version')} (protocol {session.info.get('protocol')}), {own}"


def _store(session: KernelSession) -> str:
    if session.address is None:
        return "none: documents live in this kernel's memory"
    shared = "; others than Repos of ours write there, too" if session.info.get("foreignWriters") else ""
    return f"{session.info.get('store') or 'at the server'} (id {session.info.get('storageId')}){shared}"
