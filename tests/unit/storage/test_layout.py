"""Keys as paths: byte for byte what automerge-repo's nodefs adapter makes of them."""

from pathlib import Path

import pytest

from jupyter_automerge.errors import InvalidId
from jupyter_automerge.storage.key_rules import check_key, check_prefix
from jupyter_automerge.storage.layout import is_foreign, key_of, path_of
from jupyter_automerge.values.keys import StorageKey

BASE = Path("/base")

# What the JavaScript adapter was seen to write.
NODEFS = (
    (("storage-adapter-id",), "st/orage-adapter-id"),
    (("24y37CoGf1Dc4j3REPCmzZkVgoww", "snapshot", "080f"), "24/y37CoGf1Dc4j3REPCmzZkVgoww/snapshot/080f"),
    (
        ("24y37CoGf1Dc4j3REPCmzZkVgoww", "incremental", "9330"),
        "24/y37CoGf1Dc4j3REPCmzZkVgoww/incremental/9330",
    ),
    (("24y37CoGf1Dc4j3REPCmzZkVgoww", "sync-state", "id-1"), "24/y37CoGf1Dc4j3REPCmzZkVgoww/sync-state/id-1"),
)
OURS = (
    ((".jupyter-automerge", "tombstones", "24y37C"), ".jupyter-automerge/tombstones/24y37C"),
    ((".jupyter-automerge", "epoch"), ".jupyter-automerge/epoch"),
)


@pytest.mark.parametrize(("key", "path"), NODEFS + OURS)
def test_keys_and_paths_are_two_forms_of_one_thing(key: StorageKey, path: str) -> None:
    assert path_of(BASE, key) == BASE / path
    assert key_of(Path(path).parts) == key


def test_prefixes_are_folders() -> None:
    assert path_of(BASE, ()) == BASE
    assert path_of(BASE, ("24y37C",)) == BASE / "24" / "y37C"


@pytest.mark.parametrize(
    "path",
    [
        ".tmp/123.abc",
        "README.md",
        "lost+found/x",
        "24/y37C/snapshot/.DS_Store",
        "24/.nfs0001",
        ".hidden",
        "abc/def/x",
        "24/y37C/snapshot/080f\\080f",
        "24/y37C/snapshot/080f\n",
        "24/y37C/snapshot/\udcff",
        "2ä/y37C/snapshot/080f",
    ],
)
def test_files_that_no_key_has_are_not_entries(path: str) -> None:
    assert key_of(Path(path).parts) is None


def test_folders_without_entries_are_not_entered() -> None:
    assert is_foreign((".tmp",))
    assert is_foreign(("lost+found",))
    assert is_foreign(("24", ".trash"))
    assert not is_foreign(("24", "y37C"))
    assert not is_foreign((".jupyter-automerge", "tombstones"))


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ((), "it is empty"),
        (("abc", "a/b"), "component 2 contains a path separator"),
        (("abc", ".."), "component 2 begins with a dot"),
        (("ab", "x"), "component 1 is shorter than 3 characters"),
        (("ab..", "x"), "component 1 has a dot among its first three characters"),
        (("dökument", "x"), "component 1 is not ASCII"),
        ((".tmp", "x"), "component 1 is the name of the store's folder for unfinished files"),
        (("abc", "x" * 256), "component 2 is longer than 255 bytes"),
        (("abc", 5), "component 2 is not a text"),
        ("abc", "it is not a tuple of texts"),
    ],
)
def test_a_bad_key_is_told_what_is_wrong_with_it(key: StorageKey, fault: str) -> None:
    with pytest.raises(InvalidId) as caught:
        check_key(key)
    assert caught.value.reason == fault


def test_the_empty_prefix_means_everything() -> None:
    check_prefix(())
