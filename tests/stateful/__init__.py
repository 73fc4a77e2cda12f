"""A model of the service's heart beside the service itself."""

import pytest

pytest.register_assert_rewrite(
    "tests.stateful.looks", "tests.stateful.machine", "tests.stateful.model"
)
