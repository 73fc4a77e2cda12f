"""What can go wrong, in words of the house: slugs and human messages, no HTTP numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One bad field: its public name, a stable code, and what the code needs to be put in words."""

    field: str
    code: str
    limit: int | None = None


class ServiceError(Exception):
    """Anything the service refuses on purpose. ``slug`` is stable, the message is for people."""

    slug = "error"

    def __init__(self, message: str = "", slug: str | None = None) -> None:
        super().__init__(message)
        self.slug = slug or type(self).slug


class Malformed(ServiceError):
    """The request cannot be read at all: not JSON, not UTF-8, nested too deep."""

    slug = "malformed"


class Unsupported(ServiceError):
    """The body is of a kind this door does not read."""

    slug = "unsupported_media_type"


class TooLarge(ServiceError):
    """The body is over the door's limit."""

    slug = "too_large"


class Invalid(ServiceError):
    """The request was read and fields are missing or bad; every one of them is listed."""

    slug = "invalid"

    def __init__(self, fields: Sequence[FieldError], slug: str | None = None) -> None:
        super().__init__(", ".join(f"{e.field}: {e.code}" for e in fields), slug)
        self.fields = tuple(fields)


class Unauthenticated(ServiceError):
    """No key, or not one of ours."""

    slug = "unauthenticated"


class Forbidden(ServiceError):
    """The key is known and not good for this."""

    slug = "forbidden"


class Missing(ServiceError):
    """Nothing here by that name, or it belongs to someone else."""

    slug = "not_found"


class Conflict(ServiceError):
    """Somebody was here before: the same comment twice, or a stale version."""

    slug = "conflict"


class TooMany(ServiceError):
    """Too fast. ``retry_after`` is in seconds."""

    slug = "too_many"

    def __init__(self, message: str = "", retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ServiceError):
    """For operators: it could be done and should not; the message says what speaks against it."""

    slug = "refused"


class Unavailable(ServiceError):
    """Nothing can be stored or scored now; the same request may work later."""

    slug = "unavailable"

    def __init__(self, message: str = "", retry_after: int = 5) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BadSettings(ServiceError):
    """For operators: a setting that stops the start, with what it got and what it takes."""

    slug = "bad_settings"


class BadArtefact(ServiceError):
    """For operators: a model that must not be loaded, and why."""

    slug = "bad_artefact"
