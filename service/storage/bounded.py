"""A connection to PostgreSQL that gives up on a server which says nothing.

`statement_timeout` ends what a server works on for too long, and TCP's own limits notice a machine
that is gone. Neither sees one that took the question and fell silent: a frozen process, or a
connection pooler that waits for a database behind it.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

SILENT_SECONDS = 2.0
"""How much longer than a statement may take the server has to say that it took too long."""


def bounded(statement_seconds: float) -> type[psycopg.Connection[Any]]:
    """A class of connections that wait so long for each answer, and a little more."""
    most = statement_seconds + SILENT_SECONDS

    class Bounded(psycopg.Connection[Any]):
        def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
            """Wait for an answer; a connection on which none came is good for nothing more."""
            try:
                return super().wait(gen, *args, **{"timeout": most, **kwargs})
            except psycopg.OperationalError:
                if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                    self.close()
                raise

    return Bounded
