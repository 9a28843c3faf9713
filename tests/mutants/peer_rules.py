"""Rules of the peer model: what counts as evidence, what takes it back, who is told, and what is called safe."""

from tests.mutants.rules import Mutant

SCENARIOS = "tests/scenarios"
REPORTS = "tests/unit/engine/test_reports.py"
DISKS = f"{SCENARIOS}/test_peers_and_disks.py"
OVER_TIME = f"{SCENARIOS}/test_peers_over_time.py"
CLAIMS = f"{SCENARIOS}/test_peers_that_claim_much.py"
RELAYED = f"{SCENARIOS}/test_relayed_rows.py"
STORES = f"{SCENARIOS}/test_what_stores_have.py"
READERS = f"{SCENARIOS}/test_readers.py"
STANDBY = f"{SCENARIOS}/test_primary_and_standby.py"
PHASES = "tests/unit/repo/test_connection_phases.py"
STOPWATCH = "tests/unit/network/test_stopwatch.py"
POLICY = "tests/unit/repo/test_safety_policy.py"
COMPARED = "tests/unit/repo/test_rows_compared.py"
WAITS = "tests/unit/repo/test_waits_for_whom.py"
DELETING = "tests/unit/repo/test_repo_deleting.py"
CLAIMED = "tests/unit/repo/test_claimed_names.py"
MOMENTS = "tests/unit/repo/test_repo_moments.py"
LOSSES = f"{SCENARIOS}/test_losses_passed_on.py"

PEER_MUTANTS = (
    Mutant(
        "reports unite by ancestry",
        "engine/head_set.py",
        "self._settle(before | heads, history)",
        "self._settle(heads, history)",
        (REPORTS,),
    ),
    Mutant(
        "proof of a loss takes back what was stored",
        "engine/durable_word.py",
        "lost = {head for head in known if head in history.reduced(report.heads | {head})}",
        "lost = NO_HEADS",
        (DISKS,),
    ),
    Mutant(
        "who says that it is not there keeps it no longer",
        "engine/evidence.py",
        "if facts.disown():",
        "if False:",
        (REPORTS,),
    ),
    Mutant(
        "what is remembered is not enough to delete our own",
        "engine/removal.py",
        "facts.durable.is_current and record.heads",
        "record.heads",
        ("tests/scenarios/test_deletion.py",),
    ),
    Mutant(
        "our own goes only where the policy is met",
        "repo/removing.py",
        "return missing or (",
        "return (",
        (DELETING,),
    ),
    Mutant(
        "what is on the shelf is looked at before it is deleted",
        "repo/removing.py",
        "if not await _is_stored(running, document_id):",
        "if True:",
        (DELETING,),
    ),
    Mutant(
        "what a store claims means it only while it is its alone",
        "repo/known_stores.py",
        " and not self._claimed.is_others(name, row.store_id)",
        "",
        (CLAIMED,),
    ),
    Mutant(
        "an id that reads as a name is a claim",
        "repo/claims.py",
        "    except ValueError:\n        return True\n",
        "    except ValueError:\n        return False\n",
        (CLAIMED,),
    ),
    Mutant(
        "edits of a reader are no work that stalls",
        "repo/comparing.py",
        " or (row.reader and relation is Relation.BEHIND)",
        "",
        (READERS,),
    ),
    Mutant(
        "a report that was cut proves no loss",
        "engine/durable_word.py",
        "if len(report.heads) > MAX_HEADS_PER_STORE:",
        "if False:",
        (DISKS,),
    ),
    Mutant(
        "a new epoch voids what was known of a store",
        "engine/stores.py",
        "if epoch not in (None, entry.epoch):",
        "if False:",
        (DISKS, REPORTS),
    ),
    Mutant(
        "a new life's first word takes the place of ended ones",
        "engine/store_facts.py",
        "before = NO_HEADS if life in self.memories else self._drop(life)",
        "before = NO_HEADS",
        (DISKS, REPORTS),
    ),
    Mutant(
        "what an ended life held counts for nothing while another is connected",
        "engine/store_facts.py",
        "for life, memory in self.memories.items() if life in running or not running]",
        "for life, memory in self.memories.items()]",
        (DISKS, REPORTS),
    ),
    Mutant(
        "what a life held that ended is gone if another of its store goes on",
        "engine/store_facts.py",
        "            self._miss(self._end_memories((life,)), history)\n",
        "            pass\n",
        (REPORTS,),
    ),
    Mutant(
        "hearsay is stored only by word of whom we trust",
        "engine/store_rows.py",
        "for reporter, word in words.items() if self._stores.is_trusted(reporter)]",
        "for reporter, word in words.items()]",
        (RELAYED,),
    ),
    Mutant(
        "nobody vouches for what he does not trust",
        "engine/retelling.py",
        "if reporter != hearer and self._stores.is_trusted(reporter)",
        "if reporter != hearer",
        (RELAYED,),
    ),
    Mutant(
        "a loss takes the place of what its teller said",
        "engine/store_facts.py",
        "if word is None or said.instead or (",
        "if word is None or (",
        (LOSSES,),
    ),
    Mutant(
        "a loss that was heard of is passed on",
        "engine/store_facts.py",
        "        if before is not None and word.lacks(before, history):\n            self.losses += 1\n",
        "",
        (LOSSES,),
    ),
    Mutant(
        "a loss is told of as one",
        "engine/retelling.py",
        "if told.losses != facts.losses:",
        "if False:",
        (LOSSES,),
    ),
    Mutant(
        "who was away hears of a loss when he is back",
        "engine/retelling.py",
        "    if not told.heads.heads:\n        return True\n",
        "",
        (LOSSES,),
    ),
    Mutant(
        "a loss of memory is passed on",
        "engine/store_facts.py",
        "        if before and is_beyond(before, self.memories.values(), history):\n            self.losses += 1\n",
        "        if before and is_beyond(before, self.memories.values(), history):\n",
        (LOSSES,),
    ),
    Mutant(
        "an echo of our own store is no evidence",
        "engine/stores.py",
        "if store_id in (self._local.store_id, reporter.store_id):",
        "if store_id == reporter.store_id:",
        (REPORTS,),
    ),
    Mutant(
        "a sibling on our own store is no copy",
        "repo/safety.py",
        "return not row.same_store and ",
        "return ",
        (POLICY,),
    ),
    Mutant(
        "the memory of a page leaves nothing on disk",
        "engine/resume.py",
        "        if metadata.storage_id is None or metadata.is_ephemeral:\n"
        "            return None\n"
        "        return record.resume_with(metadata.storage_id)",
        "        return record.resume_with(connection.store_id)",
        (STORES, DISKS),
    ),
    Mutant(
        "a forgotten store is not brought back by others",
        "engine/stores.py",
        "if forgotten is not None and self._desk.wall < forgotten + STORE_FORGOTTEN_SECONDS:",
        "if False:",
        (OVER_TIME,),
    ),
    Mutant(
        "what a peer said goes not back to it",
        "engine/retelling.py",
        "        if reporter != hearer:\n",
        "        if True:\n",
        (RELAYED,),
    ),
    Mutant(
        "no row of a document that the peer has not spoken of",
        "engine/gossip.py",
        "return session.engaged and session.requested and connection.metadata.kind != PAGE",
        "return session.engaged and connection.metadata.kind != PAGE",
        (RELAYED,),
    ),
    Mutant(
        "a row is told when nothing moved for five seconds",
        "engine/lulls.py",
        "            facts.stalled = True\n            self._touch(record, facts)\n",
        "            facts.stalled = True\n",
        (OVER_TIME, REPORTS),
    ),
    Mutant(
        "bytes on their way are no standstill",
        "engine/lulls.py",
        "        connection.moved_at = self._desk.now\n",
        "",
        (OVER_TIME, REPORTS),
    ),
    Mutant(
        "a wait is about the heads at the call",
        "repo/goal.py",
        "standings = standings_of(document, self.heads, candidates)",
        "standings = standings_of(document, document.heads, candidates)",
        (WAITS,),
    ),
    Mutant(
        "heads moved when they did, not when somebody looked",
        "repo/live.py",
        "    def _committed(self, changed: Changed) -> None:\n        self.moved_at(self._now())\n",
        "    def _committed(self, changed: Changed) -> None:\n",
        (MOMENTS,),
    ),
    Mutant(
        "unknown heads are not taken for ours",
        "repo/comparing.py",
        "return Relation.DIVERGED if unknown else Relation.AHEAD",
        "return Relation.BEHIND if unknown else Relation.AHEAD",
        (COMPARED,),
    ),
    Mutant(
        "more heads than are kept are told of",
        "engine/evidence.py",
        "if len(heads) > MAX_HEADS_PER_STORE and not connection.overclaims:",
        "if False:",
        (CLAIMS,),
    ),
    Mutant(
        "a reader hears that what it follows is not here",
        "engine/availability.py",
        "return session.holds and connection.access is Access.READ and connection.speaks_our_dialect",
        "return False",
        (READERS,),
    ),
    Mutant(
        "on a connection that stands by nothing is begun",
        "engine/session.py",
        "return main is not None and main is not self and main.engaged",
        "return False",
        (STANDBY,),
    ),
    Mutant(
        "what is said on a standby is answered there",
        "engine/session.py",
        "return self._is_admitted and (self.owes or not self.stands_by)",
        "return self.engaged",
        (STANDBY,),
    ),
    Mutant(
        "a standby takes over when the primary closes",
        "engine/connections.py",
        "            self.primaries.left(connection)\n",
        "",
        (STANDBY,),
    ),
    Mutant(
        "a connection that takes over begins what there is to say",
        "engine/parts.py",
        "        self.sessions.led_by(connection)\n",
        "",
        (STANDBY,),
    ),
    Mutant(
        "one end says which connection is primary",
        "engine/primaries.py",
        "            self._say(current)\n",
        "            pass\n",
        (STANDBY,),
    ),
    Mutant(
        "the primary stays when a better connection comes",
        "engine/primaries.py",
        "if self._is_stuck(current) and connection is not current:",
        "if connection is not current:",
        (STANDBY,),
    ),
    Mutant(
        "a primary that is stuck yields to a new connection",
        "engine/primaries.py",
        "if self._is_stuck(current) and connection is not current:",
        "if False:",
        (STANDBY,),
    ),
    Mutant(
        "a peer that asks on a standby is not waited for on its primary",
        "engine/inbox.py",
        "                session.main.standing = Standing.WANTS\n",
        "                pass\n",
        (STANDBY,),
    ),
    Mutant(
        "a Dialer's newer connection takes the place of its older one",
        "engine/connections.py",
        "        self._replace_same_dialer(connection)\n",
        "",
        (STANDBY,),
    ),
    Mutant(
        "connections with other rights do not stand by for each other",
        "engine/connection.py",
        "return self.life, self.user, self.access, self.metadata.access or Access.WRITE",
        "return self.life",
        (STANDBY,),
    ),
    Mutant(
        "the answer to an earlier ping is not taken for that to the last",
        "network/stopwatch.py",
        "if began_at is None or payload != self._payload:",
        "if began_at is None:",
        (STOPWATCH,),
    ),
    Mutant(
        "a greeting answered is a round trip",
        "repo/links.py",
        "            self.measured(connection, now - line.last_sent)\n",
        "            pass\n",
        (PHASES,),
    ),
)
