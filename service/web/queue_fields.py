"""What moderators send, as JSON or as a form's fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic import model_validator as after_model
from pydantic_core import PydanticCustomError

from service.desk.cards import MOST_AT_ONCE
from service.web.fields import PROSE

Verdict = Literal["accept", "hold", "reject"]
Label = Literal["spam", "toxic", "off_topic", "other"]
Version = Annotated[int, Field(ge=0, lt=2**31 - 1)]

# What a button of a form says: the verdict, and the label that goes with it.
ACTS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "accept": ("accept", ()),
    "reject": ("reject", ()),
    **{label: ("reject", (label,)) for label in ("spam", "toxic", "off_topic", "other")},
}


class RulingIn(BaseModel):
    """A person's word on one comment."""

    model_config = ConfigDict(title="NewRuling")

    verdict: Verdict
    labels: Annotated[list[Label], Field(max_length=4)] = []
    note: Annotated[str, Field(max_length=2000, pattern=PROSE)] = ""
    version: Version | None = Field(
        None, description="The version that was seen; a comment that changed since is a 409."
    )
    ruling_id: UUID | None = Field(
        None, description="A UUID of yours: sent again, it is the same ruling."
    )
    saw_score: bool | None = Field(
        None,
        description="Whether the person saw the machine's view. Left out: not on a spot check that "
        "they had not ruled on, else yes.",
    )


class SeenIn(BaseModel):
    """A comment at the version that was seen."""

    model_config = ConfigDict(title="Seen")

    id: UUID
    version: Version
    saw_score: bool | None = None


class RulingsIn(BaseModel):
    """One ruling over many comments: a list, a wave, or what some filters find (up to 5,000)."""

    model_config = ConfigDict(title="NewRulings")

    verdict: Verdict
    labels: Annotated[list[Label], Field(max_length=4)] = []
    rulings: Annotated[list[SeenIn], Field(max_length=MOST_AT_ONCE)] = []
    wave_id: UUID | None = None
    filters: dict[str, str] | None = Field(
        None, description="The query of GET /v1/queue: site, reason, language, text and so on."
    )
    batch: UUID | None = Field(None, description="A UUID of yours, by which all of it is undone.")

    @after_model(mode="after")
    def _one_kind(self) -> Self:
        if sum(map(bool, (self.rulings, self.wave_id, self.filters))) != 1:
            raise PydanticCustomError("one_of", "rulings, wave_id or filters")
        return self


class StandingIn(BaseModel):
    """Block or trust the author of a comment; empty lifts either."""

    model_config = ConfigDict(title="NewStanding")

    standing: Literal["", "blocked", "trusted"]
