"""What words cannot say: pure functions from a submission and its company to named signals."""

from __future__ import annotations

from dataclasses import replace

from service.checks.company import MINUTE, context, copies, flooding, people, trusted
from service.checks.disguise import disguise
from service.checks.folding import fold
from service.checks.language import language
from service.checks.links import links
from service.checks.listed import Lists, listed
from service.checks.lists import WordList
from service.checks.personal import conceal, personal
from service.checks.traps import traps
from service.comments import History, Scores, Signal, Submission
from service.mailboxes import MailDomains
from service.rules import Rules

LIST_CODES = ("BANNED_WORD", "SUSPECT_WORD")

__all__ = [
    "LIST_CODES",
    "MINUTE",
    "Lists",
    "compiled",
    "context",
    "flooding",
    "fold",
    "kept",
    "language",
    "listed",
    "signals",
    "trusted",
]


def compiled(rules: Rules) -> Lists:
    """The lists of these rules; every bad entry of a list is named in one `Invalid`."""
    return Lists(
        WordList(rules.banned_words, "banned_words"),
        WordList(rules.suspect_words, "suspect_words"),
        WordList(rules.allowed_words, "allowed_words"),
        MailDomains(rules.blocked_email_domains, rules.allowed_email_domains),
    )


def kept(submission: Submission, rules: Rules) -> Submission:
    """The submission as it is stored: where the site says so, without people's numbers."""
    if not rules.mask_personal_data:
        return submission
    return replace(submission, content=conceal(submission.content))


def signals(
    submission: Submission, scores: Scores | None, history: History, rules: Rules, lists: Lists
) -> tuple[Signal, ...]:
    """Every signal that a submission raises, in the order in which they are told."""
    folded = fold(submission.content)
    return (
        *traps(submission),
        *people(history, rules, submission.mailbox),
        *copies(history, rules),
        *listed(submission, lists, folded),
        *links(
            submission,
            hold_from=rules.hold_links_from,
            rejected_hosts=history.rejected_hosts,
            website_names=history.website_names,
            added=history.links_added,
            folded=folded,
        ),
        *disguise(submission.content, folded),
        *personal(submission.content),
        *language(scores),
    )
