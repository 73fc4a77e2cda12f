"""Gather and record the company that a comment arrives in: its past, its copies, its hosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from service.checks.folding import fold
from service.checks.links import hosts, website_of
from service.checks.quotes import unquoted
from service.checks.sketch import NEAR_COPY, Sketch, similarity, sketch
from service.checks.words import WORD
from service.comments import Case, History, Site, Submission, Wave
from service.storage import company, edits
from service.storage.company import Candidate
from service.storage.engine import Transaction

_OWN_WORDS: Final = 6


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found around a submission, and what must be kept so that others find it."""

    history: History
    hosts: tuple[str, ...]
    sketch: Sketch


def gather(
    tx: Transaction, site: Site, submission: Submission, now: datetime, earlier: Case | None = None
) -> Surroundings:
    """Read everything the checks need: one statement, one more for copies, one more for hosts.

    `earlier` is the stored case that an edit replaces: it is no company to itself.
    """
    linked = hosts(submission)
    mine = sketch(submission.content, site.id)
    history = company.past(tx, submission, now)
    if earlier:
        history = _apart_from(history, earlier, submission)
    if mine.bands:
        found = company.candidates(tx, mine.bands, now)
        near = [other for other in found if not earlier or other.comment_id != earlier.id]
        history = replace(history, **_copied(tx, submission.content, mine, near, now))
    if linked:
        website, name = website_of(submission), submission.author_name
        bad, names = company.linked(tx, site.id, linked, website, name)
        history = replace(history, rejected_hosts=bad, website_names=names)
    return Surroundings(history, linked, mine)


def replace_company(tx: Transaction, site: Site, case: Case, around: Surroundings) -> None:
    """Let an edited comment leave the company of its earlier text and join that of its new one.

    Of a wave that it began another copy carries the bands from now on. The wave keeps this
    comment's id for a name, so copies of the new text must not gather under it.
    """
    was_findable, heir = edits.drop_bands(tx, case.id), edits.heir_of_wave(tx, case.id)
    if heir and was_findable:
        company.add_bands(tx, heir[0], sketch(heir[1], site.id).bands, case.created_at)
    if heir and not around.history.wave:
        around = replace(around, sketch=Sketch((), b""))
    edits.drop_links(tx, case.id)
    record(tx, site, case, around)


def record(tx: Transaction, site: Site, case: Case, around: Surroundings) -> None:
    """Make a stored comment part of the company of those that follow."""
    wave = around.history.wave
    if wave:
        company.grow_wave(tx, site.id, wave.id, case)
    else:
        company.add_bands(tx, case.id, around.sketch.bands, case.created_at)
    company.add_links(tx, site.id, case.id, around.hosts, website_of(case.submission))


def _apart_from(history: History, earlier: Case, submission: Submission) -> History:
    """A history without the comment that is being edited."""
    if not submission.author_key or earlier.submission.author_key != submission.author_key:
        return history
    verdict = earlier.ruling or earlier.decision.verdict
    same_text = earlier.submission.text_key == submission.text_key
    return replace(
        history,
        accepted=max(0, history.accepted - (verdict == "accept")),
        rejected=max(0, history.rejected - (verdict == "reject")),
        repeats=max(0, history.repeats - same_text),
    )


def _copied(
    tx: Transaction, text: str, mine: Sketch, near: Sequence[Candidate], now: datetime
) -> dict[str, Any]:
    """The wave of the most similar candidate, or that this text only quotes one of them."""
    alike = [(similarity(mine.signature, other.signature), other) for other in near]
    score, best = max(alike, key=lambda pair: pair[0], default=(0.0, None))
    if best is None:
        return {}
    if _quotes(text, best.content):
        return {"quotes": True}
    if score < NEAR_COPY:
        return {}
    wave_id = best.wave_id or best.comment_id
    found = company.wave(tx, wave_id, now) or Wave(wave_id)
    return {"wave": replace(found, similarity=round(score, 3))}


def _quotes(text: str, other: str) -> bool:
    """Someone repeats another comment and says enough that it does not, without a link.

    Only words that the other text lacks count: a copy that parts its brand from the template
    with spaces and fonts says nothing new.
    """
    own = unquoted(text, [other])
    if own == text or "http" in own:
        return False
    return len(_words_of(own) - _words_of(other)) >= _OWN_WORDS


def _words_of(text: str) -> set[str]:
    return {word for word in WORD.findall(fold(text).text) if len(word) > 2 and word.isalpha()}
