"""What is sent to the server to be a document."""

import json
from typing import Any

import pytest

from jupyter_automerge.server.documents import title_of
from jupyter_automerge.values.limits import MAX_JSON_BYTES
from tests.jupyter.servers import RunningServer

BODIES = [
    (b'{"value": {"n": NaN}}', 400),
    (b'{"value": {"n": -Infinity}}', 400),
    (b'{"value": {"n": 1e999}}', 201),
    (b'{"value": {"n": ' + b"9" * 5000 + b"}}", 400),
    (b'{"value": {"n": ' + b"9" * 30 + b"}}", 400),
    (b'{"value": {"a": "\\ud800"}}', 400),
    (b'{"value": {"\\ud800": 1}}', 400),
    (b'{"value": {"\xff": 1}}', 400),
    (b"[" * 100_000, 400),
    (b'{"value": ' + b'{"a": ' * 900 + b"1" + b"}" * 901, 400),
    (b'{"value": {"": 1}}', 201),
    (b'{"value": {"__proto__": {"polluted": true}}}', 201),
    (b"null", 400),
]


async def test_a_body_is_a_document_or_is_refused(server: RunningServer) -> None:
    for body, status in BODIES:
        answer = await server.raw("api/automerge/documents", method="POST", body=body)
        assert answer.code == status, f"{body[:60]!r}: {answer.body!r}"
        if status == 201:
            created = json.loads(answer.body)["id"]
            read = await server.raw(f"api/automerge/documents/{created}")
            json.loads(read.body, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        else:
            assert b"Traceback" not in answer.body and json.loads(answer.body)["message"]


async def test_a_body_that_is_too_long_is_not_read_as_json(server: RunningServer) -> None:
    body = b'{"value": {"text": "' + b"x" * MAX_JSON_BYTES + b'"}}'
    answer = await server.raw("api/automerge/documents", method="POST", body=body)
    assert answer.code == 413 and str(MAX_JSON_BYTES) in json.loads(answer.body)["message"]


async def test_a_document_that_nobody_can_write_down_hides_no_other(server: RunningServer) -> None:
    plan, abyss = server.repo.create({"title": "Plan"}), server.repo.create({"title": {"no": "text"}})
    with abyss.change() as doc:
        inner: Any = doc
        for _ in range(600):
            inner["a"] = {}
            inner = inner["a"]
    answer = await server.raw(f"api/automerge/documents/{abyss.document_id}")
    assert answer.code == 422 and "nested too deeply" in json.loads(answer.body)["message"]
    listed = json.loads((await server.raw("api/automerge/documents")).body)["documents"]
    assert {row["id"]: row.get("title") for row in listed}[plan.document_id] == "Plan"


async def test_a_title_is_as_long_as_a_title(server: RunningServer) -> None:
    assert len(title_of(server.repo.create({"title": "x" * 10_000})) or "") == 200
