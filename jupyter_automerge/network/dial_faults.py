"""Why no connection came about, in a sentence for a person."""

import socket
import ssl
from urllib.parse import urlsplit

from tornado.httpclient import HTTPClientError
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketError

from jupyter_automerge.errors import DialError

_REFUSED_CREDENTIALS = frozenset({401, 403})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NO_ANSWER = 599
"""tornado's own status for an answer that never came."""

FAULTS = (OSError, HTTPClientError, WebSocketError, StreamClosedError, ValueError)
"""What a dial with tornado is known to raise."""


def dial_error(fault: Exception, address: str) -> DialError:
    """`address` is host:port."""
    if isinstance(fault, HTTPClientError):
        return _http_error(fault, address)
    return DialError(_reason(fault, address))


def _http_error(fault: HTTPClientError, address: str) -> DialError:
    if fault.code == _NO_ANSWER:
        return DialError(f"no answer from {address}: {fault.message}")
    said = f"the server answered {fault.code} {fault.message or ''}".rstrip()
    location = fault.response.headers.get("Location") if fault.response is not None else None
    if fault.code in _REDIRECTS and location:
        target = urlsplit(location)
        return DialError(f"{said}: it moved to {target.netloc}{target.path}")
    return DialError(said, fatal=fault.code in _REFUSED_CREDENTIALS)


def _reason(fault: Exception, address: str) -> str:
    if isinstance(fault, ConnectionRefusedError):
        return f"connection refused by {address}"
    if isinstance(fault, socket.gaierror):
        return f"no address found for {address}: {fault.strerror}"
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"the certificate of {address} is not trusted: {fault.verify_message}"
    if isinstance(fault, ssl.SSLError):
        return f"no secure connection to {address}: {fault.reason or fault}"
    if isinstance(fault, WebSocketError):
        return f"{address} does not speak WebSocket there: check the address's path"
    if isinstance(fault, StreamClosedError):
        if isinstance(fault.real_error, OSError):
            return _reason(fault.real_error, address)
        return f"{address} hung up before answering"
    said = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
    return f"no connection to {address}: {said}"
