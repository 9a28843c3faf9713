"""Handles and documents stay where they are: who tries to send one is told to send its url."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_automerge.document import Document
from jupyter_automerge.repo import Repo
from tests.unit.repo.story import story

SENDING: list[Callable[[Any], object]] = [pickle.dumps, copy.copy, copy.deepcopy]


@story
async def test_a_handle_cannot_be_sent_to_another_process_but_its_url_can() -> None:
    async with Repo() as alice:
        note = alice.create({"n": 1})
        for handle, name in ((note, "DocHandle"), (note.at(note.heads), "DocView")):
            for send in SENDING:
                with pytest.raises(
                    TypeError, match=f"a {name} belongs to one Repo .*: send its url, automerge:"
                ):
                    send(handle)
        assert pickle.loads(pickle.dumps(note.url)) == note.url


@pytest.mark.parametrize("send", SENDING)
def test_nor_can_a_document(send: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError, match=r"cannot be pickled or copied: send the url .*, or fork\(\) it"):
        send(Document())
