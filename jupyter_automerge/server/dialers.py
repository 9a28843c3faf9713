"""`GET api/automerge/dialers`: the servers that this one keeps a connection to, and how that goes."""

from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web

from jupyter_automerge.repo import DialerInfo
from jupyter_automerge.server.endpoint import Endpoint


class DialersHandler(Endpoint):
    """One entry for each upstream; their tokens are in none of these."""

    _track_activity = False

    @web.authenticated
    @authorized
    async def get(self) -> None:
        self.set_header("Cache-Control", "no-store")
        rtts = {one.id: one.rtt for one in self.repo.connections}
        dialers = [
            dialer_to_json(one, rtts.get(one.connection) if one.connection is not None else None)
            for one in self.repo.dialers
        ]
        self.finish({"dialers": dialers})


def dialer_to_json(dialer: DialerInfo, rtt: float | None) -> dict[str, Any]:
    """`rtt` in seconds is that of its connection; `lastClose` is [code, reason] of the last one that ended."""
    return {
        "url": dialer.url,
        "state": dialer.state.value,
        "phase": dialer.phase and dialer.phase.value,
        "rtt": rtt,
        "attempt": dialer.attempt,
        "retryAt": dialer.retry_at and dialer.retry_at.isoformat(),
        "lastError": dialer.last_error,
        "lastClose": dialer.last_close and list(dialer.last_close),
    }
