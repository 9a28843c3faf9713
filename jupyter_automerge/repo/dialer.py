"""What `repo.connect` gives: the wish for a connection, and how it stands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from jupyter_automerge.engine.events import DialerAdded, DialerRemoved
from jupyter_automerge.network.contract import Connector
from jupyter_automerge.repo.directory import DialerInfo
from jupyter_automerge.values.ids import DialerId
from jupyter_automerge.values.status import DialerState

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


class Dialer:
    """Connects, and connects again whenever the connection is lost, until `close()`.

    All it shows is of the moment it is asked; any thread may ask.
    """

    def __init__(
        self, dialer: DialerId, url: str, look: Callable[[], DialerInfo | None], close: Callable[[], None]
    ) -> None:
        self.id = dialer
        self.url = url
        self._look = look
        self._close = close

    def __repr__(self) -> str:
        return f"Dialer({self.url!r}, {self.state.value})"

    @property
    def info(self) -> DialerInfo:
        """All below in one consistent view."""
        return self._look() or DialerInfo(self.id, self.url, DialerState.CLOSED)

    @property
    def state(self) -> DialerState:
        return self.info.state

    @property
    def attempt(self) -> int:
        """Tries since the last connection that lived."""
        return self.info.attempt

    @property
    def last_error(self) -> str:
        """Why the last try failed, in words; empty if none did."""
        return self.info.last_error

    @property
    def last_close(self) -> tuple[int | None, str] | None:
        """Code and reason of the last connection's close; None while there was none."""
        return self.info.last_close

    def close(self) -> None:
        """Close its connection and try no more. Calling again has no effect."""
        self._close()


def keep_dialing(running: "Running", connector: Connector) -> Dialer:
    """See Repo.dial."""
    dialer = running.dialing.add(connector)
    running.directory.add_dialer(dialer, connector.endpoint)
    running.post(DialerAdded(dialer, connector.endpoint))
    return Dialer(
        dialer,
        connector.endpoint,
        lambda: running.directory.dialer(dialer),
        lambda: _hang_up(running, dialer),
    )


def _hang_up(running: "Running", dialer: DialerId) -> None:
    if running.closed or running.directory.dialer(dialer) is None:
        return
    running.directory.remove_dialer(dialer)
    running.home.soon(lambda: running.dialing.remove(dialer))
    running.post(DialerRemoved(dialer))
