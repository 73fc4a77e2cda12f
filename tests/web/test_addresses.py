"""An address that is checked in two halves gets the answer of the whole."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from service.web.fields import _address

ADDRESSES = (
    "budi@example.com",
    "BUDI@Example.COM",
    "budi.santoso+kabar@mail.example.co.id",
    "budi_1-2@x-y.example",
    "budi..santoso@example.com",
    ".budi@example.com",
    "budi.@example.com",
    "budi@example",
    "budi@localhost",
    "budi@test",
    "budi@-example.com",
    "budi@example-.com",
    "budi@exa--mple.com",
    "budi@xn--bcher-kva.example",
    "budi@xn--.com",
    "budi@example..com",
    "budi@.example.com",
    "budi@example.com.",
    "budi@1.2.3.4",
    "budi@123.456",
    "budi@",
    "@example.com",
    "budi@example.c",
    f"{'a' * 60}@example.com",
    f"{'a' * 65}@example.com",
    f"a@{'b' * 63}.com",
    f"a@{'b' * 64}.com",
    f"a@{'b.' * 130}com",
    "budi@münchen.example",
    "büdi@example.com",
    '"budi santoso"@example.com',
    "budi@[127.0.0.1]",
    "budi@example.com\n",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_both_ways_agree(address: str) -> None:
    try:
        whole = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        with pytest.raises(PydanticCustomError):
            _address(address)
    else:
        assert _address(address) == whole.normalized
