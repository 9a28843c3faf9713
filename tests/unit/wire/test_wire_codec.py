"""Messages: as JavaScript wrote them, as we write them, and what is wrong with a bad one."""

import json
from pathlib import Path

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_automerge.errors import LocalProtocolError, RemoteProtocolError
from jupyter_automerge.values import limits
from jupyter_automerge.values.heads import heads_from_hex, heads_to_text
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata
from jupyter_automerge.values.ids import (
    PeerId,
    SessionId,
    StorageId,
    document_id_from_bytes,
    parse_document_id,
)
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire.codec import decode, encode
from jupyter_automerge.wire.messages import (
    DocUnavailable,
    Ephemeral,
    ErrorMessage,
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

VECTORS = Path(__file__).parents[2] / "vectors" / "frames.json"
FRAMES = {v["name"]: bytes.fromhex(v["hex"]) for v in json.loads(VECTORS.read_text())["vectors"]}

BROWSER, SERVER = PeerId("browser"), PeerId("server")
PLAN = parse_document_id("4ZrjxJnU1LA5xSyrWMNuXTozYEvA")
NOTHING = bytes.fromhex("42000001000000020102")
STORE, OTHER = StorageId("store-1"), StorageId("store-2")
HEADS = heads_from_hex(["01" * 32, "02" * 32])
SESSION = SessionId("k3jx9")

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
store_heads = st.builds(StoreHeads, heads, st.floats(0, 2**53), st.booleans(), words, words)
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


def frame(**fields: object) -> bytes:
    """A good sync frame with some fields put in or, as `...`, left out."""
    good: dict[str, object] = {
        "type": "sync",
        "senderId": "browser",
        "targetId": "server",
        "documentId": PLAN,
        "data": NOTHING,
    }
    return cbor2.dumps({key: value for key, value in (good | fields).items() if value is not ...})


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
        STORE: StoreHeads(HEADS, 1.0, stored=True, name="Lab", kind="server"),
        OTHER: StoreHeads(HEADS, 1.0),
    }
    sent = cbor2.loads(encode(RemoteHeadsChanged(SERVER, BROWSER, PLAN, rows)))["newHeads"]
    assert (sent["store-1"]["level"], sent["store-1"]["name"], sent["store-1"]["kind"]) == (
        "stored",
        "Lab",
        "server",
    )
    assert set(sent["store-2"]) == {"heads", "timestamp"}


@pytest.mark.parametrize("level", [7, None, ["stored"], "STORED", "received", True])
def test_of_the_additions_only_what_fits_is_read(level: object) -> None:
    entry = {"heads": [], "timestamp": 1.0, "level": level, "name": "\u202eLab\n" + "x" * 999, "kind": 7}
    message = decode(frame(type="remote-heads-changed", newHeads={"store-1": entry}))
    assert isinstance(message, RemoteHeadsChanged)
    assert message.new_heads[STORE] == StoreHeads(frozenset(), 1.0, name=("Lab " + "x" * 64)[:64])


def test_a_subscription_names_both_lists_even_empty_ones() -> None:
    sent = cbor2.loads(encode(RemoteSubscriptionChange(SERVER, BROWSER)))
    assert (sent["add"], sent["remove"]) == ([], [])


@pytest.mark.parametrize("absent", [..., None, cbor2.undefined])
def test_a_subscription_with_one_list_is_told_from_one_with_both(absent: object) -> None:
    own = decode(frame(type="remote-subscription-change", add=["store-1"], remove=absent))
    passed_on = decode(frame(type="remote-subscription-change", add=["store-1"], remove=[]))
    assert own == passed_on == RemoteSubscriptionChange(BROWSER, SERVER, (STORE,))
    assert isinstance(own, RemoteSubscriptionChange)
    assert isinstance(passed_on, RemoteSubscriptionChange)
    assert (own.both_lists, passed_on.both_lists) == (False, True)


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (b"", "the frame is empty"),
        (b"\xf6", "a message is a map, not NoneType"),
        (b"\xf7", "a message is a map"),
        (b"\x07", "a message is a map, not int"),
        (b"\x64sync", "a message is a map, not str"),
        (b"\x80", "a message is a map, not list"),
        (b"GET / HTTP/1.1\r\n", "not valid CBOR|follow"),
        (frame() + b"\0", "1 bytes follow the CBOR item"),
        (frame()[:-1], "not valid CBOR"),
        (frame(type=...), "type is missing"),
        (frame(type=cbor2.undefined), "type is missing"),
        (frame(type=7), "type must be text"),
        (frame(senderId=...), "senderId is missing"),
        (frame(senderId=7), "senderId: 7 is not a valid peer id"),
        (frame(senderId=""), "senderId: '' is not a valid peer id"),
        (frame(senderId="a\nb"), "senderId: .* control character"),
        (frame(senderId="x" * 257), "senderId: .* 256 characters"),
        (frame(documentId=...), "documentId is missing"),
        (frame(documentId=None), "documentId is missing"),
        (frame(documentId=f"automerge:{PLAN}"), "documentId: .* is not a valid document id"),
        (frame(documentId="../../../etc/passwd"), "documentId: .* not a base58 character"),
        (frame(documentId=PLAN[:-1]), "documentId: .* checksum"),
        (frame(documentId="1" * 10**6), "documentId: .* longer than"),
        (frame(documentId=PLAN.encode()), "documentId: .* not text but bytes"),
        (frame(data=...), "data is missing"),
        (frame(data=cbor2.undefined), "data is missing"),
        (frame(data="text"), "data must be bytes, not 'text'"),
        (frame(data=[1, 2]), "data must be bytes"),
        (frame(type="request", data=...), "data is missing"),
        (frame(type="ephemeral", sessionId="s", count=...), "count is missing"),
        (frame(type="ephemeral", sessionId="s", count=1.5), "count must be a whole number"),
        (frame(type="ephemeral", sessionId="s", count=-1), "count must be a whole number"),
        (frame(type="ephemeral", sessionId="s", count=True), "count must be a whole number"),
        (frame(type="ephemeral", sessionId="s", count="1"), "count must be a whole number"),
        (frame(type="ephemeral", sessionId=..., count=1), "sessionId is missing"),
        (frame(type="ephemeral", sessionId=9, count=1), "sessionId: 9 is not a valid session id"),
        (frame(type="join", supportedProtocolVersions="1"), "supportedProtocolVersions must be a list"),
        (frame(type="remote-heads-changed"), "newHeads is missing"),
        (frame(type="remote-heads-changed", newHeads=[]), "newHeads must be a map"),
        (frame(type="remote-subscription-change", add={"s": 1}), "add must be a list"),
        (frame(type="jupyter-automerge-stored", heads=3), "heads must be a map"),
        (frame(type="jupyter-automerge-notice", documentId="x"), "documentId: "),
    ],
)
def test_a_bad_frame_is_refused_with_the_field_named(bad: bytes, fault: str) -> None:
    with pytest.raises(RemoteProtocolError, match=fault) as caught:
        decode(bad)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("target", [..., None, cbor2.undefined, 7, "", "a\0", "x" * 300])
def test_a_target_is_never_a_reason_to_refuse(target: object) -> None:
    assert decode(frame(targetId=target)) == Sync(BROWSER, PeerId(""), PLAN, NOTHING)


def test_extra_fields_and_tagged_or_empty_data_pass() -> None:
    assert decode(frame(extra={"a": [1]}, lamport=2**60)) == Sync(BROWSER, SERVER, PLAN, NOTHING)
    assert decode(frame(data=cbor2.CBORTag(64, NOTHING))) == Sync(BROWSER, SERVER, PLAN, NOTHING)
    assert decode(frame(data=b"")) == Sync(BROWSER, SERVER, PLAN, b"")


def test_an_unknown_type_is_named_in_clean_words() -> None:
    assert decode(frame(type="\u202esub\nduction" + "x" * 10_000)) == Unknown(("sub duction" + "x" * 64)[:64])
    assert decode(cbor2.dumps({"type": "arrive"})) == Unknown("arrive")


@pytest.mark.parametrize(
    ("versions", "read"), [(..., ("1",)), (None, ("1",)), ([], ()), (["2", 1, "1"], ("2", "1"))]
)
def test_a_join_without_versions_speaks_version_1(versions: object, read: tuple[str, ...]) -> None:
    message = decode(frame(type="join", supportedProtocolVersions=versions))
    assert isinstance(message, Join)
    assert message.versions == read


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        (None, NO_CLAIMS),
        ("text", NO_CLAIMS),
        ([], NO_CLAIMS),
        ({"storageId": "../../x"}, NO_CLAIMS),
        ({"storageId": 7, "isEphemeral": "yes", "name": 3, "sessionId": "", "epoch": []}, NO_CLAIMS),
        ({"durableAcks": "1", "multiLink": None, "access": "admin"}, NO_CLAIMS),
        ({"durableAcks": 0, "multiLink": False, "access": ["read"]}, NO_CLAIMS),
        ({"durableAcks": 1, "multiLink": True}, PeerMetadata(durable_acks=True, multi_link=True)),
        ({"durableAcks": 1.0, "multiLink": 2}, PeerMetadata(durable_acks=True, multi_link=True)),
        ({"access": "read"}, PeerMetadata(access=Access.READ)),
        ({"name": "\u202eAlice\n"}, PeerMetadata(name="Alice")),
        ({"name": "x" * 10_000}, PeerMetadata(name="x" * 64)),
        ({"kind": "kernel\0", "sessionId": "s1"}, PeerMetadata(kind="kernel", session_id=SessionId("s1"))),
    ],
)
def test_of_the_claims_only_what_fits_is_read(claimed: object, believed: PeerMetadata) -> None:
    assert decode(frame(type="join", peerMetadata=claimed)) == Join(BROWSER, believed)


def test_bad_entries_among_remote_heads_are_passed_over() -> None:
    first, second = heads_to_text(HEADS)
    new_heads = {
        "store-1": {"heads": [first, "nonsense", 7, second], "timestamp": 5},
        "../x": {"heads": [first], "timestamp": 5.0},
        "no-list": {"heads": "abc", "timestamp": 5.0},
        "no-map": [first],
        "no-time": {"heads": []},
        "odd-time": {"heads": [], "timestamp": float("inf")},
        "far-time": {"heads": [], "timestamp": 2**200},
    }
    message = decode(frame(type="remote-heads-changed", newHeads=new_heads))
    assert isinstance(message, RemoteHeadsChanged)
    unknown_time = StoreHeads(frozenset(), 0.0)
    assert message.new_heads == {
        "store-1": StoreHeads(HEADS, 5.0),
        "no-time": unknown_time,
        "odd-time": unknown_time,
        "far-time": unknown_time,
    }


def test_bad_entries_among_subscriptions_and_stored_heads_are_passed_over() -> None:
    change = decode(frame(type="remote-subscription-change", add=["store-1", "../x", 7], remove=None))
    assert change == RemoteSubscriptionChange(BROWSER, SERVER, add=(STORE,))
    reported = {PLAN: list(heads_to_text(HEADS)), "../x": [], PLAN[:-1]: [], "3QJmnh": None}
    assert decode(frame(type="jupyter-automerge-stored", heads=reported)) == Stored(
        BROWSER, SERVER, {PLAN: HEADS}
    )


def test_a_flood_of_heads_or_stores_is_cut() -> None:
    many = [heads_to_text(frozenset([bytes([n // 256, n % 256] * 16)]))[0] for n in range(500)]
    flood = {f"s{n}": {"heads": many if n == 0 else []} for n in range(5_000)}
    message = decode(frame(type="remote-heads-changed", newHeads=flood))
    assert isinstance(message, RemoteHeadsChanged)
    assert len(message.new_heads) == limits.MAX_STORES_PER_DOCUMENT
    assert len(message.new_heads[StorageId("s0")].heads) == limits.MAX_HEADS_PER_STORE


def test_reasons_are_cleaned_and_cut() -> None:
    notice = decode(frame(type="jupyter-automerge-notice", reason="\u202eread-only\n" + "x" * 10_000))
    assert isinstance(notice, Notice)
    assert (
        notice.reason == ("read-only " + "x" * limits.MAX_REASON_CHARACTERS)[: limits.MAX_REASON_CHARACTERS]
    )
    assert decode(frame(type="error", message=7)) == ErrorMessage(BROWSER, SERVER, "")


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
