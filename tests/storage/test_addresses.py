"""What a platform needs to write to somebody outlasts a start."""

from __future__ import annotations

import asyncio

from storage import Database
from storage.addresses import StoredAddresses


def test_what_was_kept_last_holds_for_each_target(database: Database) -> None:
    async def story() -> None:
        kept = StoredAddresses(database)
        await kept.put("teams", "t1", "19:a", {"url": "old", "team": "x"})
        await kept.put("teams", "t1", "19:a", {"url": "new", "team": "x"})
        await kept.put("teams", "t1", "19:b", {"url": "new", "team": "x"})
        await kept.put("teams", "t1", "@ana", {"url": "new"})
        await kept.put("teams", "t2", "19:a", {"url": "other", "team": "x"})

        assert await kept.get("teams", "t1", "19:a") == {"url": "new", "team": "x"}
        assert await kept.get("teams", "t1", "19:c") is None
        assert await kept.having("teams", "t1", "team", "x") == {
            "19:a": {"url": "new", "team": "x"},
            "19:b": {"url": "new", "team": "x"},
        }
        await kept.drop("teams", "t1", "19:a")
        assert await kept.get("teams", "t1", "19:a") is None
        assert await kept.get("teams", "t2", "19:a") == {"url": "other", "team": "x"}

    asyncio.run(story())
