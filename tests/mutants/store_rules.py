"""Rules of stores that others write, too, and of what is torn there (docs/protocol.md, P62-P64 and P67-P69)."""

from tests.mutants.rules import Mutant

SCENARIOS = "tests/scenarios"
SHARED = f"{SCENARIOS}/test_shared_store.py"
SYNCED = f"{SCENARIOS}/test_synced_folders.py"
QUARANTINE = f"{SCENARIOS}/test_quarantine.py"
INCREMENTS = f"{SCENARIOS}/test_increments.py"
FOREIGN = f"{SCENARIOS}/test_foreign_writers.py"
STORE = f"{SCENARIOS}/test_store.py"
DRAWN = "tests/properties/test_shared_stores.py"
WATCH = "tests/unit/repo/test_store_watch.py"

STORE_MUTANTS = (
    Mutant(
        "how long stores are remembered is our user's word",
        "engine/stores.py",
        "saved.last_seen < wall - self._retain",
        "saved.last_seen < wall - STORE_KEPT_SECONDS",
        ("tests/scenarios/test_remembered_stores.py",),
    ),
    Mutant(
        "a compaction leaves what joined after it began",
        "engine/saving.py",
        "superfluous = tuple(key for key in write.replaces if key in saving.chunks and key != write.key)",
        "superfluous = tuple(key for key in saving.chunks if key != write.key)",
        (SHARED, DRAWN),
    ),
    Mutant(
        "saved heads do not go back to what a slow put had",
        "engine/saving.py",
        "        if saving.heads == write.since:\n",
        "        if True:\n",
        (SHARED, DRAWN),
    ),
    Mutant(
        "only own increments are merged",
        "engine/joining.py",
        "                record.saving.chunks[one.key] = len(one.data)\n",
        "                record.saving.wrote(one.key, len(one.data), record.saving.heads)\n",
        (DRAWN,),
    ),
    Mutant(
        "256 increments become one",
        "engine/saving.py",
        "merged = to_merge(saving.increments, MERGE_INCREMENTS)",
        "merged: tuple = ()",
        (INCREMENTS,),
    ),
    Mutant(
        "merged chunks are carried to the next size",
        "engine/saving.py",
        "size = merged[0].size + 1 if merged else 0",
        "size = 0",
        (INCREMENTS,),
    ),
    Mutant(
        "a large document is not rewritten for a key",
        "engine/saving.py",
        "if not is_unsaved or _must_compact(record) else",
        "if True else",
        (INCREMENTS,),
    ),
    Mutant(
        "own writes are no news",
        "engine/store_changes.py",
        "        if self._desk.own_writes.cover(place, self._desk.now):\n            return\n",
        "",
        (SHARED,),
    ),
    Mutant(
        "what joined from the store is not written again",
        "engine/joining.py",
        "                    self._saver.joined(record)\n",
        "                    pass\n",
        (SHARED,),
    ),
    Mutant(
        "only what lies in the store is called saved when it joins",
        "engine/joining.py",
        "if before == durable and self._are_durable(record, joined, before):",
        "if before == durable:",
        (SHARED,),
    ),
    Mutant(
        "news that come during a look lead to another",
        "engine/rereading.py",
        "        record.rereading.keys[key] = None\n        self._desk.mark_document(record.id)\n\n    def look(",
        "        if record.load is None:\n            record.rereading.keys[key] = None\n"
        "        self._desk.mark_document(record.id)\n\n    def look(",
        (SHARED,),
    ),
    Mutant(
        "what was destroyed is no longer called saved",
        "engine/rereading.py",
        "            saving.heads, saving.increments = kept, ()\n",
        "            pass\n",
        (SHARED,),
    ),
    Mutant(
        "the tombstone of another Repo is heeded",
        "engine/removal.py",
        "        elif document_id not in self._ids:\n            self._lay_to_rest(document_id)\n",
        "        elif document_id not in self._ids:\n            self._ids.add(document_id)\n",
        (SHARED,),
    ),
    Mutant(
        "an own tombstone that is being lifted buries nothing",
        "engine/removal.py",
        "if isinstance(event, Loaded) and not self._desk.own_writes.cover(key, self._desk.now):",
        "if isinstance(event, Loaded):",
        (SHARED,),
    ),
    Mutant(
        "nor does one that is listed",
        "engine/removal.py",
        "            if not self._desk.own_writes.cover(tombstone_key(document_id), self._desk.now):\n",
        "            if True:\n",
        (SHARED,),
    ),
    Mutant(
        "stored changes that wait for others are looked at again",
        "engine/loading.py",
        "            self.wait_for_missing(record)\n",
        "            pass\n",
        (SYNCED,),
    ),
    Mutant(
        "what is whole is never put aside",
        "engine/loading.py",
        "        if reason:\n            self._desk.emit(ChunkSetAside",
        "        reason = reason or 'it could not be applied'\n        if reason:\n"
        "            self._desk.emit(ChunkSetAside",
        (QUARANTINE,),
    ),
    Mutant(
        "a torn chunk waits for its minute",
        "engine/quarantine.py",
        "        due = suspect.since + QUARANTINE_SECONDS\n",
        "        due = suspect.since\n",
        (QUARANTINE,),
    ),
    Mutant(
        "an old torn chunk is looked at twice",
        "engine/quarantine.py",
        "max(suspect.since + QUARANTINE_SECOND_LOOK_SECONDS, untouched_since + QUARANTINE_SECONDS)",
        "untouched_since + QUARANTINE_SECONDS",
        (QUARANTINE,),
    ),
    Mutant(
        "a torn chunk is kept before it is removed",
        "engine/quarantine.py",
        "        if isinstance(event, PutFailed):\n",
        "        if False:\n",
        (QUARANTINE,),
    ),
    Mutant(
        "a chunk that was made whole meanwhile is not removed",
        "engine/quarantine.py",
        "        elif self._is_same(record, key, suspect, event):\n            self._desk.ask(lambda token: Delete(",
        "        else:\n            self._desk.ask(lambda token: Delete(",
        (QUARANTINE,),
    ),
    Mutant(
        "what is whole of a torn chunk is not called saved by it",
        "engine/loading.py",
        "document.kept([chunk.data for chunk in history], NO_HEADS, document.heads)",
        "document.heads",
        (QUARANTINE,),
    ),
    Mutant(
        "a torn chunk stays until what is whole of it is durable",
        "engine/quarantine.py",
        "            self._salvage(record, chunk)\n",
        "",
        (QUARANTINE,),
    ),
    Mutant(
        "foreign files stay where they are",
        "engine/quarantine.py",
        "if not _is_chunk_of_somebody(chunk) or",
        "if",
        (SYNCED,),
    ),
    Mutant(
        "a sibling is no foreign writer",
        "engine/siblings.py",
        "        if seen is Presence.ALIVE:\n            self.was_here()\n",
        "",
        (FOREIGN,),
    ),
    Mutant(
        "a sibling that just left is none either",
        "engine/siblings.py",
        "        self._seen_at = self._desk.now\n",
        "        pass\n",
        (FOREIGN, SHARED),
    ),
    Mutant(
        "JavaScript that claims the store's id writes there",
        "engine/foreign_writers.py",
        "if connection.store_id == self._local.storage_id and not connection.speaks_our_dialect:",
        "if False:",
        (FOREIGN,),
    ),
    Mutant(
        "the mark is kept in the store",
        "engine/foreign_writers.py",
        "            self._writes.write(FOREIGN_WRITERS_KEY, lambda: write_seen(seen_at))\n",
        "",
        (FOREIGN,),
    ),
    Mutant(
        "beside foreign writers a document at rest becomes one chunk",
        "engine/saving.py",
        "if not is_unsaved and not self._is_to_be_tidied(record):",
        "if not is_unsaved:",
        (FOREIGN,),
    ),
    Mutant(
        "and not while it is edited",
        "engine/saving.py",
        "saving.put, saving.tidy_at = None, None",
        "saving.put = None",
        (FOREIGN,),
    ),
    Mutant(
        "a watch that failed is begun anew",
        "repo/store_watch.py",
        "            if failure is None:\n                return\n",
        "            if failure is None or failure:\n                return\n",
        (WATCH,),
    ),
    Mutant(
        "after a gap anything may have changed",
        "repo/store_watch.py",
        "            self._post(StorageChanged(_ANYTHING))\n",
        "",
        (WATCH,),
    ),
)
