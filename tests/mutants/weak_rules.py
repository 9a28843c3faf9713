"""Rules of stores that may lose what they confirmed (docs/peers.md, E43)."""

from tests.mutants.rules import Mutant

WEAK = "tests/unit/repo/test_weak_stores.py"
LOSSES = "tests/scenarios/test_losses_in_the_store.py"

WEAK_MUTANTS = (
    Mutant(
        "a weak store promises nothing",
        "engine/local.py",
        "durable_acks=not self.weakness,",
        "durable_acks=True,",
        (WEAK,),
    ),
    Mutant(
        "a weak store reports nothing",
        "engine/acknowledging.py",
        "return NO_HEADS if self._local.weakness else record.saving.heads",
        "return record.saving.heads",
        (WEAK,),
    ),
    Mutant(
        "what ends with its process is a memory",
        "engine/local.py",
        "is_ephemeral=not self.has_storage or self.fleeting,",
        "is_ephemeral=not self.has_storage,",
        (WEAK,),
    ),
    Mutant(
        "a store that becomes weak is found out",
        "repo/storing.py",
        "        self._look_for_weakness()\n",
        "",
        (WEAK,),
    ),
    Mutant(
        "a store that becomes weak takes its word back",
        "engine/engine.py",
        "        self._parts.acknowledging.weakened()\n",
        "",
        (WEAK,),
    ),
    Mutant(
        "whoever keeps documents in a cache hears what others stored",
        "engine/connection.py",
        "return self.metadata.durable_acks or self.speaks_our_dialect",
        "return self.metadata.durable_acks",
        (WEAK,),
    ),
    Mutant(
        "what is remembered as stored is void without a promise",
        "engine/store_facts.py",
        "stored=NO_HEADS)  # E43",
        "stored=saved.stored)",
        (WEAK,),
    ),
    Mutant(
        "who promises no more has stored nothing",
        "engine/store_news.py",
        "            if facts is not None and facts.disclaim():\n",
        "            if facts is not None and not facts:\n",
        (WEAK,),
    ),
    Mutant(
        "what is gone from the store is taken back",
        "engine/rereading.py",
        "            self.lost(record)\n",
        "",
        (LOSSES,),
    ),
    Mutant(
        "what was just written can be lost, too",
        "engine/rereading.py",
        "if not own.cover(key, now) or own.had_ended(key, asked_at))",
        "if not own.cover(key, now))",
        (LOSSES,),
    ),
    Mutant(
        "an empty report takes back whatever was reported",
        "engine/durable_word.py",
        "is_cheap = at_any_cost or not report.heads or history.places_at_once",
        "is_cheap = at_any_cost or history.places_at_once",
        (LOSSES,),
    ),
)
