"""One running bot for all that is thrown at it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.fuzz.running import Running, running


@pytest.fixture(scope="module")
def bot(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """On SQLite, or where `FUZZ_ON=postgresql` stands in the environment on that."""
    if os.environ.get("FUZZ_ON") == "postgresql":
        url = request.getfixturevalue("postgresql_empty")()
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'fuzz.db'}"
    with running(url) as found:
        found.quiet()
        yield found
