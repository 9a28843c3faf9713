"""`repo.connections`: what is open, who is there, and what went over it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from jupyter_automerge.repo.clock import Moment
from jupyter_automerge.repo.directory import ConnectionInfo
from jupyter_automerge.repo.links import Line
from jupyter_automerge.values.identity import NO_CLAIMS
from jupyter_automerge.values.ids import ConnectionId
from jupyter_automerge.values.status import Phase

if TYPE_CHECKING:
    from jupyter_automerge.repo.running import Running


def connections_of(running: "Running") -> tuple[ConnectionInfo, ...]:
    """As of now; in any thread."""
    moment = running.clock.moment()
    introduced = {one.id: one for one in running.directory.connections}
    return tuple(
        _shown(introduced.get(connection) or _stranger(connection, line, moment), line, moment)
        for connection, line in running.links.open_lines
    )


def _stranger(connection: ConnectionId, line: Line, moment: Moment) -> ConnectionInfo:
    """Somebody who has not said yet who he is."""
    return ConnectionInfo(
        id=connection,
        peer_id=None,
        direction=line.direction,
        endpoint=line.endpoint,
        opened_at=moment.past(line.opened_at),
        user=line.user,
        access=line.access,
        metadata=NO_CLAIMS,
        phase=Phase.HANDSHAKING,
    )


def _shown(info: ConnectionInfo, line: Line, moment: Moment) -> ConnectionInfo:
    return replace(
        info,
        opened_at=moment.past(line.opened_at),
        last_sent=None if line.last_sent is None else moment.past(line.last_sent),
        last_received=None if line.last_received is None else moment.past(line.last_received),
        bytes_sent=line.bytes_sent,
        bytes_received=line.bytes_received,
        rtt=line.rtt,
        dialer=line.dialer,
    )
