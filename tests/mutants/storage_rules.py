"""Rules of the store of files, on which the word STORED rests."""

from tests.mutants.rules import Mutant

POWER = "tests/unit/storage/test_power_cut.py"
ROUNDS = "tests/unit/storage/test_rounds.py"
FILES = "tests/unit/storage/test_file_storage.py"
DRAWN = "tests/properties/test_files_survive_power_cuts.py"

WRITE = "            unfinished = self._unfinished.write(write.data)\n"
RENAME = "            try:\n                self._os.replace(unfinished, write.path)\n"

STORAGE_MUTANTS = (
    Mutant(
        "fsync of files",
        "storage/unfinished.py",
        "            self._os.sync(descriptor)\n",
        "",
        (POWER,),
    ),
    Mutant(
        "fsync of the folder of a new file",
        "storage/write_round.py",
        "[*self._directories.make(folder), folder]",
        "self._directories.make(folder)",
        (POWER,),
    ),
    Mutant(
        "fsync of the folders around a new folder",
        "storage/directories.py",
        "return [*to_sync, directory.parent]",
        "return to_sync",
        (POWER,),
    ),
    Mutant(
        "a folder that is there is not thereby durable",
        "storage/directories.py",
        "        self._make_one(directory)\n        return [*to_sync",
        "        if self._is_folder(directory):\n"
        "            return to_sync\n"
        "        self._make_one(directory)\n        return [*to_sync",
        (POWER,),
    ),
    Mutant(
        "fsync of the name of the store's own folder",
        "storage/directories.py",
        "                self._os.sync_directory(directory.parent)\n            return\n",
        "                pass\n            return\n",
        (POWER,),
    ),
    Mutant(
        "files are synced before they are renamed",
        "storage/write_round.py",
        WRITE + RENAME,
        "            sync, self._os.sync = self._os.sync, lambda _: None  # type: ignore[method-assign]\n"
        + WRITE
        + "            self._os.sync = sync  # type: ignore[method-assign]\n"
        + RENAME
        + "                descriptor = self._os.open(write.path, 0)\n"
        "                self._os.sync(descriptor)\n"
        "                self._os.close(descriptor)\n",
        (POWER,),
    ),
    Mutant(
        "a file is written aside, not in its place",
        "storage/write_round.py",
        WRITE,
        "            aside, self._unfinished.folder = self._unfinished.folder, folder\n"
        + WRITE
        + "            self._unfinished.folder = aside\n",
        (POWER, DRAWN),
    ),
    Mutant(
        "fsync of the folder of a removed file",
        "storage/durable.py",
        "                self._os.unlink(path)\n                self._os.sync_directory(path.parent)\n",
        "                self._os.unlink(path)\n",
        (POWER,),
    ),
    Mutant(
        "fsync of the folder of a removed range",
        "storage/durable.py",
        "        self._os.sync_directory(path.parent)\n        remove_tree(self._os, unwanted)\n",
        "        remove_tree(self._os, unwanted)\n",
        (POWER,),
    ),
    Mutant(
        "a range vanishes at once",
        "storage/durable.py",
        "            self._os.replace(path, unwanted)\n",
        "            remove_tree(self._os, path)\n",
        (POWER,),
    ),
    Mutant(
        "a key is created by one step, not checked and then written",
        "storage/durable.py",
        "            self._os.link(unfinished, path)\n",
        "            self._os.replace(unfinished, path)\n",
        (FILES,),
    ),
    Mutant(
        "what is found instead of being created is synced",
        "storage/durable.py",
        "        self._directories.ensure(path.parent)\n        self._os.sync_directory(path.parent)\n"
        "        return data\n",
        "        return data\n",
        (POWER,),
    ),
    Mutant(
        "a round has its bound",
        "storage/rounds.py",
        "range(min(FILES_PER_ROUND, len(self._waiting)))",
        "range(len(self._waiting))",
        (ROUNDS,),
    ),
    Mutant(
        "a folder is synced once in a round",
        "storage/write_round.py",
        "{folder: None for write in writes for folder in write.to_sync}",
        "[folder for write in writes for folder in write.to_sync]",
        (ROUNDS,),
    ),
    Mutant(
        "one round at a time",
        "storage/rounds.py",
        "        self._is_running = True\n",
        "",
        (ROUNDS,),
    ),
    Mutant(
        "a file that fails fails alone",
        "storage/rounds.py",
        "defect or write.error",
        "defect or next((one.error for one, _ in this_round if one.error), None)",
        (ROUNDS,),
    ),
    Mutant(
        "folders that another process removed are made anew",
        "storage/write_round.py",
        "            self._directories.forget_all()\n",
        "",
        (FILES,),
    ),
    Mutant(
        "the leftovers of the dead are removed",
        "storage/leftovers.py",
        "            remove_tree(os, path)\n",
        "            pass\n",
        (FILES, DRAWN),
    ),
    Mutant(
        "the unfinished files of the living stay",
        "storage/leftovers.py",
        "    if not os.is_running(process_id):\n",
        "    if True:\n",
        (FILES,),
    ),
    Mutant(
        "fsync of files that others wrote, before they are shown (P71)",
        "storage/durable_reads.py",
        "            _unless_gone(self._sync_file, path)\n",
        "            pass\n",
        (POWER,),
    ),
    Mutant(
        "fsync of the folders around them (P71)",
        "storage/durable_reads.py",
        "                _unless_gone(self._os.sync_directory, folder)\n",
        "                pass\n",
        (POWER, "tests/properties/test_repos_survive_power_cuts.py"),
    ),
    Mutant(
        "a file that others wrote anew is another file (P71)",
        "storage/durable_reads.py",
        "return self._durable.get(path) == status",
        "return path in self._durable",
        (POWER,),
    ),
)
