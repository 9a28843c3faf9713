"""Rules of what is known of stores in the next life, and of who is who (docs/peers.md, beneath the rows)."""

from tests.mutants.rules import Mutant

SCENARIOS = "tests/scenarios"
REMEMBERED = f"{SCENARIOS}/test_remembered_stores.py"
COPIES = f"{SCENARIOS}/test_siblings_and_copies.py"
WHO = f"{SCENARIOS}/test_who_is_there.py"
REPORTS = "tests/unit/engine/test_reports.py"
TIMES = "tests/unit/engine/test_times_in_rows.py"
LIVES = "tests/unit/engine/test_lives_written_down.py"

MEMORY_MUTANTS = (
    Mutant(
        "a table that was never read is not written over",
        "engine/remembering.py",
        "if self._table.is_over and self._keeps and _lasts(entry):",
        "if self._keeps and _lasts(entry):",
        (f"{REMEMBERED}::test_a_table_of_stores_that_cannot_be_read_is_not_written_over",),
    ),
    Mutant(
        "what was heard last is written before the Repo stops",
        "engine/stopping.py",
        "            self._writes.finish()\n",
        "",
        (REMEMBERED,),
    ),
    Mutant(
        "what was heard last is written when the document leaves",
        "engine/remembering.py",
        "self._writes.flush_below(record.id)",
        "self._writes.forget_below(record.id)",
        (REMEMBERED,),
    ),
    Mutant(
        "what documents remember of a forgotten store is void",
        "engine/stores.py",
        "if is_void or store_id == self._local.store_id:",
        "if store_id == self._local.store_id:",
        (REMEMBERED,),
    ),
    Mutant(
        "a date that is to come is no date",
        "values/dates.py",
        "return said > wall + CLOCK_AHEAD_SECONDS",
        "return False",
        (TIMES,),
    ),
    Mutant(
        "what was known of a store of another epoch does not count",
        "engine/store_facts.py",
        "        if self.store.epoch != (saved.epoch or self.store.epoch):\n            return False\n",
        "",
        (REMEMBERED,),
    ),
    Mutant(
        "a connection of ours is a life of its own beyond our own life",
        "values/lives.py",
        'f"{ours}/{life}"',
        'f"{life}"',
        (LIVES,),
    ),
    Mutant(
        "a life that goes on holds what it held, unless it has spoken since",
        "engine/store_facts.py",
        "if heads and life not in spoke:",
        "if heads:",
        (LIVES,),
    ),
    Mutant(
        "a key is written once a second",
        "engine/slow_writes.py",
        "self._alarm.set(self._desk.now + STORE_SAVE_SECONDS)\n\n    def remove",
        "self.flush()\n\n    def remove",
        (REMEMBERED,),
    ),
    Mutant(
        "a lease is looked for twice",
        "engine/siblings.py",
        "        if not last:\n",
        "        if False:\n",
        (COPIES,),
    ),
    Mutant(
        "who has no lease runs on a copy",
        "engine/siblings.py",
        "        connection.is_clone = True\n",
        "",
        (COPIES,),
    ),
    Mutant(
        "who came back under his id is no collision",
        "engine/peers.py",
        "if newer is None or self._desk.now < connection.namesake_since + LAST_WORDS_SECONDS:",
        "if newer is None:",
        (WHO,),
    ),
    Mutant(
        "a report that lacks unknown heads is judged once they are known",
        "engine/durable_word.py",
        "        report.owed = owed - known\n",
        "        report.owed = NO_HEADS\n",
        (REPORTS,),
    ),
    Mutant(
        "whose predecessor turns out to be dead vouches for all",
        "engine/durable_word.py",
        "        report.owed |= self.heads.heads\n",
        "",
        (REPORTS,),
    ),
    Mutant(
        "who is left says whether the document is there",
        "engine/evidence.py",
        "        facts.stand()\n",
        "",
        (REPORTS,),
    ),
    Mutant(
        "a report that names unknown heads is judged once they are known",
        "engine/durable_word.py",
        "            report.owed = frozenset(sorted(owed)[:MAX_HEADS_PER_STORE])\n",
        "",
        (REPORTS,),
    ),
    Mutant(
        "word of others does not count while a store speaks itself",
        "engine/store_facts.py",
        "return {} if self._speaks else self.hearsay",
        "return self.hearsay",
        (REPORTS,),
    ),
    Mutant(
        "since when a store lacks something is not lost by the next edit",
        "engine/coverage.py",
        "            facts.unsent_since = now if facts.unsent_since is None else facts.unsent_since\n"
        "            self._covered.pop(store, None)\n",
        "            facts.unsent_since = now\n            self._covered.pop(store, None)\n",
        (REMEMBERED, REPORTS),
    ),
)
