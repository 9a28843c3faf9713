"""The rules that are switched off, and the tests that must notice.

A mutant is the smallest edit that makes the code forget the rule. When the code is rewritten and the edit no
longer fits, `make mutants` says so: move the edit along with the rule.
"""

from dataclasses import dataclass

SCENARIOS = "tests/scenarios"
SYNC = f"{SCENARIOS}/test_document_sync.py"
COLLECTION = f"{SCENARIOS}/test_collection.py"
POLICY = f"{SCENARIOS}/test_share_policy.py"
LOCAL = f"{SCENARIOS}/test_local_repo.py"
BROADCASTS = f"{SCENARIOS}/test_broadcasts.py"
UNAVAILABLE = f"{SCENARIOS}/test_unavailable_documents.py"
STORES = f"{SCENARIOS}/test_what_stores_have.py"
CONNECTIONS = f"{SCENARIOS}/test_connections.py"
BAD_CHUNKS = f"{SCENARIOS}/test_bad_chunks.py"
BAD_FRAMES = f"{SCENARIOS}/test_bad_frames.py"
STORE = f"{SCENARIOS}/test_store.py"
DELETION = f"{SCENARIOS}/test_deletion.py"
READERS = f"{SCENARIOS}/test_readers.py"
SENDERS = f"{SCENARIOS}/test_many_senders.py"
RESYNC = f"{SCENARIOS}/test_resync.py"
PLAIN_RESYNC = f"{SCENARIOS}/test_resync_with_plain_peers.py"
MISSING = f"{SCENARIOS}/test_missing_documents.py"
RESYNC_PLAIN = f"{SCENARIOS}/test_resync_with_plain_peers.py"
AFTER_SAVE = f"{SCENARIOS}/test_ack_after_save.py"
KEY = f"{SCENARIOS}/test_the_way_of_a_key.py"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`before` stands once in `file` (of the package); `after` is the same without the rule."""

    rule: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "strict order of one peer's messages",
        "engine/receiving.py",
        "self._take(record, session, session.inbox[0])",
        "session.inbox = session.inbox[::-1]\n            self._take(record, session, session.inbox[0])",
        (f"{SYNC}::test_waiting_messages_of_a_peer_are_taken_in_the_order_in_which_it_sent_them",),
    ),
    Mutant(
        "with ack_after_save a message names saved heads",
        "engine/after_save.py",
        "return record.saving.copy if record.saving.is_news else None",
        "return record.document",
        (AFTER_SAVE,),
    ),
    Mutant(
        "with ack_after_save what comes during a put waits",
        "engine/after_save.py",
        "return self._on and (record.saving.put is not None or record.saving.is_news)",
        "return False",
        (AFTER_SAVE,),
    ),
    Mutant(
        "with ack_after_save a put is news where it keeps what it wrote",
        "engine/saving.py",
        "isinstance(event, PutDone) and saving.heads == write.heads",
        "isinstance(event, PutDone)",
        (AFTER_SAVE,),
    ),
    Mutant(
        "with ack_after_save peers are told before what waited is applied",
        "engine/after_save.py",
        "record.saving.is_news = kept",
        "record.saving.is_news = False",
        (AFTER_SAVE,),
    ),
    Mutant(
        "messages wait for the share policy",
        "engine/docsync.py",
        "if not session.inbox or session.policy is Policy.LOADING:",
        "if not session.inbox:",
        (f"{POLICY}::test_messages_wait_in_order_while_the_policy_thinks", SYNC),
    ),
    Mutant(
        "messages wait for storage",
        "engine/docsync.py",
        "elif record.storage is not Storage.PENDING:",
        "else:",
        (f"{SYNC}::test_messages_wait_while_the_store_is_read",),
    ),
    Mutant(
        "nothing is said before storage answered",
        "engine/docsync.py",
        "if not session.may_speak or record.storage is Storage.PENDING:",
        "if not session.may_speak:",
        (f"{SYNC}::test_nobody_is_answered_or_asked_before_the_store_was_read",),
    ),
    Mutant(
        "a broadcast is delivered once",
        "engine/ephemeral.py",
        "if not self._is_new(message):",
        "if not self._is_new(message) and False:",
        (SYNC,),
    ),
    Mutant(
        "one count per broadcast",
        "engine/ephemeral.py",
        "            peer = session.connection.peer\n",
        "            peer = session.connection.peer\n            self._count += 1\n",
        (f"{BROADCASTS}::test_M24_a_broadcast_in_a_mesh_arrives_once_and_never_at_its_author",),
    ),
    Mutant(
        "reset after a refused chunk",
        "engine/receiving.py",
        "        session.restart()\n",
        "",
        (BAD_CHUNKS,),
    ),
    Mutant(
        "a second offence mutes",
        "engine/session.py",
        "return self.offences >= 2",
        "return False",
        (BAD_CHUNKS,),
    ),
    Mutant(
        "only bad chunks are remembered as bad",
        "engine/receiving.py",
        "guilty_chunks(record.document, incoming.message.changes, error.guilty)",
        "incoming.message.changes",
        (BAD_CHUNKS,),
    ),
    Mutant(
        "a failed batch falls back to single messages",
        "engine/receiving.py",
        "        except BadChunk:\n",
        "        except BadChunk:\n            raise\n",
        (BAD_CHUNKS,),
    ),
    Mutant(
        "only applied chunks are deleted",
        "engine/loading.py",
        "applied = [chunk for chunk, verdict in judged if verdict.state is ChunkState.APPLIED]",
        "applied = [chunk for chunk, verdict in judged if verdict.state is not ChunkState.TORN]",
        (STORE,),
    ),
    Mutant(
        "deny wins over announce",
        "engine/sharing.py",
        "if not access:",
        "if not access and not announce:",
        (POLICY,),
    ),
    Mutant(
        "an empty document requests",
        "engine/docsync.py",
        "asks = not record.has_data and session.standing is Standing.UNKNOWN",
        "asks = False",
        (SYNC,),
    ),
    Mutant(
        "nothing is put after a failed load",
        "engine/saving.py",
        " or record.storage is not Storage.ANSWERED:",
        ":",
        (LOCAL,),
    ),
    Mutant(
        "one put in flight per document",
        "engine/saving.py",
        "saving.put is not None or ",
        "",
        (LOCAL,),
    ),
    Mutant(
        "saved heads move only after the put",
        "engine/saving.py",
        "        saving.put = self._desk.ask(\n",
        "        saving.heads = heads\n        saving.put = self._desk.ask(\n",
        (LOCAL,),
    ),
    Mutant(
        "a tombstone is durable before the removal",
        "engine/removal.py",
        "        self._mark(document_id, lambda event: self._buried",
        "        self._desk.ask(\n"
        "            lambda token: Delete(token, (), (document_prefix(document_id),)), lambda event: None\n"
        "        )\n"
        "        self._mark(document_id, lambda event: self._buried",
        (DELETION,),
    ),
    Mutant(
        "the last copy is not deleted unasked",
        "engine/departing.py",
        "not force and not is_elsewhere(record):",
        "not force and False:",
        (DELETION, COLLECTION),
    ),
    Mutant(
        "a reader's messages are sanitized",
        "engine/receiving.py",
        "if session.connection.access is Access.READ:",
        "if False:",
        (READERS,),
    ),
    Mutant(
        "a reader's changes stay out of the batch",
        "engine/receiving.py",
        "            if session.can_supply\n",
        "",
        (READERS,),
    ),
    Mutant(
        "nothing is generated for a full connection",
        "engine/writer.py",
        "        if connection.full:\n            return\n",
        "",
        (SENDERS,),
    ),
    Mutant(
        "a frame leaves before the next is made",
        "engine/settling.py",
        "                    yield from desk.take_effects()\n",
        "",
        (KEY,),
    ),
    Mutant(
        "a pause between the writes of a document",
        "engine/saving.py",
        "if self._desk.now < saving.next_put_at:",
        "if False:",
        (KEY,),
    ),
    Mutant(
        "a write that waited out the pause is made",
        "engine/saving.py",
        "            self._desk.at(saving.next_put_at, lambda: self._go_on(record))\n",
        "            pass\n",
        (KEY,),
    ),
    Mutant(
        "a failed put is tried again",
        "engine/saving.py",
        "        self._desk.at(saving.retry_at, lambda: self._desk.mark_document(record.id))\n",
        "",
        (LOCAL,),
    ),
    Mutant(
        "deletions are known in the next life",
        "engine/removal.py",
        "            else:\n                self._ids.add(document_id)\n        self._wanted.clear()\n",
        "        self._wanted.clear()\n",
        (DELETION,),
    ),
    Mutant(
        "what storage answers waits for the tombstones",
        "engine/loading.py",
        "self._then(lambda: self._answered(record, event))",
        "self._answered(record, event)",
        (DELETION,),
    ),
    Mutant(
        "a document lives until its tombstone is durable",
        "engine/removal.py",
        "        self._digging.add(document_id)\n",
        "        self._digging.add(document_id)\n        self._ids.add(document_id)\n",
        (DELETION,),
    ),
    Mutant(
        "a session begins where an earlier one ended",
        "engine/resume.py",
        "NO_HEADS if session.from_scratch else self._settled(record, session.connection)",
        "NO_HEADS",
        ("tests/scenarios/test_unchanged_since.py",),
    ),
    Mutant(
        "one write of a sync state at a time",
        "engine/resume.py",
        " and not resume.writing:",
        ":",
        (LOCAL,),
    ),
    Mutant(
        "nothing is looked for on behalf of the denied",
        "engine/sessions.py",
        "if policy is not Policy.DENIED and not (",
        "if not (",
        (UNAVAILABLE,),
    ),
    Mutant(
        "who lost changes is told what we have, and not sent the history",
        "engine/resume.py",
        "if session.spoken and not message.have[0].bloom:",
        "if False:",
        (RESYNC_PLAIN,),
    ),
    Mutant(
        "no part of a document is served",
        "engine/docsync.py",
        "return record.complete or session.standing is not Standing.WANTS",
        "return True",
        (SYNC,),
    ),
    Mutant(
        "an asker waits for whoever may still supply",
        "engine/availability.py",
        "if record.has_data or any(_may_supply(session) for session in record.sessions.values()):",
        "if record.has_data:",
        (SYNC,),
    ),
    Mutant(
        "a report counts only about the reporter's store",
        "engine/acknowledging.py",
        "reported = message.new_heads.get(own) if own is not None else None",
        "reported = next(iter(message.new_heads.values()))",
        (STORES,),
    ),
    Mutant(
        "nobody speaks in another's name",
        "engine/inbox.py",
        'if not isinstance(message, Ephemeral) and getattr(message, "sender_id", None) not in (',
        'if False and getattr(message, "sender_id", None) not in (',
        (BAD_FRAMES,),
    ),
    Mutant(
        "the backoff starts over only after a settled connection",
        "engine/dialer.py",
        "self.attempt = 0 if settled else self.attempt",
        "self.attempt = 0",
        (CONNECTIONS,),
    ),
    Mutant(
        "a document on its way is not sent again",
        "engine/crossing.py",
        "return record.has_data and self._desk.now < session.answer_by",
        "return False",
        (PLAIN_RESYNC,),
    ),
    Mutant(
        "who seemed to cross and meant it is heard in the end",
        "engine/crossing.py",
        "self._desk.at(session.answer_by, lambda: self._desk.mark_document(record.id))",
        "session.answer_by = 1e9",
        (PLAIN_RESYNC,),
    ),
    Mutant(
        "long filters are not sent",
        "engine/filters.py",
        "if len(data) <= MAX_FILTER_BYTES and not session.doubted:",
        "if True:",
        (RESYNC,),
    ),
    Mutant(
        "what a peer wrongly believes to share is left out",
        "engine/resume.py",
        "if record.document.knows_all(_shared(message)):",
        "if True:",
        (PLAIN_RESYNC,),
    ),
    Mutant(
        "and so it is where a Bloom filter hid what comes before its changes",
        "engine/resume.py",
        "record.document.apply(message.changes)",
        "return True",
        (PLAIN_RESYNC,),
    ),
    Mutant(
        "no core is made for a document that nobody has",
        "engine/resume.py",
        "if record.has_data or session.sync is not None or not is_question(incoming.data):",
        "if True:",
        (MISSING,),
    ),
)
