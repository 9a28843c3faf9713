"""What `%automerge status` says, a line for each question a person asks when something does not work."""

from collections.abc import Iterator

from jupyter_automerge.kernel.session import KernelSession
from jupyter_automerge.repo import Dialer
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
    yield f"connection: {_connection(session.dialer)}"
    handles = session.repo.handles
    yield f"documents:  {len(handles)} open"
    for handle in handles.values():
        title = handle.value.get("title") if handle.state == "ready" else None
        yield f"  {handle.url}  {handle.state}" + (f"  {title!s}" if isinstance(title, str) else "")


def _server(session: KernelSession) -> str:
    if session.address is not None:
        return session.address.url
    return (
        session.dialer.url if session.dialer is not None else "none; documents live in this kernel's memory"
    )


def _user(session: KernelSession) -> str:
    user = session.info.get("user")
    if session.address is None or not isinstance(user, dict):
        return "nobody in particular"
    may = "read and write" if session.info.get("access") == "write" else "read only"
    return f"{user.get('name')} (kernel), {may}"


def _versions(session: KernelSession) -> str:
    own = f"this kernel {__version__}, automerge-repo protocol {PROTOCOL_VERSION}"
    if session.address is None:
        return own
    return f"server {session.info.get('version')} (protocol {session.info.get('protocol')}), {own}"


def _store(session: KernelSession) -> str:
    if session.address is None:
        return f"memory only ({session.repo.storage_id or 'no storage id'})"
    where = session.info.get("storePath") or "at the server"
    return f"{where} ({session.info.get('storageId')})"


def _connection(dialer: Dialer | None) -> str:
    if dialer is None:
        return "none"
    words = [str(dialer.state)]
    if dialer.state != "connected" and dialer.attempt:
        words.append(f"after {dialer.attempt} attempts")
    if dialer.last_error:
        words.append(f"last error: {dialer.last_error}")
    words.append(_last_close(dialer))
    return ", ".join(words)


def _last_close(dialer: Dialer) -> str:
    if dialer.last_close is None:
        return "never closed"
    code, reason = dialer.last_close
    return f"last close: {code or 'without a code'}" + (f" ({reason})" if reason else "")
