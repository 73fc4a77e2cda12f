"""What a peer is, and how a comment is put to those that judge mail."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol

Row = tuple[str, int]
"""A text, and 1 where it is spam."""


class Peer(Protocol):
    """A filter that has learnt and can be asked."""

    name: str
    way: str
    """How it is asked."""

    def score(self, text: str) -> float:
        """Higher is worse; what it is measured by."""

    def processor_seconds(self) -> float:
        """What it and its servers have used so far."""


class LeftOut(Exception):
    """It is not here; the message says how to get it."""


def message(text: str, number: int = 0) -> bytes:
    """The comment as the smallest mail that no rule about missing headers holds against it."""
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit"))
    mail["From"] = "Budi <budi@news.example>"
    mail["To"] = "editor@news.example"
    mail["Subject"] = "comment"
    mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    mail["Message-ID"] = f"<{number}@news.example>"
    mail.set_content(text.encode("utf-8", "replace").decode(), charset="utf-8", cte="8bit")
    return bytes(mail)


def free_port() -> int:
    """A loopback port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def used_by(pids: Sequence[int]) -> float:
    """Processor seconds of these processes and of their children, dead or alive."""
    return sum(_used(pid) for pid in pids)


def _used(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_used(int(child)) for child in children)
