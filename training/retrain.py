"""``python -m training.retrain``: what moderators ruled, on top of the shipped model.

The result is a candidate in ``SARING_HOME/models`` with what the gate found of it. Exit codes:
0 it may take over, 2 the installation is at fault, 3 the gate refused, 4 nothing was learnt, 130
interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sklearn.pipeline import Pipeline
from tqdm import tqdm

from service import cluster, labels
from service.cli.crashes import tell_nothing_of_crashes
from service.cli.installation import Installation, installation
from service.errors import ServiceError
from service.labels import Label
from service.models import promotion
from service.models.installed import GATE, Models, Named
from service.scoring import artefact
from service.scoring.artefact import Metadata
from training import lesson_card, lesson_report, lessons, teach
from training.challenge import Challenge, Model, challenge, spot_checks
from training.config import Refused
from training.flips import Flip, flips
from training.learnt import phrases
from training.teach import Classroom, Map, Plan
from training.train import CANARIES

PASSED, REFUSED, NOTHING, INTERRUPTED = 0, 3, 4, 130
_PAST: Final = 2_000
_STEPS: Final = ("labels", "features", "learning", "decisions", "phrases", "writing")
_FROM_SAVE: Final = ("format", "digest", "labels", "libraries", "canaries")


def main(arguments: Sequence[str] | None = None) -> int:
    """Retrain; returns the exit code."""
    options = _options(arguments)
    try:
        return retrain(options)
    except (Refused, ServiceError) as refusal:
        print(f"retrain: {refusal}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return INTERRUPTED


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.retrain", description=__doc__)
    parser.add_argument("--site", default="", help="learn from this site's rulings only")
    parser.add_argument("--labels", type=Path, help="a file of `saring export-labels` instead")
    parser.add_argument("--half-life-days", type=float, default=0.0, help="older rulings fade")
    parser.add_argument("--scheduler", default="", help="a Dask scheduler, like tcp://HOST:8786")
    parser.add_argument("--promote", action="store_true", help="put it in force if it passes")
    parser.add_argument("--force", action="store_true", help="... and if it does not; recorded")
    return parser.parse_args(arguments)


def retrain(options: argparse.Namespace) -> int:
    """Learn, compare, write the candidate and, if asked to, put it in force."""
    began, now = time.monotonic(), datetime.now(UTC)
    here = installation()
    models = Models.of(here.settings)
    with tqdm(total=len(_STEPS), disable=not sys.stderr.isatty(), unit="step") as bar:
        _step(bar, 0)
        rows = _rows(here, options)
        champion, base = _opponents(models)
        version = f"{base[1].version}-{now:%Y%m%d-%H%M%S}"
        with _spread(options.scheduler) as spread:
            _step(bar, 1)
            plan = Plan(half_life_days=options.half_life_days)
            room = teach.enter(base[0], rows, now, plan, spread)
            _step(bar, 2)
            found = challenge(room, Model.of(*base), champion, version, spread)
        if not found.taught.additions.heads:
            return _nothing(found)
        _step(bar, 3)
        past = [(row.id, row.content) for row in rows]
        past = past if options.labels else labels.latest(here.database, _PAST)
        flipped = flips(champion, found.model, past)
        _step(bar, 4)
        story = _story(version, champion, base[1].version, found, room, flipped, len(past), options)
        _step(bar, 5)
        _save(models, story, base[1], now, began)
    _tell(story)
    return _promote(models, story, options, now)


def _step(bar: Any, number: int) -> None:
    bar.set_description(_STEPS[number])
    bar.update(1 if number else 0)


def _rows(here: Installation, options: argparse.Namespace) -> list[Label]:
    if options.labels:
        return lessons.read(options.labels)
    site_id = here.access.named_site(options.site).id if options.site else ""
    return list(labels.export(here.database, site_id))


def _opponents(models: Models) -> tuple[Model, tuple[Pipeline, Metadata]]:
    """The model in force, and the shipped one that all learning starts from.

    Starting anew each time is what lets an undone ruling be forgotten.
    """
    in_force = models.in_force()
    pipeline, metadata = _load(models, in_force)
    champion = Model.of(pipeline, metadata)
    wanted = metadata.metrics.get("retraining", {}).get("base", {}).get("version")
    if wanted is None:
        return champion, (pipeline, metadata)
    base = artefact.load(models.shipped)
    if base[1].version != wanted:
        print(f"note: it learns on top of the shipped {base[1].version}, no more on {wanted}")
    return champion, base


def _load(models: Models, named: Named) -> tuple[Pipeline, Metadata]:
    if named.origin == "shipped":
        return artefact.load(models.shipped)
    return artefact.load_signed(models.folder(named), models.key)


@contextmanager
def _spread(scheduler: str) -> Iterator[Map]:
    """The map that work goes through: here, or a Dask cluster with the same results."""
    if not scheduler:
        yield teach.here
        return
    with cluster.connected(scheduler) as client:
        yield lambda work, shared, items: cluster.in_order(client, work, shared, items)


def _nothing(found: Challenge) -> int:
    print("nothing was learnt, and nothing written:")
    for head, why in found.taught.silent.items():
        print(f"  {head}: {why}")
    return NOTHING


def _story(
    version: str,
    champion: Model,
    base: str,
    found: Challenge,
    room: Classroom,
    flipped: list[Flip],
    past: int,
    options: argparse.Namespace,
) -> lesson_report.Story:
    heads = [head for head in ("spam", "toxicity") if head in found.taught.additions.heads]
    texts = room.lessons.texts
    return lesson_report.Story(
        version=version,
        champion=champion,
        base=base,
        challenge=found,
        phrases={h: phrases(room.pipeline, found.model.pipeline, texts, h) for h in heads},
        flips=flipped,
        past=past,
        labels=_counts(room),
        forced=options.force,
    )


def _counts(room: Classroom) -> dict[str, Any]:
    rows = room.lessons.rows
    return {
        "rulings": len(rows),
        "accepted": sum(row.verdict == "accept" for row in rows),
        "rejected": sum(row.verdict == "reject" for row in rows),
        "checks": int(spot_checks(rows).sum()),
        "sites": len({row.site for row in rows}),
        "moderators": len({row.moderator for row in rows}),
        "until": max((row.ruled_at for row in rows), default=""),
    }


def _save(
    models: Models, story: lesson_report.Story, base: Metadata, now: datetime, began: float
) -> None:
    found = story.challenge
    gate = {
        **found.outcome.as_json(),
        "champion": story.champion.name,
        "at": now.isoformat(timespec="seconds"),
        "flips": [flip.as_json() for flip in story.flips],
    }
    retraining = {
        "base": {"version": base.version, "digest": base.digest},
        "champion": {"version": story.champion.name},
        "labels": dict(story.labels),
        "penalty": found.taught.penalty,
        "losses": {str(penalty): loss for penalty, loss in found.taught.losses.items()},
        "heads": list(found.taught.additions.heads),
        "doubted": found.taught.influence.doubted,
        "seconds": round(time.monotonic() - began, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    metadata = {k: v for k, v in asdict(base).items() if k not in _FROM_SAVE}
    metadata |= {
        "version": story.version,
        "created": now.isoformat(timespec="seconds"),
        "good": found.model.good,
        "metrics": {"retraining": retraining, "thresholds": base.metrics.get("thresholds", {})},
    }
    papers = {
        "CARD.md": lesson_card.write(story, retraining),
        "report.html": lesson_report.write(story),
        GATE: json.dumps(gate, ensure_ascii=False, indent=1) + "\n",
    }
    artefact.save(
        models.made, found.model.pipeline, metadata, CANARIES, lambda _: papers, key=models.key
    )


def _tell(story: lesson_report.Story) -> None:
    found, told = story.challenge, story.labels
    heads = ", ".join(found.taught.additions.heads)
    print(f"{story.version}: learnt from {told['rulings']} rulings ({heads})")
    for flip in story.flips:
        print(f"  {flip.before} -> {flip.after}: {len(flip.ids)} of the last {story.past} comments")
    if found.outcome.passed:
        print(f"the gate lets it pass; saring model promote {story.version}")
    for refusal in found.outcome.refusals:
        print(f"refused: {refusal}", file=sys.stderr)


def _promote(
    models: Models, story: lesson_report.Story, options: argparse.Namespace, now: datetime
) -> int:
    passed = story.challenge.outcome.passed
    if options.force or (options.promote and passed):
        promotion.promote(models, story.version, "retrain", now, forced=options.force)
        print(f"{story.version} is in force")
        return PASSED
    return PASSED if passed else REFUSED


def run() -> None:
    """As a command: the report quotes comments, and so may an exception, as with `saring`."""
    os.umask(0o077)
    tell_nothing_of_crashes()
    sys.exit(main())


if __name__ == "__main__":
    run()
