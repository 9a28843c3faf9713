"""Frames that are wrong, odd or of another time: refused with the field named, or read for what fits."""

import cbor2
import pytest

from jupyter_automerge.errors import RemoteProtocolError
from jupyter_automerge.values import limits
from jupyter_automerge.values.heads import heads_to_text
from jupyter_automerge.values.identity import NO_CLAIMS, PeerMetadata
from jupyter_automerge.values.ids import (
    PeerId,
    SessionId,
    StorageId,
)
from jupyter_automerge.values.status import Access
from jupyter_automerge.wire.codec import decode
from jupyter_automerge.wire.messages import (
    ErrorMessage,
    Join,
    Notice,
    RemoteHeadsChanged,
    RemoteSubscriptionChange,
    Stored,
    StoreHeads,
    Sync,
    Unknown,
)
from tests.unit.wire.cast import BROWSER, HEADS, NOTHING, PLAN, SERVER, STORE


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


@pytest.mark.parametrize("level", [7, None, ["stored"], "STORED", "received", True])
def test_of_the_additions_only_what_fits_is_read(level: object) -> None:
    entry = {"heads": [], "timestamp": 1.0, "level": level, "name": "\u202eLab\n" + "x" * 999, "kind": 7}
    entry["age"] = -1.0
    message = decode(frame(type="remote-heads-changed", newHeads={"store-1": entry}))
    assert isinstance(message, RemoteHeadsChanged)
    assert message.new_heads[STORE] == StoreHeads(frozenset(), 1.0, name=("Lab " + "x" * 64)[:64])


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
        (frame(type="jupyter-automerge-reach", stores=[]), "stores must be a map"),
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
    assert len(message.new_heads[StorageId("s0")].heads) == limits.MAX_HEADS_PER_STORE + 1, (
        "one too many shows"
    )


def test_reasons_are_cleaned_and_cut() -> None:
    notice = decode(frame(type="jupyter-automerge-notice", reason="\u202eread-only\n" + "x" * 10_000))
    assert isinstance(notice, Notice)
    assert (
        notice.reason == ("read-only " + "x" * limits.MAX_REASON_CHARACTERS)[: limits.MAX_REASON_CHARACTERS]
    )
    assert decode(frame(type="error", message=7)) == ErrorMessage(BROWSER, SERVER, "")
