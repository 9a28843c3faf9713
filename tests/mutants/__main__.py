"""`make mutants`: switch named rules off, one at a time, and see that a test turns red each time.

`python -m tests.mutants NAME...` tries those whose name contains one of the words. Exit code 1: one survived.
"""

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from time import monotonic

from tests.mutants.every_rule import EVERY_MUTANT
from tests.mutants.rules import Mutant
from tests.mutants.workshop import Outcome, Workshop

SOUND_SECONDS = 900
"""For all of their tests together, which run once while every rule is in force."""


def main(words: list[str]) -> int:
    chosen = [mutant for mutant in EVERY_MUTANT if not words or any(word in mutant.rule for word in words)]
    if not chosen:
        say(f"no rule's name contains {' or '.join(words)}")
        return 1
    began = monotonic()
    outcomes = list(tried(chosen))
    survivors = [outcome.rule for outcome in outcomes if not outcome.noticed]
    say(f"{len(outcomes)} rules switched off in {monotonic() - began:.0f} s, {len(survivors)} unnoticed")
    for rule in survivors:
        say(f"unnoticed: {rule}")
    return 1 if survivors else 0


def tried(mutants: list[Mutant]) -> Iterable[Outcome]:
    """What became of each, told as it happens. First all tests must pass with every rule in force."""
    workers = min(4, cpu_count() or 1)
    with TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(workers) as pool:
        idle: SimpleQueue[Workshop] = SimpleQueue()
        for number in range(workers):
            idle.put(Workshop.furnished(folder, number))

        def work(mutant: Mutant) -> Outcome:
            workshop = idle.get()
            try:
                return workshop.try_out(mutant)
            finally:
                idle.put(workshop)

        sound = idle.get()
        failed = sound.red_test(sorted({test for mutant in mutants for test in mutant.tests}), SOUND_SECONDS)
        idle.put(sound)
        if failed:
            raise SystemExit(f"before any rule was touched, {failed}")
        for outcome in pool.map(work, mutants):
            say(f"{'red' if outcome.noticed else 'GREEN':5} {outcome.rule:57} {outcome.what}")
            yield outcome


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
