"""Every bound of the package has a metric that says how full its table is, or a reason why it needs none."""

import ast
from collections import Counter
from pathlib import Path

from jupyter_automerge.repo import MemoryStorage, Repo
from jupyter_automerge.values import limits
from jupyter_automerge.values.status import Level
from tests.unit.repo.story import story, until

METRIC = {
    "HEADS_REMEMBERED": "heads_remembered",
    "PARSED_IDS_REMEMBERED": "ids_remembered",
    "MAX_WAITING_FRAMES": "messages_waiting",
    "MAX_WAITING_BYTES": "message_bytes_waiting",
    "MAX_OUTGOING_CONTROL_FRAMES": "frames_waiting",
    "MAX_OUTGOING_EPHEMERALS": "frames_waiting",
    "MAX_OUTGOING_EPHEMERAL_BYTES": "frame_bytes_waiting",
    "MAX_REFUSED_CHUNKS": "refused_chunks",
    "MAX_POLICY_QUESTIONS": "policy_questions",
    "MAX_EPHEMERAL_SESSIONS": "broadcasting_sessions",
    "MAX_EVENTS_WAITING": "news_waiting",
    "MAX_DOCUMENTS_PER_PEER": "sessions",
    "MAX_JOURNAL_BYTES": "journal_bytes",
    "MAX_PASSED_HEADS": "passed_heads",
    "MAX_PENDING_CHANGES": "pending_changes",
    "MAX_FRONTIERS_CACHED": "frontiers_cached",
    "MAX_DOCUMENTS_REMEMBERED": "documents_remembered",
    "MAX_RESUMED_AT_ONCE": "resuming",
    "MAX_STORES_PER_DOCUMENT": "store_rows",
    "MAX_STORES": "stores",
    "MAX_STORES_PER_REPORTER": "stores_introduced",
    "MAX_ENDPOINTS_PER_STORE": "store_endpoints",
    "MAX_REPORTERS_PER_STORE": "store_tellers",
    "MAX_LIVES_PER_STORE": "store_memories",
    "MAX_HEADS_PER_STORE": "store_heads",
    "OWN_WRITES_REMEMBERED": "own_writes",
    "CHUNKS_LEFT_REMEMBERED": "chunks_left_alone",
    "LOOKS_AT_ONCE": "looks_at_the_store",
    "MAX_SUSPECTS": "torn_chunks_watched",
    "MAX_SET_ASIDE_SHOWN": "chunks_set_aside",
    "MAX_SUBSCRIPTIONS_PER_PEER": "subscriptions",
}
"""The bound of a table, and what says how full it is; over all of its kind, where each has one of its own."""

ONE_MESSAGE = "it is about one message, frame or text, and nothing is kept"
ONE_STEP = "it is about how much is done in one step"
REASONS = {
    "MAX_MESSAGE_BYTES": ONE_MESSAGE,
    "MAX_JSON_BYTES": ONE_MESSAGE,
    "MAX_CLOSE_REASON_BYTES": ONE_MESSAGE,
    "MAX_SYNC_HAVES": ONE_MESSAGE,
    "MAX_FILTER_PROBES": ONE_MESSAGE,
    "MAX_FILTER_BYTES": ONE_MESSAGE,
    "MAX_CBOR_DEPTH": ONE_MESSAGE,
    "MAX_CBOR_INTEGER_BYTES": ONE_MESSAGE,
    "MAX_BASE58_CHARACTERS": ONE_MESSAGE,
    "MAX_DOCUMENT_ID_CHARACTERS": ONE_MESSAGE,
    "MAX_PEER_ID_CHARACTERS": ONE_MESSAGE,
    "MAX_NAME_CHARACTERS": ONE_MESSAGE,
    "MAX_REASON_CHARACTERS": ONE_MESSAGE,
    "MAX_URL_CHARACTERS": ONE_MESSAGE,
    "MAX_VALUE_DEPTH": ONE_MESSAGE,
    "MAX_INFLATED_BYTES": ONE_MESSAGE,
    "MAX_LANDMARKS": ONE_MESSAGE,
    "MAX_STORED_DOCUMENTS_READ": ONE_MESSAGE,
    "STORED_HEADS_PER_FRAME": ONE_MESSAGE,
    "ROWS_PER_FRAME": ONE_MESSAGE,
    "MAX_SNAPSHOT_BYTES": ONE_MESSAGE,
    "MAX_BLAME_ATTEMPTS": ONE_STEP,
    "ROUNDS_PER_TURN": ONE_STEP,
    "FILES_PER_ROUND": ONE_STEP,
    "REREAD_KEYS": ONE_STEP,
    "REREAD_TRIES": ONE_STEP,
    "COMPACT_BELOW_BYTES": "it is about how large a chunk in the store is",
    "MERGE_INCREMENTS": "it is about how many chunks are in the store; `store ls` counts them",
    "EPHEMERAL_WINDOW": "64 bits of one number, for each of `broadcasting_sessions`",
    "TRACED_EVENTS": "a word each of the last 50 events: always as many",
}


def test_each_bound_has_a_metric_or_a_reason_and_no_other_has() -> None:
    bounds = {name for name, value in vars(limits).items() if name.isupper() and isinstance(value, int)}
    assert bounds == METRIC.keys() | REASONS.keys() and not METRIC.keys() & REASONS.keys()


def test_no_limit_is_written_twice() -> None:
    assert limits.__file__ is not None
    tree = ast.parse(Path(limits.__file__).read_text(encoding="utf-8"))
    names = Counter(
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    )
    assert not [name for name, times in names.items() if times > 1], "the last would count for all"


@story
async def test_each_metric_is_reported_and_moves_with_its_table() -> None:
    async with Repo(MemoryStorage(), name="server") as server, Repo(MemoryStorage(), name="alice") as alice:
        empty = alice.metrics()
        assert set(METRIC.values()) <= empty.keys()
        assert not any(
            empty[one] for one in METRIC.values() if one not in ("heads_remembered", "ids_remembered")
        )
        alice.link(server)
        note = alice.create({"n": 0})
        for number in range(3):
            with note.change() as doc:
                doc["n"] = number
        await note.synced(level=Level.STORED, timeout=5)
        hers = await server.find(note.url)
        hers.broadcast({"here": "server"})
        await until(lambda: alice.metrics()["broadcasting_sessions"], alice)
        stream = alice.events()
        other = alice.create({"n": 1})
        await other.saved()
        full = alice.metrics()
        moved = (
            "sessions",
            "journal_bytes",
            "passed_heads",
            "store_rows",
            "stores",
            "store_memories",
            "own_writes",
        )
        assert all(full[one] > 0 for one in (*moved, "store_heads", "store_endpoints", "news_waiting")), full
        stream.close()
