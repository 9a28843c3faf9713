"""`jupyter automerge serve` as a process that must not die, and how much memory it takes."""

from pathlib import Path

from tests.interop.serve_process import Serve


class Fortress(Serve):
    """The stand-alone server, watched."""

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    @property
    def megabytes(self) -> int:
        """Resident memory, where the system tells it (0 elsewhere)."""
        status = Path(f"/proc/{self._process.pid}/status")
        if not status.exists():
            return 0
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmRSS"].split()[0]) // 1024
