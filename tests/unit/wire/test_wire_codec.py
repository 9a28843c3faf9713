"""Messages and frames: what JavaScript wrote means what it meant, and what we write comes back."""

import json
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import LocalProtocolError
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.identity import PeerMetadata
from jupyter_automerge.values.ids import (
    PeerId,
    SessionId,
    StorageId,
    document_id_from_bytes,
)
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import (
    DocUnavailable,
    Ephemeral,
    ErrorMessage,
    InReach,
    Join,
    Leave,
    Message,
    Notice,
    PeerMessage,
    RemoteHeadsChanged,
    RemoteSubscriptionChange,
    Request,
    Stored,
    StoreHeads,
    Sync,
    Unknown,
)
from tests.unit.wire.cast import BROWSER, HEADS, NOTHING, OTHER, PLAN, SERVER, SESSION, STORE

VECTORS = Path(__file__).parents[2] / "vectors" / "frames.json"
FRAMES = {v["name"]: bytes.fromhex(v["hex"]) for v in json.loads(VECTORS.read_text())["vectors"]}
MEANING: dict[str, Message] = {
    "join without storage": Join(BROWSER, PeerMetadata(is_ephemeral=True)),
    "join with storage": Join(
        BROWSER, PeerMetadata(storage_id=StorageId("3760df37-a4c6-4f66-9ecd-732039a9385d"))
    ),
    "join without metadata": Join(BROWSER),
    "peer": PeerMessage(BROWSER, SERVER, PeerMetadata(is_ephemeral=True)),
    "error": ErrorMessage(BROWSER, SERVER, "unsupported protocol version"),
    "leave": Leave(BROWSER),
    "sync": Sync(BROWSER, SERVER, PLAN, NOTHING),
    "sync of a Buffer": Sync(BROWSER, SERVER, PLAN, NOTHING),
    "request": Request(BROWSER, SERVER, PLAN, NOTHING),
    "doc-unavailable": DocUnavailable(BROWSER, SERVER, PLAN),
    "ephemeral": Ephemeral(BROWSER, SERVER, PLAN, 7, SESSION, bytes.fromhex("b9000163666f6f63626172")),
    "ephemeral with a count as a double": Ephemeral(BROWSER, SERVER, PLAN, 2**33, SESSION, b"\x81\x01"),
    "subscription: add only": RemoteSubscriptionChange(BROWSER, SERVER, add=(STORE,)),
    "subscription: both": RemoteSubscriptionChange(BROWSER, SERVER, (STORE,), (OTHER,)),
    "remote heads": RemoteHeadsChanged(BROWSER, SERVER, PLAN, {STORE: StoreHeads(HEADS, 1750000000123.0)}),
    "a type of the future": Unknown("subduction-connection"),
}
peers = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=20).map(PeerId)
stores = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True).map(StorageId)
sessions = st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True).map(SessionId)
documents = st.binary(min_size=16, max_size=16).map(document_id_from_bytes)
heads = st.frozensets(st.binary(min_size=32, max_size=32), max_size=3)
words = st.text(st.sampled_from("abcdefg"), max_size=20)
claims = st.builds(
    PeerMetadata,
    storage_id=st.none() | stores,
    ephemeral_store_id=st.none() | stores,
    is_ephemeral=st.booleans(),
    name=words,
    kind=words,
    session_id=st.none() | sessions,
    epoch=st.none() | stores,
    durable_acks=st.booleans(),
    multi_link=st.booleans(),
    access=st.none() | st.sampled_from(Access),
)
store_heads = st.builds(
    StoreHeads, heads, st.floats(0, 2**53), st.booleans(), words, words, st.floats(0, 1e9)
)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Join, peers, claims, st.lists(words, max_size=2).map(tuple)),
    st.builds(PeerMessage, peers, peers, claims, words),
    st.builds(ErrorMessage, peers, peers, words),
    st.builds(Leave, peers),
    st.builds(Sync, peers, peers, documents, st.binary(min_size=1)),
    st.builds(Request, peers, peers, documents, st.binary(min_size=1)),
    st.builds(DocUnavailable, peers, peers, documents),
    st.builds(Ephemeral, peers, peers, documents, st.integers(0, 2**53), sessions, st.binary()),
    st.builds(
        RemoteSubscriptionChange,
        peers,
        peers,
        st.lists(stores, max_size=2).map(tuple),
        st.lists(stores, max_size=2).map(tuple),
    ),
    st.builds(RemoteHeadsChanged, peers, peers, documents, st.dictionaries(stores, store_heads, max_size=2)),
    st.builds(Notice, peers, peers, documents, words),
    st.builds(Stored, peers, peers, st.dictionaries(documents, heads, max_size=2)),
)


def test_every_vector_has_its_meaning_here() -> None:
    assert set(FRAMES) == set(MEANING)


@pytest.mark.parametrize("name", MEANING)
def test_a_frame_of_javascript_means_what_it_meant(name: str) -> None:
    assert decode(FRAMES[name]) == MEANING[name]


@given(messages)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert decode(encode(message)) == message


def test_W6_a_sync_message_without_data_is_never_sent() -> None:
    with pytest.raises(LocalProtocolError, match=f"{PLAN} without any data"):
        encode(Sync(BROWSER, SERVER, PLAN, b""))


@given(messages)
def test_no_frame_of_ours_disturbs_javascript(message: Message) -> None:
    fields = cbor2.loads(encode(message), allow_indefinite=False, allow_duplicate_keys=False)
    assert isinstance(fields["type"], str)
    assert cbor2.undefined not in fields.values()
    assert all(isinstance(value, float) or value < 2**32 for value in _numbers(fields))


def _numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in _numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in _numbers(item)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


def test_unused_claims_stay_out_of_the_handshake_but_ephemeral_is_always_said() -> None:
    sent = cbor2.loads(encode(Join(BROWSER)))
    assert sent["peerMetadata"] == {"isEphemeral": False}
    assert sent["supportedProtocolVersions"] == ["1"]
    with_store = cbor2.loads(encode(PeerMessage(SERVER, BROWSER, PeerMetadata(storage_id=STORE))))
    assert with_store["peerMetadata"] == {"isEphemeral": False, "storageId": "store-1"}


def test_remote_heads_travel_in_the_order_of_the_hashes_with_a_double_as_time() -> None:
    message = RemoteHeadsChanged(SERVER, BROWSER, PLAN, {STORE: StoreHeads(HEADS, 1750000000123)})
    sent = cbor2.loads(encode(message))["newHeads"]["store-1"]
    assert sent["heads"] == list(heads_to_text(HEADS))
    assert isinstance(sent["timestamp"], float)


def test_what_our_repos_add_to_remote_heads_is_left_out_where_there_is_nothing_to_say() -> None:
    rows = {
        STORE: StoreHeads(HEADS, 1.0, stored=True, name="Lab", kind="server", age=2.5, instead=True),
        OTHER: StoreHeads(HEADS, 1.0),
    }
    sent = cbor2.loads(encode(RemoteHeadsChanged(SERVER, BROWSER, PLAN, rows)))["newHeads"]
    extras = {key: value for key, value in sent["store-1"].items() if key not in sent["store-2"]}
    assert extras == {"level": "stored", "name": "Lab", "kind": "server", "age": 2.5, "instead": True}
    assert decode(encode(RemoteHeadsChanged(SERVER, BROWSER, PLAN, rows))).new_heads == rows  # type: ignore[union-attr]
    assert set(sent["store-2"]) == {"heads", "timestamp"}


def test_which_stores_are_in_reach_is_said_with_true_and_false_and_nothing_else() -> None:
    message = InReach(SERVER, BROWSER, {STORE: True, OTHER: False})
    sent = cbor2.loads(encode(message))
    assert (sent["type"], sent["stores"]) == ("jupyter-automerge-reach", {"store-1": True, "store-2": False})
    assert decode(encode(message)) == message
    sent["stores"] |= {"../outside": True, "store-3": 1, "store-4": None}
    assert decode(cbor2.dumps(sent)) == message


def test_a_subscription_names_both_lists_even_empty_ones() -> None:
    sent = cbor2.loads(encode(RemoteSubscriptionChange(SERVER, BROWSER)))
    assert (sent["add"], sent["remove"]) == ([], [])


@pytest.mark.parametrize(
    "message",
    [
        Unknown("subduction"),
        Leave(PeerId("\ud800")),
        Sync(BROWSER, SERVER, PLAN, object()),  # type: ignore[arg-type]
    ],
)
def test_what_has_no_place_on_the_wire_is_not_sent(message: Message) -> None:
    with pytest.raises(LocalProtocolError):
        encode(message)
