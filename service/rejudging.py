"""What waits is judged again when the model or the rules are others; a person's ruling never is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from service import events, policy
from service.comments import Case, Decision, Site
from service.judge import Judge
from service.scoring.scorer import NoModel
from service.storage import accounts, store, tallies
from service.storage import events as told
from service.storage.engine import Database

_REST: Final = 4.0  # of the time it worked: a queue full of comments must not slow new ones


class Rejudging:
    """Keeps the machine's word on waiting comments up to date."""

    def __init__(self, database: Database, judge: Judge, now: Callable[[], datetime]) -> None:
        self._database = database
        self._judge = judge
        self._now = now

    def run(self, count: int = 200) -> int:
        """Judge again what waits under another model or other rules; how many were.

        A person's ruling is never judged again, and one that arrives meanwhile wins.
        """
        if isinstance(self._judge.scorer, NoModel):
            return 0
        done = 0
        with self._database.read() as tx:
            sites = accounts.all_sites(tx)
        for site in sites:
            for case, version in self._stale(site, count):
                began = time.perf_counter()
                decision = self._judge.decide_again(site, case)
                if decision != case.decision:  # what still cannot be scored stays untouched
                    done += self._replace(site, case, version, decision)
                time.sleep(_REST * (time.perf_counter() - began))
        return done

    def _stale(self, site: Site, count: int) -> list[tuple[Case, int]]:
        rules, model = policy.rules_version(site.rules), self._judge.scorer.version
        with self._database.read() as tx:
            return store.held_under_others(tx, site.id, model, rules, count)

    def _replace(self, site: Site, case: Case, version: int, decision: Decision) -> bool:
        """Put a new decision on a waiting comment; only another verdict is news to the site."""
        with self._database.begin() as tx:
            if not store.replace_decision(tx, case.id, version, decision):
                return False
            if decision.verdict != case.decision.verdict:
                told.tell(tx, site.id, [events.rescored(case.id, decision)], self._now())
            else:
                tallies.mark(tx, site.id, [case.id])  # of its reasons and its model
        return True
