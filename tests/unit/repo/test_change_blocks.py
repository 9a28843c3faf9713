"""A change is a block. Whoever forgets `with` changes nothing, and is told so."""

import gc
import subprocess
import sys
import warnings

import pytest

from jupyter_automerge.errors import DocumentError, DocumentReadOnly
from jupyter_automerge.repo import Repo
from tests.unit.repo.story import story


@story
async def test_a_change_without_with_changes_nothing_and_warns_with_the_line_that_forgot_it() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with pytest.warns(RuntimeWarning, match="was never made: write it as a block") as caught:
            note.change("first task")
            gc.collect()
        # What earlier tests left may warn of something else when it is collected.
        (warning,) = (one for one in caught if "was never made" in str(one.message))
        assert note.url in str(warning.message)
        assert "`with handle.change('first task') as d: ...`" in str(warning.message)
        assert warning.filename == __file__
        assert len(note.history()) == 1 and note.value == {"n": 1}


@story
async def test_it_says_so_where_it_is_looked_at() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        block = note.change()
        assert repr(block) == (
            f"<change of {note.url}, not made yet: write it as a block, `with handle.change() as d: ...`>"
        )
        with block as d:
            d["n"] = 2
        assert repr(block) == f"<change of {note.url}>" and note.value == {"n": 2}


@story
async def test_a_block_that_is_opened_never_warns_whatever_becomes_of_it() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with note.change("second") as d:
                d["n"] = 2
            with pytest.raises(ZeroDivisionError), note.change() as d:
                d["n"] = 1 / 0
            with pytest.raises(DocumentReadOnly), note.at(note.heads).change():
                pass
            gc.collect()
        assert note.value == {"n": 2} and note.history()[-1].message == "second"


@story
async def test_a_block_may_be_used_again_and_each_use_is_a_change() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 0})
        count = note.change("count")
        for _ in range(3):
            with count as d:
                d["n"] += 1
        assert note.value == {"n": 3} and len(note.history()) == 4


@story
async def test_a_block_within_itself_is_refused_and_the_outer_one_goes_on() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 0})
        block = note.change()
        with block as d:
            d["n"] = 1
            with pytest.raises(DocumentError), block:
                pass
            d["m"] = 2
        assert note.value == {"n": 1, "m": 2} and len(note.history()) == 2


def test_at_the_end_of_a_program_it_keeps_quiet_about_what_is_left_over() -> None:
    program = (
        "import asyncio\n"
        "from jupyter_automerge import Repo\n"
        "async def main():\n"
        "    async with Repo() as alice:\n"
        "        return alice.create({}).change()\n"
        "kept = asyncio.run(main())\n"
        "import builtins\n"
        "builtins.kept = kept\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr
