"""What a native request must look like. The same declarations validate and make the OpenAPI."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self
from uuid import UUID

from email_validator import EmailNotValidError, ValidatedEmail, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)
from pydantic import model_validator as after_model
from pydantic_core import PydanticCustomError

from service.comments import COMPLAINT_REASONS, CONTENT_BYTES, Arrival

NAME_CHARACTERS: Final = 245
URL_CHARACTERS: Final = 200
BATCH: Final = 1_000

_CONTROLS: Final = r"\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x84\x86-\x9F"
_ALL_CONTROLS: Final = r"\x00-\x1F\x7F-\x9F\u2028\u2029"
_TEXT: Final = rf"^[^{_CONTROLS}]*[^\s{_CONTROLS}][^{_CONTROLS}]*$"
_LINE: Final = rf"^[^{_ALL_CONTROLS}]*[^\s{_ALL_CONTROLS}][^{_ALL_CONTROLS}]*$"
_LINE_OR_NOTHING: Final = rf"^[^{_ALL_CONTROLS}]*$"
PROSE: Final = rf"^[^{_CONTROLS}]*$"
"""Lines of text, or none."""
_WEB_ADDRESS: Final = (
    rf"^$|^[hH][tT][tT][pP][sS]?://[^\s/?#{_ALL_CONTROLS}]+([/?#][^\s{_ALL_CONTROLS}]*)?$"
)
# Addresses whose two halves can be checked apart; all others are checked whole.
_PLAIN_ADDRESS: Final = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([A-Za-z0-9.-]+)")
_PLAIN_CHARACTERS: Final = 64


def _fits(value: str) -> str:
    if len(value) * 4 > CONTENT_BYTES and len(value.encode()) > CONTENT_BYTES:
        raise PydanticCustomError("too_long_bytes", "too long", {"max_length": CONTENT_BYTES})
    return value


def _address(value: str) -> str:
    plain = _PLAIN_ADDRESS.fullmatch(value)
    try:
        if plain and len(value) <= _PLAIN_CHARACTERS:
            return f"{plain[1]}@{_domain(plain[2])}"
        return _checked(value).normalized
    except EmailNotValidError:
        raise PydanticCustomError("email", "not an e-mail address") from None


@lru_cache(maxsize=4096)
def _domain(name: str) -> str:
    """A domain as email-validator writes it: it is the slow part, and most people share a few."""
    return _checked(f"a@{name}").domain


def _checked(value: str) -> ValidatedEmail:
    return validate_email(value, check_deliverability=False, test_environment=True)


def _whole(value: object) -> object:
    """30.0 is a whole number to JSON Schema and to JavaScript."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _line(characters: int) -> StringConstraints:
    return StringConstraints(max_length=characters, pattern=_LINE_OR_NOTHING)


Content = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, pattern=_TEXT),
    AfterValidator(_fits),
    Field(
        description=f"1 to {CONTENT_BYTES:,} bytes of UTF-8 after trimming; no control characters.",
        json_schema_extra={"maxLength": CONTENT_BYTES},
        examples=["Semoga perundingan damai ini berhasil."],
    ),
]
Name = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=NAME_CHARACTERS, pattern=_LINE
    ),
    Field(examples=["Budi"]),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    AfterValidator(_address),
    Field(
        description="Checked for its form, turned into a keyed hash and dropped: it is never "
        "stored, logged or shown.",
        json_schema_extra={"format": "email", "maxLength": 254},
        examples=["budi@example.com"],
    ),
]
WebAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=URL_CHARACTERS, pattern=_WEB_ADDRESS),
    Field(description="http or https only.", examples=["https://example.com/"]),
]
Scorable = Annotated[
    str, AfterValidator(_fits), Field(json_schema_extra={"maxLength": CONTENT_BYTES})
]
ForeignId = Annotated[StrictInt, Field(ge=0, lt=2**63), BeforeValidator(_whole)]
Milliseconds = Annotated[int, Field(ge=0, lt=2**31), BeforeValidator(_whole)]


class CommentIn(BaseModel):
    """One comment as a site sends it. Fields that are not listed here are ignored."""

    model_config = ConfigDict(extra="ignore", title="Comment")

    content: Content
    author_name: Name
    author_email: Email
    author_url: WebAddress | None = None
    permalink: Annotated[str, _line(2000)] | None = Field(None, description="The article's URL.")
    post_title: Annotated[str, _line(1000)] | None = Field(None, description="Its title.")
    parent_id: Annotated[str, _line(200)] | ForeignId | None = Field(
        None, description="The comment that this one answers, by the site's own id."
    )
    author_ip: Annotated[str, _line(100)] | None = Field(
        None, description="Turned into a keyed hash; ignored where it is no IP address."
    )
    author_user_agent: str | None = Field(None, description="Accepted and not stored.")
    locale: Annotated[str, _line(35)] | None = Field(None, examples=["id_ID"])
    referrer: str | None = Field(None, description="Accepted and not stored.")
    honeypot: str | None = Field(None, description="A field no person sees: filled means a bot.")
    submitted_after_ms: Milliseconds | None = Field(
        None, description="Milliseconds from showing the form to sending it."
    )

    def arrival(self) -> Arrival:
        """These fields as the house calls them."""
        return Arrival(
            content=self.content,
            author_name=self.author_name or "",
            author_email=self.author_email or "",
            author_url=self.author_url or "",
            author_ip=self.author_ip or "",
            permalink=self.permalink or "",
            post_title=self.post_title or "",
            parent_id=str(self.parent_id or ""),
            locale=self.locale or "",
            honeypot_filled=bool((self.honeypot or "").strip()),
            submitted_after_ms=self.submitted_after_ms,
        )


class AnonymousCommentIn(CommentIn):
    """The same for a site that does not require a name and an e-mail address."""

    author_name: Name | Literal[""] | None = None  # type: ignore[assignment]
    author_email: Email | Literal[""] | None = None  # type: ignore[assignment]


class ComplaintIn(BaseModel):
    """A reader's complaint about one comment, named by its id or by a permalink of its own."""

    model_config = ConfigDict(
        title="Complaint",
        extra="ignore",
        json_schema_extra={
            "oneOf": [
                {"required": [name], "properties": {name: {"type": "string"}}}
                for name in ("comment_id", "permalink")
            ]
        },
    )

    comment_id: UUID | None = None
    permalink: (
        Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=_LINE)] | None
    ) = None
    reason: Literal[COMPLAINT_REASONS]  # type: ignore[valid-type]
    detail: Annotated[str, StringConstraints(max_length=5000, pattern=PROSE)] | None = Field(
        None, description="In the reader's words; e-mail and IP addresses in it are masked."
    )

    @after_model(mode="after")
    def _one_way(self) -> Self:
        if bool(self.comment_id) == bool(self.permalink):
            raise PydanticCustomError("one_comment", "comment_id or permalink")
        return self


class PreviewIn(BaseModel):
    """Rules to try on a site's past; GET /v1/policy has their names and kinds."""

    model_config = ConfigDict(title="Preview")

    changes: dict[str, Any] = {}
    days: Annotated[int, Field(ge=1, le=365), BeforeValidator(_whole)] = 7


class TextsIn(BaseModel):
    """One text or up to 1,000, to be scored and forgotten."""

    model_config = ConfigDict(
        title="Texts",
        json_schema_extra={"oneOf": [{"required": ["content"]}, {"required": ["contents"]}]},
    )

    content: Scorable = ""
    contents: Annotated[list[Scorable], Field(min_length=1, max_length=BATCH)] = []

    @after_model(mode="after")
    def _one_or_many(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("one_of", "content or contents")
        return self

    def listed(self) -> list[str]:
        """The texts, also where there is only one."""
        return self.contents or [self.content]
