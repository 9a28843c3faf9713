"""One text names a store; what names none is told in a sentence, and no secret is told at all."""

import sys
from pathlib import Path

import pytest

from jupyter_automerge.errors import InvalidId, StorageError
from jupyter_automerge.storage import (
    FileStorage,
    MemoryStorage,
    ObjectStorage,
    RedisStorage,
    Storage,
    open_storage,
)


@pytest.mark.parametrize(
    ("text", "kind", "place"),
    [
        ("/srv/documents", FileStorage, "/srv/documents"),
        ("file:///srv/my%20documents", FileStorage, "/srv/my documents"),
        ("file:///srv/100%25", FileStorage, "/srv/100%"),
        (Path("/srv/my%20documents").as_uri(), FileStorage, "/srv/my%20documents"),
        ("file://localhost/srv", FileStorage, "/srv"),
        ("memory:", MemoryStorage, "memory:"),
        ("redis://example.org", RedisStorage, "redis://example.org:6379/0"),
        ("rediss://me:s3cret@example.org:7000/3", RedisStorage, "rediss://example.org:7000/3"),
        ("redis://[::1]/0?prefix=team", RedisStorage, "redis://[::1]:6379/0?prefix=team"),
        ("redis://me@[::1]?durable=yes", RedisStorage, "redis://[::1]:6379/0?durable=yes"),
        (
            "redis://example.org/1?durable=yes&prefix=team",
            RedisStorage,
            "redis://example.org:6379/1?prefix=team&durable=yes",
        ),
        ("s3://bucket", ObjectStorage, "s3://bucket"),
        ("s3://bucket/a/b/?region=eu-west-1", ObjectStorage, "s3://bucket/a/b?region=eu-west-1"),
        (
            "s3://bucket/p?endpoint=http://127.0.0.1:9000&poll=5",
            ObjectStorage,
            "s3://bucket/p?endpoint=http://127.0.0.1:9000&poll=5",
        ),
        (
            "s3://bucket/p?notify=redis://:s3cret@example.org/0",
            ObjectStorage,
            "s3://bucket/p?notify=redis://example.org:6379/0",
        ),
    ],
)
def test_a_text_names_a_store(text: str, kind: type[Storage], place: str) -> None:
    store = open_storage(text)
    assert isinstance(store, kind)
    assert store.place == place


def test_a_path_may_be_relative_or_begin_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/alice")
    assert open_storage("documents").place == str(tmp_path / "documents")
    assert open_storage(Path("documents")).place == str(tmp_path / "documents")
    assert open_storage("~/documents").place == "/home/alice/documents"
    assert open_storage(Path("~/documents")).place == "/home/alice/documents"
    assert list(tmp_path.iterdir()) == [], "naming a store made something"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ftp://alice:s3cret@example.org/documents",
        "memory:documents",
        "file:documents",
        "file://example.org/documents",
        "file:///documents?s3cret",
        "file:///docu%00ments",
        "docu\0ments",
        "redis:",
        "redis://",
        "redis://:s3cret@example.org/zero",
        "redis://:s3cret@example.org:port/0",
        "redis://:s3cret@example.org/0?password=s3cret",
        "redis://example.org/0?prefix=a:b",
        "redis://example.org/0?durable=perhaps",
        "redis://example.org/0?durable",
        "s3:",
        "s3:///prefix",
        "s3://alice:s3cret@bucket/prefix",
        "s3://bucket/a b",
        "s3://bucket/../other",
        "s3://bucket/p?endpoint=example.org",
        "s3://bucket/p?endpoint=http://alice:s3cret@example.org",
        "s3://bucket/p?secret_access_key=s3cret",
        "s3://bucket/p?poll=often",
        "s3://bucket/p?poll=0",
        "s3://bucket/p?notify=http://example.org",
    ],
)
def test_what_names_no_store_is_told_in_one_sentence_without_secrets(text: str) -> None:
    with pytest.raises(InvalidId) as refused:
        open_storage(text)
    told = str(refused.value)
    assert "it must be" in told and "\n" not in told, told
    if "@" in text or "key" in text or "password" in text:
        assert "s3cret" not in told


@pytest.mark.parametrize("kind", [str, Path])
def test_the_home_of_nobody_is_told(kind: type[str] | type[Path]) -> None:
    with pytest.raises(InvalidId, match="there is no such home"):
        open_storage(kind("~nobody-of-this-name/documents"))


@pytest.mark.parametrize(
    ("module", "text", "extra"),
    [("obstore", "s3://bucket", "s3"), ("redis.asyncio", "redis://example.org", "redis")],
)
def test_a_missing_client_is_told_with_what_to_install(
    module: str, text: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(sys.modules, f"{module}.store", None)
    monkeypatch.setitem(sys.modules, f"{module}.exceptions", None)
    with pytest.raises(StorageError, match=rf'pip install "jupyter_automerge\[{extra}\]"'):
        open_storage(text)
