"""bogofilter: a Bayesian filter of words (Robinson, Fisher), a process that reads one mail.

Its manual offers no server; asked for many at once it reads their names from a pipe, which is what
is timed here.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peering.peer import LeftOut, Row, message, used_by


class Bogofilter:
    """One process in bulk mode."""

    name = "bogofilter"
    way = "file names through a pipe, one process for all"

    def __init__(self, process: subprocess.Popen[str], home: Path) -> None:
        self._process, self._file, self._number = process, home / "mails", 0
        self._file.mkdir()

    def score(self, text: str) -> float:
        """The probability of spam."""
        assert self._process.stdin
        assert self._process.stdout
        self._number += 1
        file = self._file / str(self._number)
        file.write_bytes(message(text))
        self._process.stdin.write(f"{file}\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        file.unlink()
        return float(answer.rsplit(maxsplit=1)[-1])

    def processor_seconds(self) -> float:
        """Of that process."""
        return used_by((self._process.pid,))


@contextmanager
def bogofilter(home: Path, rows: Sequence[Row]) -> Iterator[Bogofilter]:
    """One that has learnt these rows, and is gone afterwards."""
    program = shutil.which("bogofilter")
    if not program:
        raise LeftOut("apt-get install bogofilter")
    for kind, flag in ((1, "-s"), (0, "-n")):
        folder = home / f"kind{kind}"
        folder.mkdir()
        for number, (text, spam) in enumerate(rows):
            if spam == kind:
                (folder / str(number)).write_bytes(message(text, number))
        subprocess.run([program, flag, "-d", str(home), "-B", str(folder)], check=True)
    command = [program, "-b", "-T", "-d", str(home)]
    if stdbuf := shutil.which("stdbuf"):
        command = [stdbuf, "-oL", *command]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        try:
            yield Bogofilter(process, home)
        finally:
            process.terminate()
