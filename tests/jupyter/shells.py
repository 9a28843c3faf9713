"""IPython shells of a test's own process."""

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


def new_shell() -> InteractiveShell:
    """One that writes no history: its database would be gone with the test's folder."""
    return InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
