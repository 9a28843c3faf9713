"""`jupyter automerge store`, on folders, as somebody would type it."""

import asyncio
import errno
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from jupyter_automerge.cli.commands import main
from jupyter_automerge.cli.progress import Progress
from jupyter_automerge.cli.store_lines import amount
from jupyter_automerge.repo import FileStorage, Repo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two documents, one of them in several chunks."""
    store = tmp_path / "store"

    async def write() -> None:
        async with Repo(FileStorage(store), name="Alice") as repo:
            # Nothing that compresses well: a snapshot below a kilobyte is written anew each time.
            plan = repo.create({"seal": random.Random(0).randbytes(2_000)})
            await plan.saved()
            for number in range(3):
                with plan.change() as doc:
                    doc["number"] = number
                await plan.saved()
            await repo.create({"title": "other"}).saved()

    asyncio.run(write())
    return store


@pytest.fixture(autouse=True)
def _nobody_at_the_keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("sys.stdin", StringIO())
    yield


def increment(folder: Path) -> Path:
    return sorted(folder.glob("*/*/incremental/*"))[0]


def test_ls_lists_documents_by_size(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["store", "ls", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4 and lines[-1].endswith("in 2 documents"), lines
    assert main(["store", "ls", "--json", str(folder)]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert sorted(one["increments"] for one in listed["documents"]) == [0, 3]


def test_check_says_which_file_of_which_document_is_torn(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "check", str(folder)]) == 0
    assert capsys.readouterr().out == "2 documents: all intact\n"
    torn = increment(folder)
    os.truncate(torn, torn.stat().st_size - 4)
    assert main(["store", "check", str(folder)]) == 1
    said = capsys.readouterr().out
    assert f"torn: {torn.parts[-4]}{torn.parts[-3]}/incremental/{torn.name}" in said, said
    assert "1 not intact" in said


def test_repair_asks_first_and_keeps_the_torn_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torn = increment(folder)
    os.truncate(torn, torn.stat().st_size - 4)
    left = torn.read_bytes()
    assert main(["store", "repair", str(folder)]) == 2, "nobody can be asked"
    assert "--yes" in capsys.readouterr().err and torn.exists()
    assert main(["store", "repair", "--yes", str(folder)]) == 0
    (kept,) = (path for path in folder.glob(".jupyter-automerge/quarantine/**/*") if path.is_file())
    assert kept.read_bytes() == left and not torn.exists()


def test_gc_lists_and_asks(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["store", "gc", str(folder)]) == 0
    assert capsys.readouterr().out == "nothing that could go\n"
    ghost = folder / "4N" / "MNnkMhL8jXrdJ9jamS58PAVdXu" / "sync-state"
    ghost.mkdir(parents=True)
    (ghost / "8ad84a2e-5f8a-4d30-8a80-0d6b8a2e9a51").write_bytes(b"C\0")

    class Keyboard(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Keyboard("no\n"))
    assert main(["store", "gc", str(folder)]) == 0 and any(ghost.iterdir()), "the answer was no"
    monkeypatch.setattr("sys.stdin", Keyboard("y\n"))
    assert main(["store", "gc", str(folder)]) == 0
    assert not any(ghost.iterdir()), "the answer was yes"
    assert "notes about a document that is not here" in capsys.readouterr().out


def test_copy_takes_everything_along(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "target"
    assert main(["store", "copy", str(folder), str(target)]) == 0
    assert "2 documents" in capsys.readouterr().out
    assert main(["store", "check", str(target)]) == 0
    mine = {path.relative_to(folder) for path in folder.glob("??/*/*/*")}
    assert mine == {path.relative_to(target) for path in target.glob("??/*/*/*")}


def test_a_copy_that_lacks_a_document_says_so_and_ends_otherwise(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = next(folder.glob("??/*/snapshot/*"))
    read = Path.read_bytes

    def read_bytes(path: Path) -> bytes:
        if path == bad:
            raise OSError(errno.EIO, "Input/output error", str(path))
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert main(["store", "copy", str(folder), str(tmp_path / "target")]) == 2
    said = capsys.readouterr().out
    assert "could not be read, and was not copied" in said and "1 document of" in said, said


def test_an_empty_place_and_a_bad_name_end_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "check", str(tmp_path)]) == 2
    assert "is it the right place?" in capsys.readouterr().err
    assert main(["store", "ls", "ftp://example.org/documents"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize("verb", ["check", "ls", "repair", "gc", "copy"])
def test_a_store_that_cannot_be_reached_is_told_apart_from_a_torn_one(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = [str(tmp_path / "target")] if verb == "copy" else []
    assert main(["store", verb, "redis://127.0.0.1:1", *target]) == 2
    said = capsys.readouterr().err
    assert "redis://127.0.0.1:1" in said and len(said.splitlines()) == 1, said


def test_a_file_in_the_place_of_a_store_is_the_only_thing_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "store").write_text("a letter")
    assert main(["store", "check", str(tmp_path / "store")]) == 2
    said = capsys.readouterr().err
    assert "a file is where a folder must be" in said and len(said.splitlines()) == 1, said


def test_the_help_says_each_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ([], ["check"]):
        with pytest.raises(SystemExit):
            main(["store", *verb, "--help"])
        said = " ".join(capsys.readouterr().out.split())
        assert "2 the store could not be read or reached, or wrong usage" in said, said


def test_amounts_are_for_people() -> None:
    sizes = (0, 999, 1_000, 12_345, 999_499, 999_999, 10_000_000)
    assert [amount(size) for size in sizes] == ["0 B", "999 B", "1 kB", "12.3 kB", "999 kB", "1 MB", "10 MB"]


def test_the_bar_is_for_terminals_alone() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    for stream, shown in ((Terminal(), True), (StringIO(), False)):
        with Progress("copied", 2, stream) as progress:
            progress.step(1_000)
            progress.step(1_000)
        assert ("copied 2 of 2, 2 kB" in stream.getvalue()) is shown


def test_a_copy_onto_itself_or_into_memory_is_refused(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["store", "copy", "--identity", str(folder), f"{folder}/../{folder.name}"]) == 2
    assert "is both" in capsys.readouterr().err
    assert main(["store", "copy", str(folder), "memory:"]) == 2
    assert "ends with its process" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGPIPE")
def test_whoever_has_read_enough_of_a_list_ends_it_without_a_word(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ls = [sys.executable, "-m", "jupyter_automerge.cli", "store", "ls", str(folder)]
    done = subprocess.run(ls, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, ""), "a script would take 1 for damage"


def test_ctrl_c_ends_a_copy_in_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def interrupted(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.Event().wait()

    monkeypatch.setattr("jupyter_automerge.repo.upkeep.copy_store", interrupted)
    assert main(["store", "copy", str(folder), str(tmp_path / "target")]) == 130
    said = capsys.readouterr().err
    assert "interrupted" in said and len(said.splitlines()) == 1, said
