"""Gather and record the company that a comment arrives in: its past, its copies, its hosts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.checks.complaint import complains, own_words, quoted_part
from service.checks.links import hosts, website_of
from service.checks.sketch import NEAR_COPY, Sketch, is_baited, similarity, sketch
from service.comments import Case, History, Site, Submission, Wave
from service.storage import company, edits
from service.storage.company import Candidate
from service.storage.engine import Hot, Transaction


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What was found around a submission, and what must be kept so that others find it."""

    history: History
    hosts: tuple[str, ...]
    sketch: Sketch


def gather(
    tx: Hot, site: Site, submission: Submission, now: datetime, earlier: Case | None = None
) -> Surroundings:
    """Read everything the checks need: one statement, one more for copies, one more for hosts.

    `earlier` is the stored case that an edit replaces: it is no company to itself.
    """
    linked = hosts(submission)
    mine = sketch(submission.content, site.id)
    history = company.past(tx, submission, now)
    if earlier:
        history = _apart_from(history, earlier, submission)
        accepted = (earlier.ruling or earlier.decision.verdict) == "accept"
        added = accepted and not set(linked) <= set(hosts(earlier.submission))
        history = replace(history, links_added=added)
    alike = _near(tx, site, submission.content, mine, now)
    if earlier:
        alike = [pair for pair in alike if pair[1].comment_id != earlier.id]
    if alike:
        history = replace(history, **_copied(tx, submission.content, alike, now))
    if linked:
        website, name = website_of(submission), submission.author_name
        bad, names = company.linked(tx, site.id, linked, website, name)
        history = replace(history, rejected_hosts=bad, website_names=names)
    return Surroundings(history, linked, mine)


def replace_company(
    tx: Transaction, site: Site, case: Case, around: Surroundings, left: str
) -> None:
    """Let an edited comment leave the company of its earlier text, and the wave that it was in,
    if any (`left`), and join that of its new one.

    Of a wave that was found by it another copy carries the bands from now on. A wave that it began
    keeps its id for a name, so copies of the new text must not gather under it.
    """
    was_findable, heir = edits.drop_bands(tx, case.id), edits.heir_of_wave(tx, left, case.id)
    if heir and was_findable:
        company.add_bands(tx, heir[0], sketch(heir[1], site.id).bands, case.created_at)
    if edits.heir_of_wave(tx, case.id, case.id) is None:
        edits.end_wave(tx, case.id)
    elif not around.history.wave:
        around = replace(around, sketch=Sketch((), b""))
    edits.drop_links(tx, case.id)
    record(tx, site, case, around, already_in=left)


def record(tx: Hot, site: Site, case: Case, around: Surroundings, already_in: str = "") -> None:
    """Make a stored comment part of the company of those that follow; a wave that it is in already
    has no copy more."""
    wave = around.history.wave
    if wave and wave.id == already_in:
        pass
    elif wave:
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


def _near(
    tx: Hot, site: Site, text: str, mine: Sketch, now: datetime
) -> list[tuple[float, Candidate]]:
    """Comments like this one, and like the part that it quotes where it complains about it."""
    found = company.candidates(tx, mine.bands, now) if mine.bands else []
    part = sketch(quoted_part(text), site.id) if complains(text) else Sketch((), b"")
    quoted = company.candidates(tx, part.bands, now) if part.bands else []
    alike = {
        other.comment_id: (similarity(mine.signature, other.signature), other)
        for other in (*found, *quoted)
    }
    return sorted(alike.values(), key=lambda pair: -pair[0])


def _copied(
    tx: Hot, text: str, alike: Sequence[tuple[float, Candidate]], now: datetime
) -> dict[str, Any]:
    """The wave of the most similar comment; what is said beyond one that this text quotes to
    complain about it, and the wave that is left then."""
    copies = _copies(text, alike)
    said = {o.comment_id: own_words(text, o.content) for _, o in alike} if complains(text) else {}
    if not any(said.values()):
        return {"wave": _wave(tx, copies, now)}
    apart = [(score, other) for score, other in copies if not said[other.comment_id]]
    return {
        "wave": _wave(tx, copies, now),
        "own_words": max(said.values(), key=len),
        "wave_apart": _wave(tx, apart, now),
    }


def _copies(text: str, alike: Sequence[tuple[float, Candidate]]) -> list[tuple[float, Candidate]]:
    """Who copies an honest comment and adds a link or a brand begins a cluster of their own: the
    honest one shares neither their wave nor the ruling on it."""
    near = [(score, other) for score, other in alike if score >= NEAR_COPY]
    if near and is_baited(text):
        return [(score, other) for score, other in near if is_baited(other.content)]
    return near


def _wave(tx: Hot, copies: Sequence[tuple[float, Candidate]], now: datetime) -> Wave | None:
    if not copies:
        return None
    score, best = copies[0]
    wave_id = best.wave_id or best.comment_id
    found = company.wave(tx, wave_id, now) or Wave(wave_id)
    return replace(found, similarity=round(score, 3))
