"""Rules of remote heads and of several addresses of one peer, to be switched off."""

from tests.mutants.rules import CONNECTIONS, Mutant

WISHES = "tests/scenarios/test_remote_heads.py"
ROWS = "tests/scenarios/test_relayed_rows.py"
JAVASCRIPT_ROWS = "tests/scenarios/test_rows_for_javascript.py"
ADDRESSES = "tests/scenarios/test_two_addresses.py"
DRAWN_LINES = "tests/properties/test_stored_by_hearsay.py"
REACH = "tests/scenarios/test_stores_in_reach.py"

REMOTE_HEADS_MUTANTS = (
    Mutant(
        "a subscriber that leaves takes no other wish along",
        "engine/subscriptions.py",
        "return store in self._own or self._others_follow(connection, store) or store in connection.curious",
        "return self._others_follow(connection, store) or store in connection.curious",
        (WISHES,),
    ),
    Mutant(
        "javascript is left a wish that it could not take up again",
        "engine/subscriptions.py",
        "return connection.speaks_our_dialect or _follows_itself(connection, store)",
        "return True",
        (f"{WISHES}::test_javascript_upstream_is_left_the_wish_that_it_could_not_take_up_again",),
    ),
    Mutant(
        "an upstream that comes back is asked again",
        "engine/subscriptions.py",
        "for store in [*self._own, *self._followers]:",
        "for store in ():",
        (f"{WISHES}::test_an_upstream_that_comes_back_is_asked_again_for_all",),
    ),
    Mutant(
        "nobody is asked about itself",
        "engine/subscriptions.py",
        "if store in (self._local.store_id, connection.store_id):",
        "if store == self._local.store_id:",
        (f"{WISHES}::test_nobody_is_asked_about_its_own_store_or_ours",),
    ),
    Mutant(
        "javascript that follows a store itself is not asked",
        "engine/subscriptions.py",
        "if not connection.speaks_our_dialect and not _follows_itself(connection, store):",
        "if not connection.speaks_our_dialect:",
        (f"{JAVASCRIPT_ROWS}::test_javascript_that_follows_the_store_itself_is_not_asked",),
    ),
    Mutant(
        "a store is in reach for as long as somebody says so",
        "engine/store_links.py",
        "        if reporter in entry.reached.values():\n            return True\n",
        "",
        (REACH,),
    ),
    Mutant(
        "a store that its teller lost is out of reach at once",
        "engine/store_links.py",
        "if at <= entry.unreached.get(reporter, -inf) + UNREACHED_SLACK_SECONDS:",
        "if False:",
        (REACH,),
    ),
    Mutant(
        "nobody reaches for others whose own connection is gone",
        "engine/store_links.py",
        "            other.reach_moved |= other.reached.pop(connection.id, None) is not None\n",
        "            pass\n",
        (REACH,),
    ),
    Mutant(
        "who told nothing of a store says nothing of reaching it",
        "engine/store_links.py",
        "entry.is_ours or teller.store_id not in entry.reporters:",
        "entry.is_ours:",
        (REACH,),
    ),
    Mutant(
        "only of stores that the hearer was told of",
        "engine/reach.py",
        "            if store in hearer.told:\n                self._owe",
        "            if hearer.told.setdefault(StorageId(store), False) is not None:\n                self._owe",
        (REACH,),
    ),
    Mutant(
        "stamps grow strictly",
        "engine/stamps.py",
        "max(self._desk.wall_ms, last + 1.0)",
        "self._desk.wall_ms // 1000 * 1000",
        (ROWS, JAVASCRIPT_ROWS),
    ),
    Mutant(
        "no saved heads of a document that javascript has not loaded",
        "engine/acknowledging.py",
        "return wished and session.engaged and session.holds",
        "return wished and session.engaged",
        (WISHES,),
    ),
    Mutant(
        "no saved heads for who passes a wish on",
        "engine/acknowledging.py",
        "wished = own is not None and connection.follows.get(own, False)",
        "wished = own is not None and own in connection.follows",
        (f"{WISHES}::test_who_passes_a_wish_on_is_not_told_of_our_own_store",),
    ),
    Mutant(
        "javascript is told what is saved while the disk takes its time",
        "engine/acknowledging.py",
        "if saved == record.saving.heads != record.heads:",
        "if saved != record.saving.heads:",
        (f"{WISHES}::test_a_subscriber_that_saw_unsaved_heads_is_told_which_are_saved",),
    ),
    Mutant(
        "no rows of a document that javascript has not loaded",
        "engine/gossip.py",
        "return session.engaged and session.holds",
        "return session.engaged",
        (ROWS, JAVASCRIPT_ROWS),
    ),
    Mutant(
        "no rows of a document that is denied",
        "engine/gossip.py",
        "return session.engaged and session.requested and",
        "return session.requested and",
        (f"{ROWS}::test_S20_a_document_that_a_peer_may_not_have_is_never_named_to_it",),
    ),
    Mutant(
        "no rows of memories that end with their process",
        "engine/gossip.py",
        "return facts is not None and not facts.is_ephemeral",
        "return facts is not None",
        (f"{ROWS}::test_the_memory_of_a_page_is_not_told_of_and_a_page_is_not_told",),
    ),
    Mutant(
        "rows are told ten times a second",
        "engine/gossip.py",
        "session.rows.next_at = self._desk.now + 1 / ROWS_TOLD_PER_SECOND",
        "session.rows.next_at = 0.0",
        (f"{ROWS}::test_a_hundred_edits_a_second_are_told_of_ten_times_a_second",),
    ),
    Mutant(
        "javascript knows no levels",
        "engine/gossip.py",
        "row = said if ours else StoreHeads(said.heads, said.timestamp)",
        "row = said",
        (f"{ROWS}::test_through_javascript_nothing_is_more_than_received",),
    ),
    Mutant(
        "a row is told again only when it grew",
        "engine/retelling.py",
        "grew, kept = told.heads.add(heads, history), told.stored.add(stored, history)",
        "grew, kept = True, told.stored.add(stored, history) or True",
        (f"{ROWS}::test_what_several_say_is_told_once",),
    ),
    Mutant(
        "old word is told as old",
        "engine/retelling.py",
        "age = 0.0 if store.connections or facts.as_of is None else now - facts.as_of",
        "age = 0.0",
        (f"{ROWS}::test_S17_what_was_last_heard_an_hour_ago_is_told_as_old",),
    ),
    Mutant(
        "in drawn lines: who is not trusted makes nothing stored",
        "engine/store_rows.py",
        "for reporter, word in words.items() if self._stores.is_trusted(reporter)]",
        "for reporter, word in words.items()]",
        (DRAWN_LINES,),
    ),
    Mutant(
        "in drawn lines: nobody passes on who is not trusted by him",
        "engine/retelling.py",
        "if reporter != hearer and self._stores.is_trusted(reporter)",
        "if reporter != hearer",
        (DRAWN_LINES,),
    ),
    Mutant(
        "in drawn lines: what comes through javascript is never stored",
        "engine/gossip.py",
        "row = said if ours else StoreHeads(said.heads, said.timestamp)",
        "row = said",
        (DRAWN_LINES,),
    ),
    Mutant(
        "in drawn lines: what is received is not stored",
        "engine/store_rows.py",
        "trusted = [word.stored for",
        "trusted = [word.received for",
        (DRAWN_LINES,),
    ),
    Mutant(
        "another address of a peer that came by stands by",
        "engine/dialers.py",
        "if dialer.state is DialerState.WAITING and dialer.led_to == peer_id:",
        "if dialer.state is DialerState.STANDBY and dialer.led_to == peer_id:",
        (ADDRESSES, CONNECTIONS),
    ),
    Mutant(
        "an address that stands by takes over",
        "engine/dialers.py",
        "dialer.turn(Turn.PARTED)",
        "pass",
        (ADDRESSES,),
    ),
    Mutant(
        "whoever forgets a relay hears that it leaves",
        "engine/stores.py",
        "            entry.tells_of_others = told_of_others\n",
        "",
        (REACH,),
    ),
)
