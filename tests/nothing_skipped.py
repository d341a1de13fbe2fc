"""A pytest plugin for the place that has everything: there, a skipped test is a failed one."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure that says what is missing."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        why: Any = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {why[2] if isinstance(why, tuple) else why}"
    return report
