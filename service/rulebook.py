"""A site's rules: changed as versions, and tried on its past before they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from service import checks, policy, privacy
from service.comments import Case, Decision, Language, Limits, Site, Submission
from service.errors import FieldError, Invalid, Missing
from service.learnt import Learnt
from service.rules import Rules
from service.scoring.scorer import LEAST_REJECT, NoModel, Scorer, Threshold, shares
from service.storage import accounts, store
from service.storage.engine import Database

SECONDS_A_RULING: Final = 9.0
_PAGE: Final = 500
_AT_ONCE: Final = 5_000
_CHANGES_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Preview:
    """What some rules would have done with a site's last days.

    ``changes`` counts comments by (verdict given, verdict under these rules) where the two differ.
    ``missed`` and ``wrong`` count comments that people rejected or accepted and that these rules
    would have accepted or rejected by themselves.
    """

    comments: int
    days: int
    held: int
    changes: Mapping[tuple[str, str], int]
    missed: int
    wrong: int

    @property
    def held_a_day(self) -> float:
        """How many comments would wait for a person each day."""
        return self.held / self.days

    @property
    def minutes_a_day(self) -> float:
        """How long ruling on them would take one moderator, at nine seconds each."""
        return self.held_a_day * SECONDS_A_RULING / 60


class Rulebook:
    """Changes and previews of rules, for the command line, the API and the desk alike."""

    def __init__(
        self,
        database: Database,
        scorer: Callable[[], Scorer | NoModel],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._scorer = scorer
        self._now = now

    def change(self, site_name: str, changed_by: str, changes: Mapping[str, Any]) -> Rules:
        """Append a version; all that is wrong is `Invalid` and then nothing is saved."""
        with self._database.begin() as tx:
            site = accounts.site_by_name(tx, site_name)
            if site is None:
                raise Missing(f"there is no site named {site_name!r}")
            rules = checked(site.rules, changes)
            accounts.add_rules(tx, site.id, rules, changed_by, self._now())
        return rules

    def preview(self, site: Site, changes: Mapping[str, Any], days: int) -> Preview:
        """Replay the last days under changed rules; nothing is stored."""
        rules = checked(site.rules, changes)
        lists = checks.compiled(rules)
        given: Counter[tuple[str, str]] = Counter()
        missed = wrong = 0
        for case, ruling in self._past(site, days):
            then = rules.at(case.created_at)
            verdict = again(case.decision, case.submission, then, self._scorer(), lists).verdict
            given[case.decision.verdict, verdict] += 1
            missed += ruling == "reject" and verdict == "accept"
            wrong += ruling == "accept" and verdict == "reject"
        return Preview(
            comments=given.total(),
            days=days,
            held=sum(count for (_, verdict), count in given.items() if verdict == "hold"),
            changes={pair: count for pair, count in given.items() if pair[0] != pair[1]},
            missed=missed,
            wrong=wrong,
        )

    def past(self, site: Site) -> Sequence[tuple[int, str, datetime]]:
        """The latest changes of a site's rules: version, by whom, when."""
        with self._database.read() as tx:
            return accounts.rules_history(tx, site.id, _CHANGES_SHOWN)

    def is_short(self, site: Site, days: int) -> bool:
        """Whether that many days are few enough comments to be replayed while somebody waits."""
        with self._database.read() as tx:
            now, length = self._now(), timedelta(days=days)
            return store.count_between(tx, site.id, now - length, now, _AT_ONCE) < _AT_ONCE

    def _past(self, site: Site, days: int) -> Iterator[tuple[Case, str | None]]:
        """The site's comments of the last days, oldest first, a page at a time."""
        after, since = "", self._now() - timedelta(days=days)
        while True:
            with self._database.read() as tx:
                page = store.comments_since(tx, site.id, since, after, _PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1][0].id


def limits(scorer: Scorer | NoModel, rules: Rules, language: Language) -> Mapping[str, Limits]:
    """The scores from which each head holds or rejects, so that a language keeps the budgets."""
    budgets = (rules.reject_per_mille, rules.hold_per_mille)
    learnt = rules.learnt if rules.learn_thresholds else None
    return _limits(scorer, *budgets, rules.toxicity_rejects, language, learnt)


@lru_cache(maxsize=256)
def _limits(
    scorer: Scorer | NoModel,
    reject: float,
    hold: float,
    toxicity_rejects: bool,
    language: str,
    learnt: Learnt | None,
) -> Mapping[str, Limits]:
    """The same until the model, the budgets or what the rulings say change."""
    found = scorer.thresholds(reject, hold, toxicity_rejects=toxicity_rejects, language=language)
    if learnt and learnt.model_version == scorer.version:
        parts = shares(reject, hold, toxicity_rejects=toxicity_rejects)
        found = {h: _moved(learnt, language, h, parts[h], pair) for h, pair in found.items()}
    return {head: Limits(pair.hold, pair.reject) for head, pair in found.items()}


def _moved(
    learnt: Learnt, language: str, head: str, parts: tuple[float, float], pair: Threshold
) -> Threshold:
    """A head's thresholds within the bounds of the site's rulings; None stays never."""
    of_hold, of_reject = parts
    hold = None if pair.hold is None else learnt.moved(language, head, of_hold, pair.hold)
    if pair.reject is None:
        return Threshold(hold, None)
    reject = max(learnt.moved(language, head, of_reject, pair.reject), LEAST_REJECT)
    return Threshold(reject if hold is None else min(hold, reject), reject)


def forget_limits() -> None:
    """Let go of a model that judges no more."""
    _limits.cache_clear()


def again(
    decision: Decision,
    submission: Submission,
    rules: Rules,
    scorer: Scorer | NoModel,
    lists: checks.Lists | None = None,
) -> Decision:
    """What other rules say of the same scores and signals; word lists are read afresh."""
    lists = lists or checks.compiled(rules)
    kept = [signal for signal in decision.reasons if signal.code not in checks.LIST_CODES]
    raised = (*kept, *checks.listed(submission, lists))
    kept_budgets = limits(scorer, rules, decision.language)
    return policy.replay(decision, submission, rules, kept_budgets, raised)


def checked(rules: Rules, changes: Mapping[str, Any]) -> Rules:
    """The next version of some rules, its word lists compiled once to prove that they can be."""
    changed = rules.changed(changes)
    checks.compiled(changed)
    shadow = changed.shadowed()
    if shadow:
        checks.compiled(shadow)
    _refuse_addresses(changed)
    return changed


def _refuse_addresses(rules: Rules) -> None:
    """Rules are shown and exported. Origins may hold an IP: they are servers of the site's own."""
    told = [*rules.settings().items(), *rules.shadow.items()]
    bad = {n for n, value in told if n != "allowed_origins" and any(map(_is_masked, _words(value)))}
    if bad:
        raise Invalid([FieldError(name, "address") for name in sorted(bad)])


def _words(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple | list) else (value,)


def _is_masked(word: Any) -> bool:
    return isinstance(word, str) and privacy.mask(word) != word
