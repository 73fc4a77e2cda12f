"""What reads and checks a comment: pydantic (ours), msgspec, marshmallow; on good and bad bodies.

Each checks the same rules, e-mail by email-validator included. Speed is a ratio to pydantic; as
important is whether every bad field is told at once. A library that is not installed is skipped:
`pip install msgspec marshmallow` in an environment of your own.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from time import perf_counter
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import ValidationError

from benchmarks.load import comments
from service.web.fields import CommentIn

BAD = {"content": " ", "author_name": 7, "author_email": "budi@", "author_url": "ftp://x"}
ROUNDS = 7
COUNT = 2000
Reader = Callable[[bytes], object]


def _checked_email(value: str) -> None:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise ValueError("not an e-mail address") from None


def with_pydantic() -> tuple[Reader, Callable[[bytes], int]]:
    """What the service runs."""

    def read(body: bytes) -> object:
        return CommentIn.model_validate_json(body, strict=True)

    def bad_fields(body: bytes) -> int:
        try:
            read(body)
        except ValidationError as error:
            return len({problem["loc"] for problem in error.errors()})
        return 0

    return read, bad_fields


def with_msgspec() -> tuple[Reader, Callable[[bytes], int]]:
    """A msgspec struct; what its types cannot say is checked after decoding."""
    import msgspec

    def text(**limits: object) -> object:
        return Annotated[str, msgspec.Meta(**limits)]

    rules = [
        ("content", text(min_length=1, pattern=r"\S")),
        ("author_name", text(min_length=1, max_length=245, pattern=r"\S")),
        ("author_email", str),
        ("author_url", text(max_length=200, pattern=r"^(https?://\S+)?$"), ""),
        ("author_ip", str, ""),
        ("permalink", text(max_length=2000), ""),
    ]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Comment", rules))

    def read(body: bytes) -> object:
        comment = decoder.decode(body)
        _checked_email(comment.author_email)
        return comment

    def bad_fields(body: bytes) -> int:
        try:
            read(body)
        except (msgspec.ValidationError, ValueError):
            return 1  # it stops at the first
        return 0

    return read, bad_fields


def with_marshmallow() -> tuple[Reader, Callable[[bytes], int]]:
    """A marshmallow schema, as Flask-Smorest and APIFlask use it."""
    from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

    def email(value: str) -> None:
        try:
            _checked_email(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None

    class Comment(Schema):
        content = fields.Str(required=True, validate=validate.Regexp(r"\s*\S"))
        author_name = fields.Str(
            required=True, validate=[validate.Length(1, 245), validate.Regexp(r"\s*\S")]
        )
        author_email = fields.Str(required=True, validate=email)
        author_url = fields.Str(
            validate=[validate.Length(max=200), validate.Regexp(r"(https?://\S+)?$")]
        )
        author_ip = fields.Str()
        permalink = fields.Str(validate=validate.Length(max=2000))

    schema = Comment(unknown=EXCLUDE)

    def read(body: bytes) -> object:
        return schema.loads(body)

    def bad_fields(body: bytes) -> int:
        try:
            read(body)
        except ValidationError as error:
            return len(error.messages)
        return 0

    return read, bad_fields


PEERS = {"pydantic": with_pydantic, "msgspec": with_msgspec, "marshmallow": with_marshmallow}


def microseconds(task: Callable[[bytes], object], bodies: list[bytes]) -> float:
    """Per body."""
    start = perf_counter()
    for body in bodies:
        task(body)
    return (perf_counter() - start) / len(bodies) * 1e6


def main() -> None:
    """Measure and print."""
    made = comments(seed=1)
    good = [json.dumps(next(made)).encode() for _ in range(COUNT)]
    bad = [json.dumps(BAD).encode()] * COUNT
    readers = {}
    for name, prepare in PEERS.items():
        try:
            readers[f"{name} {version(name)}"] = prepare()
        except (PackageNotFoundError, ImportError):
            print(f"{name}: not installed, skipped")
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in readers}
    for _ in range(ROUNDS):
        for name, (read, bad_fields) in readers.items():
            took[name].append((microseconds(read, good), microseconds(bad_fields, bad)))
    ours = took[next(iter(readers))]
    print(f"{'':22}{'good, us':>10}{'ratio':>8}{'bad, us':>10}{'ratio':>8}  bad fields told (of 4)")
    for name, (_, bad_fields) in readers.items():
        figures = []
        for kind in (0, 1):
            pairs = zip(took[name], ours, strict=True)
            figures += [median(t[kind] for t in took[name])]
            figures += [median(mine[kind] / pydantic[kind] for mine, pydantic in pairs)]
        row = "{:10.1f}{:8.2f}{:10.1f}{:8.2f}".format(*figures)
        print(f"{name:22}{row}  {bad_fields(bad[0])}")


if __name__ == "__main__":
    main()
