"""Thresholds follow a site's own rulings: once a day it is asked what they say by now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from service.bounds import Good, learn
from service.comments import Site
from service.learnt import Evidence, Learnt
from service.rulebook import limits
from service.scoring.scorer import NoModel, Scorer, shares
from service.storage import accounts
from service.storage import learnt as kept
from service.storage.engine import Database
from service.storage.learnt import Ruled, Stratum

WINDOW: Final = timedelta(days=90)
SETTLED: Final = timedelta(days=1)  # what is younger may still wait for its ruling
EVERY: Final = timedelta(days=1)
MOST_UNRULED: Final = 0.2
"""Where more of what was held has no ruling, the rest was perhaps picked, and says nothing."""

_LANGUAGES: Final = ("id", "en", "mixed", "other")


@dataclass(frozen=True, slots=True)
class InForce:
    """The thresholds of one head: the model's own, the bounds of the rulings, and what holds."""

    hold: float | None
    reject: float | None
    model_hold: float | None
    model_reject: float | None

    @property
    def source(self) -> str:
        """Whose word it is: ``model``, or ``rulings`` where they moved it."""
        mine, models = (self.hold, self.reject), (self.model_hold, self.model_reject)
        return "model" if mine == models else "rulings"


InForceByLanguage = Mapping[str, tuple[Evidence | None, Mapping[str, InForce]]]


class Thresholds:
    """Draws bounds from rulings and stores them as versions."""

    def __init__(
        self,
        database: Database,
        scorer: Callable[[], Scorer | NoModel],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._scorer = scorer
        self._now = now
        self._asked: dict[str, datetime] = {}

    def learn_all(self) -> int:
        """Ask every site that was not asked for a day; how many got new bounds."""
        with self._database.read() as tx:
            sites = accounts.all_sites(tx)
        due = [site for site in sites if self._is_due(site)]
        return sum(self.learn(site) for site in due)

    def learn(self, site: Site) -> bool:
        """Draw a site's bounds anew; whether they are others than those in force."""
        scorer = self._scorer()
        if isinstance(scorer, NoModel) or not site.rules.learn_thresholds:
            return False
        self._asked[site.id] = self._now()
        until = self._now() - SETTLED
        asked = (site.id, scorer.version, until - WINDOW, until)
        with self._database.read() as tx:
            sample = weighed(kept.strata(tx, *asked), kept.ruled(tx, *asked))
            before = kept.latest(tx, site.id)
        version, heads = before.version + 1 if before else 1, shares(0.0, 0.0)
        found = learn(site.id, version, scorer.version, sample, tuple(heads))
        if found.curves == (before.curves if before else {}):
            return False
        with self._database.begin() as tx:
            kept.add(tx, found, self._now())
        return True

    def in_force(self, site: Site) -> InForceByLanguage:
        """By language: what its bounds rest on, and the thresholds of every head."""
        scorer, rules = self._scorer(), site.rules.at(self._now())
        found = {}
        for language in _LANGUAGES:
            mine = limits(scorer, rules, language)
            models = limits(scorer, rules.unlearnt(), language)
            heads = {
                head: InForce(pair.hold, pair.reject, models[head].hold, models[head].reject)
                for head, pair in mine.items()
            }
            found[language] = (_evidence(rules.learnt, scorer.version, language), heads)
        return found

    def _is_due(self, site: Site) -> bool:
        asked = self._asked.get(site.id)
        return asked is None or self._now() - asked >= EVERY


def weighed(strata: Sequence[Stratum], ruled: Sequence[Ruled]) -> dict[str, list[Good]]:
    """Good comments by language, each standing for as many as had the same chance of a ruling.

    Of what was held every ruling counts, of what was accepted or rejected only those that chance
    drew. A language in which some stratum has no such ruling, or in which much of what was held
    has none, cannot be told about and is left out.
    """
    counted = [case for case in ruled if case.verdict == "hold" or case.sampled]
    seen = Counter((case.language, case.verdict) for case in counted)
    weights = {
        (part.language, part.verdict): part.comments / seen[part.language, part.verdict]
        for part in strata
        if seen[part.language, part.verdict]
    }
    blind = {part.language for part in strata if not _is_seen(part, seen)}
    found: dict[str, list[Good]] = {}
    for case in counted:
        if case.ruling == "accept" and case.language not in blind and case.scores:
            weight = weights[case.language, case.verdict]
            found.setdefault(case.language, []).append(Good(case.scores, weight))
    return found


def _is_seen(part: Stratum, seen: Mapping[tuple[str, str], int]) -> bool:
    ruled = seen.get((part.language, part.verdict), 0)
    least = part.comments * (1 - MOST_UNRULED) if part.verdict == "hold" else 1
    return ruled >= least


def _evidence(learnt: Learnt | None, model_version: str, language: str) -> Evidence | None:
    if learnt is None or learnt.model_version != model_version:
        return None
    return learnt.evidence.get(language)
