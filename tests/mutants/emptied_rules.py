"""Rules of stores that are emptied while their Repo runs, and of what is resumed unasked (E47, E48)."""

from tests.mutants.rules import Mutant

MARKS = "tests/unit/repo/test_own_marks.py"
RESUMING = "tests/unit/repo/test_resuming.py"

EMPTIED_MUTANTS = (
    Mutant(
        "an emptied store is looked at twice (E48)",
        "repo/own_marks.py",
        "            await asyncio.sleep(MARKS_SECOND_LOOK_SECONDS)\n"
        "            if await self._are_there():\n                return True\n",
        "            self._post(StoreBeganAnew('another'))\n",
        (MARKS,),
    ),
    Mutant(
        "a store that cannot be read was not emptied (E48)",
        "repo/own_marks.py",
        "        except StorageError:\n            return True\n",
        "        except StorageError:\n            storage_id, epoch, is_kept = self._local.storage_id, '', True\n",
        (MARKS,),
    ),
    Mutant(
        "an emptied store is met anew by all (E48)",
        "engine/began_anew.py",
        "        parts.connections.close(connection, SERVICE_RESTART",
        "        (lambda *_: None)(connection, SERVICE_RESTART",
        (MARKS,),
    ),
    Mutant(
        "what is in memory is written into an emptied store again (E48)",
        "engine/began_anew.py",
        "    parts.store_changes.changed(())\n",
        "",
        (MARKS,),
    ),
    Mutant(
        "an emptied store gets its tombstones again (E48)",
        "engine/began_anew.py",
        "    parts.graveyard.began_anew()\n",
        "",
        (MARKS,),
    ),
    Mutant(
        "an emptied store takes no deletion back (E48)",
        "engine/removal.py",
        'return found == (self._local.epoch or "").encode()',
        "return True",
        (MARKS,),
    ),
    Mutant(
        "an emptied store that keeps nothing is not taken for a new one (E48)",
        "repo/own_marks.py",
        "            if not is_kept:\n",
        "            if False:\n",
        (MARKS,),
    ),
    Mutant(
        "another store in place of ours promises nothing (E48)",
        "repo/own_marks.py",
        "        if storage_id != self._local.storage_id:\n",
        "        if False:\n",
        (MARKS,),
    ),
    Mutant(
        "what is resumed is told to nobody else (E47)",
        "engine/sessions.py",
        "return record.only_for is None or connection.store_id in record.only_for",
        "return True",
        (RESUMING,),
    ),
    Mutant(
        "what was resumed is as any other once somebody opens it (E47)",
        "engine/sessions.py",
        "            record.only_for = None\n            self._speak(record)\n",
        "            pass\n",
        (RESUMING,),
    ),
    Mutant(
        "what is resumed leaves at once (E47)",
        "engine/collection.py",
        "            record.passing = True\n",
        "",
        (RESUMING,),
    ),
    Mutant(
        "what was never told is resumed for whom it was written for (E47)",
        "repo/owed.py",
        "and comer.dialed_since < written",
        "",
        (RESUMING,),
    ),
    Mutant(
        "a resumed document that nobody takes makes room (E47)",
        "repo/resuming.py",
        "                if left <= 0:\n                    return False\n",
        "",
        (RESUMING,),
    ),
    Mutant(
        "and is resumed less and less often (E47)",
        "repo/resuming.py",
        "again = min(2 * again,",
        "again = min(again,",
        (RESUMING,),
    ),
    Mutant(
        "who forgets a store has it asked of what it resumed (E47)",
        "repo/resuming.py",
        "or isinstance(notice, StoreForgotten)",
        "",
        (RESUMING,),
    ),
)
