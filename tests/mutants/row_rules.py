"""The rules of rows, safety, waits and leaving that are switched off, and the tests that must notice."""

from tests.mutants.rules import Mutant

GRAPH = "tests/unit/document/test_change_graph.py"
ROWS = "tests/unit/repo/test_rows_compared.py"
SAFETY = "tests/unit/repo/test_safety_policy.py"
WHOM = "tests/unit/repo/test_waits_for_whom.py"
OWN_STORE = "tests/unit/repo/test_waits_while_the_store_fails.py"
FOR_STORED = "tests/unit/repo/test_waits_for_stored.py"
NEIGHBOURS = "tests/unit/repo/test_neighbours.py"
BLOCKS = "tests/unit/repo/test_change_blocks.py"
SHELVED_MEMORY = "tests/unit/repo/test_shelved_memory.py"
SHELVED_ROWS = "tests/unit/repo/test_shelved_rows.py"
LEAVING = "tests/unit/repo/test_repo_leaving_safely.py"
WATCHED = "tests/unit/repo/test_repo_watched.py"

ROW_MUTANTS = (
    Mutant(
        "waits: what a store that could say more has in memory is no copy",
        "repo/goal.py",
        "view.judge.level_of_copy(",
        "view.judge.needed(",
        (FOR_STORED,),
    ),
    Mutant(
        "a file written from a document is no copy",
        "repo/safety.py",
        "    if row.is_projection:\n        return False\n",
        "",
        ("tests/unit/repo/test_projection.py",),
    ),
    Mutant(
        "what somebody else wrote to a file is not written over",
        "repo/projection.py",
        "if not is_ours and not self._may_overwrite:",
        "if False:",
        ("tests/unit/repo/test_projection.py",),
    ),
    Mutant(
        "rows: who never told has an unknown relation",
        "repo/comparing.py",
        "    if ours is None:\n        return Relation.UNKNOWN\n",
        "",
        (ROWS,),
    ),
    Mutant(
        "rows: a copied store is no copy",
        "repo/safety.py",
        "not row.same_store and not row.clone and",
        "not row.same_store and",
        (SAFETY,),
    ),
    Mutant(
        "rows: whom we call untrusted or dead is no copy",
        "repo/safety.py",
        "and row.trust in COUNTED",
        "and True",
        (SAFETY,),
    ),
    Mutant(
        "rows: word of others counts only if all who told are trusted",
        "repo/safety.py",
        "self.trusted.issuperset(row.via)",
        "True",
        (SAFETY,),
    ),
    Mutant(
        "rows: word of others does not count while the store is connected",
        "repo/safety.py",
        "row.link is not Link.CONNECTED and bool(row.via)",
        "bool(row.via)",
        (SAFETY,),
    ),
    Mutant(
        "rows: what was last heard of an ended life is shown and does not count",
        "repo/comparing.py",
        "    if row.known and standings[evidence.reported].lacks == 0:",
        "    if row.known and standings[evidence.shown].lacks == 0:",
        (SAFETY,),
    ),
    Mutant(
        "rows: a store that reports what it stored is no copy with less",
        "repo/safety.py",
        "return self.policy.level if row.durable_acks else needed",
        "return needed",
        (SAFETY,),
    ),
    Mutant(
        "rows: memory does not count where a better store is in reach",
        "repo/safety.py",
        "return self.policy.level if strict else",
        "return",
        (SAFETY,),
    ),
    Mutant(
        "rows: the edit of this moment is no stall",
        "repo/comparing.py",
        "else max(row.moved_at, self.moved_at)",
        "else row.moved_at",
        (ROWS,),
    ),
    Mutant(
        "rows: no date lies in the future",
        "repo/clock.py",
        "self.utc(min(reading, self.now))",
        "self.utc(reading)",
        (ROWS,),
    ),
    Mutant(
        "rows: heads unknown here are had by nobody who did not name them",
        "document/standing.py",
        "len(foreign - frontier)",
        "0",
        (
            GRAPH,
            ROWS,
        ),
    ),
    Mutant(
        "rows: a claimed name that is our name for another is told apart",
        "repo/calling.py",
        " and name not in petnames",
        "",
        (ROWS,),
    ),
    Mutant(
        "waits: of a list all are waited for",
        "repo/whom.py",
        "return all(any(match(row) for row in done) for match in self._targets)",
        "return any(any(match(row) for row in done) for match in self._targets)",
        (WHOM,),
    ),
    Mutant(
        "waits: who may not have it is no copy",
        "repo/goal.py",
        "        if one.row.denied:\n            return False\n",
        "",
        (WHOM,),
    ),
    Mutant(
        "waits: a lasting store that leaves is waited for",
        "repo/syncing.py",
        " and not whom.may_come_back",
        "",
        (WHOM,),
    ),
    Mutant(
        "waits: in means all that was there when it was first seen",
        "repo/goal.py",
        "row.unavailable or (had is not None and document.knows_all(had))",
        "True",
        (WHOM,),
    ),
    Mutant(
        "waits: a failing own store is not passed over",
        "repo/syncing.py",
        "        if not self._live.trouble:\n            raise error from None\n",
        "        raise error from None\n",
        (OWN_STORE,),
    ),
    Mutant(
        "waits: of all documents the own store's failure comes first",
        "repo/syncing_all.py",
        "if any(isinstance(error, StorageError) for error in failures):",
        "if False:",
        (OWN_STORE,),
    ),
    Mutant(
        "waits: what is never reported is not waited for",
        "repo/syncing.py",
        "wish.level is Level.STORED and self._is_never_reported(candidates)",
        "False",
        (FOR_STORED,),
    ),
    Mutant(
        "waits: who is dialed may report what it stored",
        "repo/syncing.py",
        "any(one.is_trying and one.state is not DialerState.CONNECTED for one in directory.dialers)",
        "False",
        (FOR_STORED,),
    ),
    Mutant(
        "waits: who comes by may report what it stored",
        "repo/syncing.py",
        "return not (trying or directory.is_reachable or self._running.is_introducing)",
        "return not (trying or self._running.is_introducing)",
        (FOR_STORED,),
    ),
    Mutant(
        "neighbours: a lease alone proves nothing",
        "repo/neighbours.py",
        "return not is_gone(lease) if lease.machine == here.machine else None",
        "return True",
        (NEIGHBOURS,),
    ),
    Mutant(
        "changes: a forgotten block warns",
        "repo/change_block.py",
        "if not self._was_opened and not sys.is_finalizing():",
        "if False:",
        (BLOCKS,),
    ),
    Mutant(
        "leaving: documents that are not open count",
        "repo/leaving.py",
        "{} if running.shelf is None else await running.shelf.summaries()",
        "{}",
        (LEAVING,),
    ),
    Mutant(
        "leaving: what was read is over once somebody wrote",
        "repo/shelf.py",
        "shelved is None or shelved.entries != entries",
        "shelved is None",
        (LEAVING,),
    ),
    Mutant(
        "leaving: what an ended life held does not count while another is connected",
        "repo/shelved_rows.py",
        "return row.held_by(self.lives) if is_connected else row.received",
        "return row.received",
        (SHELVED_MEMORY,),
    ),
    Mutant(
        "leaving: what is on its way to where it is looked for is waited for",
        "repo/shelf.py",
        "        await self._rows_written(_WRITING_SECONDS)\n",
        "",
        (SHELVED_ROWS,),
    ),
    Mutant(
        "leaving: an entry of this moment is not remembered",
        "repo/shelf.py",
        "one.time < now - _RACY_SECONDS",
        "True",
        (LEAVING,),
    ),
    Mutant(
        "leaving: what a store had before it was emptied is over",
        "repo/shelved_rows.py",
        "return same_life and not is_void",
        "return not is_void",
        (SHELVED_ROWS,),
    ),
    Mutant(
        "rows: old word counts for as long as the policy says",
        "repo/safety.py",
        "return row.as_of is not None and self.now - row.as_of <= limit",
        "return True",
        (SAFETY,),
    ),
    Mutant(
        "watching: the same state is not given twice",
        "repo/watched.py",
        "if state != self._given:",
        "if True:",
        (WATCHED,),
    ),
    Mutant(
        "watching: a verdict is told when a state turns",
        "repo/verdicts.py",
        "if _states(rows) != _states(new.peers):",
        "if True:",
        (WATCHED,),
    ),
)
