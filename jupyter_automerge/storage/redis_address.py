"""Which Redis, which database in it, and where in that: one URL, told again without its secrets."""

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from jupyter_automerge.errors import InvalidId

SCHEMES = ("redis", "rediss")
DEFAULT_PORT = 6379
DEFAULT_PREFIX = "automerge"
_PUNCTUATION = str.maketrans("", "", "-_.")
_FORM = (
    "it must be redis://host:6379/0, if need be with user:password@ before the host, "
    "and ?prefix=name or ?durable=yes"
)


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis is, who asks, and the prefix of what is ours in it.

    `durable`: its owner vouches that what it confirms is not lost.
    """

    host: str
    port: int
    database: int
    tls: bool
    username: str | None
    password: str | None
    prefix: str
    durable: bool = False

    @property
    def place(self) -> str:
        """The URL for people: whoever asks, and by what password, is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        prefix = () if self.prefix == DEFAULT_PREFIX else (f"prefix={self.prefix}",)
        query = "&".join((*prefix, *(("durable=yes",) if self.durable else ())))
        query = f"?{query}" if query else ""
        return f"redis{'s' if self.tls else ''}://{host}:{self.port}/{self.database}{query}"


def redis_address(url: str, prefix: str | None = None) -> RedisAddress:
    """Read a `redis://` or `rediss://` URL; a given prefix outranks the URL's. Raises InvalidId."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise _bad(url.partition(":")[0]) from None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    wrong = parts.scheme not in SCHEMES or not host or parts.fragment
    if wrong or not query.keys() <= {"prefix", "durable"} or query.get("durable", "yes") != "yes":
        raise _bad(parts.scheme)
    return RedisAddress(
        host or "",
        port or DEFAULT_PORT,
        _database(parts),
        parts.scheme == "rediss",
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        _checked(query.get("prefix", DEFAULT_PREFIX) if prefix is None else prefix),
        "durable" in query,
    )


def _database(parts: SplitResult) -> int:
    number = parts.path.strip("/")
    if number and not (number.isascii() and number.isdigit()):
        raise _bad(parts.scheme)
    return int(number or 0)


def _checked(prefix: str) -> str:
    # A colon parts the prefix from what follows, so one prefix cannot be the beginning of another.
    if not (prefix.isascii() and prefix.translate(_PUNCTUATION).isalnum()):
        raise InvalidId("prefix in Redis", prefix, "it must be letters, digits, '-', '_' or '.'")
    return prefix


def _bad(scheme: str) -> InvalidId:
    return InvalidId("store", f"{scheme}://...", _FORM)
