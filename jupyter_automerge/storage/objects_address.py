"""Which bucket, which prefix in it, and how to reach it: one URL, told again without its secrets."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.storage.redis_address import redis_address

SCHEMES = ("s3", "gs", "az")
POLL_SECONDS = 2.0
"""Between two looks for what others wrote."""
_FORM = (
    "it must be s3://bucket/prefix, gs://bucket/prefix or az://container/prefix, if need be with "
    "?endpoint=https://host:port&region=name&poll=seconds&notify=redis://host/0"
)
_OPTIONS = {"endpoint", "region", "poll", "notify"}


@dataclass(frozen=True, slots=True)
class ObjectsAddress:
    """Where a bucket is, what in it is ours, and how news of it comes."""

    scheme: str
    bucket: str
    prefix: str
    endpoint: str | None = None
    region: str | None = None
    poll: float | None = None
    notify: str | None = None

    @property
    def url(self) -> str:
        """Scheme, bucket and prefix: the same for all who share this store."""
        return f"{self.scheme}://{self.bucket}/{quote(self.prefix)}".rstrip("/")

    @property
    def place(self) -> str:
        """The URL for people. Credentials are not in it, nor those of the Redis that tells of changes."""
        options = {"endpoint": self.endpoint, "region": self.region}
        if self.poll is not None:
            options["poll"] = f"{self.poll:g}"
        if self.notify is not None:
            options["notify"] = redis_address(self.notify).place
        query = urlencode({name: value for name, value in options.items() if value}, safe=":/")
        return f"{self.url}?{query}" if query else self.url


def objects_address(url: str) -> ObjectsAddress:
    """Read the URL of a bucket. Raises InvalidId."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _bad(url) from None
    query = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(query)
    wrong = parts.scheme not in SCHEMES or not parts.netloc or "@" in parts.netloc or parts.fragment
    if wrong or len(options) != len(query) or not options.keys() <= _OPTIONS or not all(options.values()):
        raise _bad(url)
    if (notify := options.get("notify")) is not None:
        redis_address(notify)
    return ObjectsAddress(
        parts.scheme,
        parts.netloc,
        _prefix(url, parts.path),
        _endpoint(url, options.get("endpoint")),
        options.get("region"),
        _seconds(url, options.get("poll")),
        notify,
    )


def _prefix(url: str, path: str) -> str:
    steps = [step for step in path.split("/") if step]
    plain = all(step.isascii() and step.strip(".") and quote(step, safe="-_.~") == step for step in steps)
    if not plain:
        raise _bad(url)
    return "/".join(steps)


def _endpoint(url: str, endpoint: str | None) -> str | None:
    if endpoint is None:
        return None
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
        raise _bad(url)
    return endpoint


def _seconds(url: str, text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        raise _bad(url) from None
    if not 0 < seconds < 86_400:
        raise _bad(url)
    return seconds


def _bad(url: str) -> InvalidId:
    # What follows the scheme may hold a secret.
    return InvalidId("store", f"{url.partition(':')[0]}://...", _FORM)
