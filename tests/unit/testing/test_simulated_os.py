"""The simulated machine is as forgetful as a real one may be, and no more."""

import errno
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from jupyter_automerge.storage.os_port import READ, WRITE_NEW, OsPort
from jupyter_automerge.testing.simulated_machine import Fault, SimulatedMachine
from jupyter_automerge.testing.simulated_os import SimulatedOs

FOLDER = Path("/folder")
WAYS = range(200)


def a_file(os: OsPort, path: Path, data: bytes, *, synced: bool) -> None:
    """Written in one go."""
    descriptor = os.open(path, WRITE_NEW)
    try:
        os.write(descriptor, data)
        if synced:
            os.sync(descriptor)
    finally:
        os.close(descriptor)


def outcomes(work: Callable[[OsPort], None], path: Path) -> set[bytes | None]:
    """What may be under the path after the work and a loss of power."""
    machine = SimulatedMachine()
    os = SimulatedOs(machine)
    os.mkdir(FOLDER)
    os.sync_directory(FOLDER.parent)
    work(os)
    return {content(SimulatedOs(machine.started_again(Random(way))), path) for way in WAYS}


def content(os: OsPort, path: Path) -> bytes | None:
    try:
        return os.read(path)
    except FileNotFoundError:
        return None


def test_what_was_synced_stays_under_a_name_that_was_synced() -> None:
    def work(os: OsPort) -> None:
        a_file(os, FOLDER / "a", b"x" * 300, synced=True)
        os.sync_directory(FOLDER)

    assert outcomes(work, FOLDER / "a") == {b"x" * 300}


def test_a_name_that_was_not_synced_may_go() -> None:
    assert outcomes(lambda os: a_file(os, FOLDER / "a", b"x", synced=True), FOLDER / "a") == {None, b"x"}


def test_bytes_that_were_not_synced_may_be_none_a_beginning_zeros_or_blocks_in_any_order() -> None:
    def work(os: OsPort) -> None:
        a_file(os, FOLDER / "a", b"x" * 300, synced=False)
        os.sync_directory(FOLDER)

    found = outcomes(work, FOLDER / "a")
    assert {b"", b"x" * 300, b"\0" * 300} <= found
    assert any(data and b"\0x" in data for data in found), "a later block without an earlier one"
    assert any(data and len(data) < 300 and b"\0" not in data for data in found), "a beginning"


def test_after_a_failed_sync_a_second_one_saves_nothing() -> None:
    def work(os: OsPort) -> None:
        assert isinstance(os, SimulatedOs)
        os.machine.faults.append(Fault("sync", errno.EIO))
        descriptor = os.open(FOLDER / "a", WRITE_NEW)
        os.write(descriptor, b"x" * 300)
        with pytest.raises(OSError, match="Input/output error"):
            os.sync(descriptor)
        os.sync(descriptor)
        os.close(descriptor)
        os.sync_directory(FOLDER)
        assert os.read(FOLDER / "a") == b"x" * 300, "the cache still shows it"

    assert {b"", b"x" * 300} < outcomes(work, FOLDER / "a")


def test_a_rename_is_one_step_but_lasts_only_once_its_folder_is_synced() -> None:
    def work(os: OsPort) -> None:
        for name, data in (("a", b"old"), ("b", b"new")):
            a_file(os, FOLDER / name, data, synced=True)
        os.sync_directory(FOLDER)
        os.replace(FOLDER / "b", FOLDER / "a")
        assert (content(os, FOLDER / "a"), content(os, FOLDER / "b")) == (b"new", None)

    assert outcomes(work, FOLDER / "a") == {b"old", b"new"}, "never nothing, never a mixture"
    assert outcomes(work, FOLDER / "b") == {b"new", None}


def test_a_removal_may_come_undone_until_its_folder_is_synced() -> None:
    def work(os: OsPort) -> None:
        a_file(os, FOLDER / "a", b"x", synced=True)
        os.sync_directory(FOLDER)
        os.unlink(FOLDER / "a")

    assert outcomes(work, FOLDER / "a") == {None, b"x"}


def test_names_are_kept_and_lost_each_by_itself() -> None:
    machine = SimulatedMachine()
    os = SimulatedOs(machine)
    for name in "ab":
        a_file(os, Path("/") / name, b"x", synced=True)
    left = {
        tuple(sorted(name for name, _ in SimulatedOs(machine.started_again(Random(way))).scan(Path("/"))))
        for way in WAYS
    }
    assert left == {(), ("a",), ("b",), ("a", "b")}


def test_a_full_disk_takes_half_and_says_so() -> None:
    machine = SimulatedMachine()
    os = SimulatedOs(machine)
    machine.faults.append(Fault("write", errno.ENOSPC))
    with pytest.raises(OSError, match="No space left"):
        a_file(os, Path("/a"), b"x" * 100, synced=True)
    assert os.read(Path("/a")) == b"x" * 50


def test_a_killed_process_does_no_more_but_what_it_wrote_is_there_for_others() -> None:
    machine = SimulatedMachine()
    alice, bob = SimulatedOs(machine), SimulatedOs(machine)
    a_file(alice, Path("/a"), b"x", synced=False)
    machine.before_call(len(machine.calls), alice.kill)
    with pytest.raises(OSError, match="the process is dead"):
        alice.unlink(Path("/a"))
    assert bob.read(Path("/a")) == b"x"
    assert not bob.is_running(alice.process_id())


@pytest.mark.parametrize(
    ("call", "number"),
    [
        (lambda os: os.open(Path("/missing"), READ), errno.ENOENT),
        (lambda os: os.open(Path("/missing/a"), WRITE_NEW), errno.ENOENT),
        (lambda os: os.open(Path("/a"), WRITE_NEW), errno.EEXIST),
        (lambda os: os.read(Path("/a/b")), errno.ENOTDIR),
        (lambda os: os.read(FOLDER), errno.EISDIR),
        (lambda os: os.mkdir(Path("/a")), errno.EEXIST),
        (lambda os: os.link(Path("/a"), FOLDER / "b"), errno.EEXIST),
        (lambda os: os.rmdir(FOLDER), errno.ENOTEMPTY),
        (lambda os: os.unlink(FOLDER), errno.EISDIR),
        (lambda os: os.replace(Path("/a"), FOLDER), errno.EISDIR),
        (lambda os: os.scan(Path("/a")), errno.ENOTDIR),
    ],
)  # fmt: skip
def test_it_refuses_what_the_real_one_refuses(call: Callable[[OsPort], object], number: int) -> None:
    os = SimulatedOs(SimulatedMachine())
    os.mkdir(FOLDER)
    for path in (Path("/a"), FOLDER / "b"):
        a_file(os, path, b"x", synced=True)
    with pytest.raises(OSError) as caught:
        call(os)
    assert caught.value.errno == number
