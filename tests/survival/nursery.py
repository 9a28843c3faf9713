"""Writers that live for milliseconds: forked from one warm interpreter, and killed while they write.

`python -m tests.survival.nursery` reads one JSON line for each request and answers with one: what each writer
was told is stored before it died. A fork of a process that has imported all, but made nothing, costs next to
nothing and starts as a new process would.
"""

import json
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.survival.writer import write_until_killed

PATIENCE_SECONDS = 20.0
"""For one word of a living writer."""


@dataclass(slots=True)
class Child:
    """A writer, and what it said so far."""

    process_id: int
    pipe: int
    said: bytes = b""
    alive: bool = True
    lines: list[str] = field(default_factory=list)

    def hear(self) -> None:
        """Read what is in the pipe now."""
        while select.select([self.pipe], [], [], 0)[0]:
            data = os.read(self.pipe, 65536)
            if not data:
                break
            self.said += data

    @property
    def words(self) -> int:
        return self.said.count(b"\n")

    def kill(self) -> None:
        """SIGKILL, and what it still had said."""
        os.kill(self.process_id, signal.SIGKILL)
        _, status = os.waitpid(self.process_id, 0)
        assert os.WIFSIGNALED(status), f"the writer ended by itself, with {status}"
        self.alive = False
        self.hear()
        os.close(self.pipe)
        # A line that was cut off was never told.
        self.lines = self.said.decode().split("\n")[:-1]


def born(folder: str, seed: int, others: Sequence[Child]) -> Child:
    """A new writer."""
    reading, writing = os.pipe()
    process_id = os.fork()
    if process_id == 0:
        for pipe in (reading, *(other.pipe for other in others)):
            os.close(pipe)
        try:
            write_until_killed(folder, seed, writing)
        finally:
            # Whatever happens, this is not the nursery.
            os._exit(1)
    os.close(writing)
    return Child(process_id, reading)


def wait_for_words(child: Child, words: int, others: Sequence[Child]) -> None:
    """Until it has said so many more."""
    wanted, until = child.words + words, time.monotonic() + PATIENCE_SECONDS
    while child.words < wanted:
        if time.monotonic() > until:
            raise TimeoutError(f"the writer said {child.words} of {wanted} words: {child.said[-300:]!r}")
        select.select([one.pipe for one in others], [], [], 0.5)
        for one in others:
            one.hear()


def lives(folder: str, writers: int, seed: int) -> list[list[str]]:
    """So many writers on one folder at once, killed one after the other, each at an instant drawn from the seed:
    before it has said anything, or up to two milliseconds after one of its first words.
    """
    chance = Random(seed)
    children: list[Child] = []
    for number in range(writers):
        children.append(born(folder, seed + number, children))
    living = list(children)
    while living:
        victim = chance.choice(living)
        if chance.random() < 0.2:
            time.sleep(chance.uniform(0, 0.03))
        else:
            wait_for_words(victim, chance.randint(1, 8), living)
            time.sleep(chance.uniform(0, 0.002))
        living.remove(victim)
        victim.kill()
    return [child.lines for child in children]


def main() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        sys.stdout.write(json.dumps(lives(**request)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
