"""What is sent to the server to be a document."""

import json

import pytest

from jupyter_automerge.server.documents import title_of
from jupyter_automerge.values.limits import MAX_JSON_BYTES
from tests.jupyter.deep import abyss
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


async def test_a_document_that_others_nested_too_deep_is_answered_as_far_as_it_goes(
    server: RunningServer,
) -> None:
    plan, deep = server.repo.create({"title": "Plan"}), server.repo.import_document(abyss())
    answer = await server.raw(f"api/automerge/documents/{deep.document_id}")
    assert answer.code == 200 and b'{"$deep": "map"}' in answer.body
    listed = json.loads((await server.raw("api/automerge/documents")).body)["documents"]
    titles = {row["id"]: row.get("title") for row in listed}
    assert (titles[plan.document_id], titles[deep.document_id]) == ("Plan", "Abyss")


async def test_a_title_is_as_long_as_a_title(server: RunningServer) -> None:
    assert len(title_of(server.repo.create({"title": "x" * 10_000})) or "") == 200
