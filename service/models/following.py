"""A running process follows the model in force: loads another one beside, then changes over."""

from __future__ import annotations

from collections.abc import Callable

from service import logs
from service.errors import BadArtefact
from service.models.installed import Models, load_current
from service.scoring.scorer import NoModel, Scorer


class Follower:
    """The model of one process. `look` is a task of its housekeeping.

    A model is read, proven and tried before a single reference changes, so no comment is judged by
    half of one. What is refused changes nothing: the earlier model goes on; ``refused`` says why.
    """

    def __init__(self, models: Models, scorer: Scorer | NoModel | None = None) -> None:
        self._models = models
        self._trace = models.trace()
        self.scorer = scorer or load_current(models)
        self.refused = ""

    def look(self, take_up: Callable[[Scorer | NoModel], None]) -> int:
        """Take another model up if there is one; how many were."""
        trace = self._models.trace()
        if trace == self._trace:
            return 0
        try:
            found = self._models.load()
        except BadArtefact as error:
            self._trace = trace
            self._keep(str(error))
            take_up(self.scorer)
            return 0
        self._trace, self.refused = trace, ""
        if found.metadata == self.scorer.metadata:
            return 0
        logs.get().info("model_taken_up", version=found.version, before=self.scorer.version)
        self.scorer = found
        take_up(found)
        return 1

    def _keep(self, why: str) -> None:
        logs.get().error("model_refused", why=why, kept=self.scorer.version)
        if isinstance(self.scorer, Scorer):
            self.refused = f"{why}; {self.scorer.version} goes on"
        else:
            self.scorer = NoModel(why)
