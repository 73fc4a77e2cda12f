"""Comments as JSON lines: judged in batches, in bounded memory, and stored nowhere.

There is no company to look at here: no author's past, no repeats, no waves. What remains is what
the words, the links and the site's rules say.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from service import checks, policy, privacy
from service.comments import CONTENT_BYTES, Arrival, Decision, History, Submission
from service.jsonl import LINE_BYTES, Line, lines
from service.judge import explained, weighed
from service.rules import Rules
from service.scoring.scorer import Assessment, Scorer

_BATCH_LINES: Final = 200
_BATCH_BYTES: Final = 1 << 20
_TEXTS: Final = ("author_name", "author_email", "author_url", "permalink", "locale")
_NOBODY: Final = History()


@dataclass(frozen=True, slots=True)
class Bench:
    """What lines are judged with. It can be sent to other machines."""

    scorer: Scorer
    rules: Rules
    tell: Callable[[Decision], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch's lines with their answers, in order; how many were bad, and the bytes they had."""

    lines: list[str]
    bad: int
    size: int


def batches(file: IO[bytes]) -> Iterator[list[Line]]:
    """Lines in portions that fit into memory whatever the file holds; blank lines are left out."""
    batch: list[Line] = []
    for line in lines(file):
        batch.append(line)
        if len(batch) >= _BATCH_LINES or sum(one.size for one in batch) >= _BATCH_BYTES:
            yield batch
            batch = []
    if batch:
        yield batch


def judge_lines(bench: Bench, batch: Sequence[Line]) -> Judged:
    """The same lines with ``scores``, ``verdict`` and ``reasons``; a bad one with ``error``."""
    records = [_record(line) for line in batch]
    good = [record for record in records if "error" not in record]
    sealed = [_sealed(record) for record in good]
    lists = checks.compiled(bench.rules)
    assessed = bench.scorer.assess([submission.content for submission in sealed])
    for record, submission, found in zip(good, sealed, assessed, strict=True):
        record |= bench.tell(_decided(bench, lists, submission, found))
    told = [json.dumps(record, ensure_ascii=False) for record in records]
    return Judged(told, len(records) - len(good), sum(line.size for line in batch))


def _record(line: Line) -> dict[str, Any]:
    """A line's object, or one that says what is wrong with the line."""
    if line.text is None:
        return {"line": line.number, "error": f"longer than {LINE_BYTES} bytes"}
    try:
        record = json.loads(line.text)
    except (ValueError, RecursionError):
        return {"line": line.number, "error": "not JSON in UTF-8"}
    if not isinstance(record, dict):
        return {"line": line.number, "error": "not an object"}
    record.pop("error", None)
    error = _error_in(record.get("content"))
    if not _is_unicode(json.dumps(record, ensure_ascii=False)):
        return {"line": line.number, "error": error or "half of a surrogate pair"}
    return {**record, "error": error} if error else record


def _error_in(content: object) -> str:
    if not isinstance(content, str) or not content.strip():
        return "content: a text is required"
    if not _is_unicode(content):
        return "content: half of a surrogate pair"
    size = len(content.strip().encode())
    return f"content: longer than {CONTENT_BYTES} bytes" if size > CONTENT_BYTES else ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _sealed(record: dict[str, Any]) -> Submission:
    given = {name: record[name] for name in _TEXTS if isinstance(record.get(name), str)}
    arrival = Arrival(content=record["content"].strip(), **given)
    return privacy.seal(arrival, "lines", secrets.token_bytes(32))  # nobody is to be recognised


def _decided(
    bench: Bench, lists: checks.Lists, submission: Submission, found: Assessment
) -> Decision:
    scores, limits = weighed(bench.scorer, found, bench.rules)
    raised = checks.signals(submission, scores, _NOBODY, bench.rules, lists)
    evidence = policy.Evidence(submission, raised, scores, limits, bench.rules)
    decision = policy.decide(evidence, bench.scorer.version)
    if decision.verdict == "accept":
        return decision
    return explained(decision, bench.scorer, submission.content)
