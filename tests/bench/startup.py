"""How long `bellwether run` takes to be ready with Slack, with Teams and with both, and what it weighs: `python -m tests.bench.startup`.

One rule: it prints one line each, and beside each figure what the bare imports of the same packages cost on the same machine.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

RUNS = 3
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
TEAMS = {
    "MICROSOFT_APP_ID": "33333333-cccc-4ccc-8ccc-00000000000c",
    "MICROSOFT_APP_PASSWORD": "s",
    "MICROSOFT_APP_TENANT_ID": "11111111-aaaa-4aaa-8aaa-00000000000a",
    "MICROSOFT_OPENID_URL": "http://127.0.0.1:9/openid",
    "MICROSOFT_LOGIN_URL": "http://127.0.0.1:9/login",
}
CASES = {
    "Slack": (SLACK, "slack_bolt.async_app"),
    "Teams": (TEAMS, "botbuilder.integration.aiohttp"),
    "both": (SLACK | TEAMS, "slack_bolt.async_app, botbuilder.integration.aiohttp"),
}
BARE = "import {}, aiohttp.web, sqlmodel, apscheduler.schedulers.asyncio; print('in', flush=True); input()"


def memory(pid: int) -> float:
    """The resident memory of a process, in MiB."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def ready(platforms: dict[str, str]) -> tuple[float, float]:
    """Start the bot on a fresh database; seconds until it says that it is ready, and MiB."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"BELLWETHER_PORT": "0", "BELLWETHER_DATABASE_URL": f"sqlite:///{folder}/startup.db"} | platforms
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=os.environ | settings, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr
        url = next(found[0] for line in process.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
        while not _ready(f"{url}/readyz"):
            time.sleep(0.01)
        figures = time.perf_counter() - began, memory(process.pid)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)
        return figures


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def bare(packages: str) -> tuple[float, float]:
    """Import the packages and nothing else; seconds and MiB."""
    began = time.perf_counter()
    imports = BARE.format(packages)
    process = subprocess.Popen(
        [sys.executable, "-c", imports], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    process.stdout.readline()
    figures = time.perf_counter() - began, memory(process.pid)
    process.communicate("\n", timeout=15)
    return figures


if __name__ == "__main__":
    for name, (platforms, packages) in CASES.items():
        runs = [(*ready(platforms), *bare(packages)) for _ in range(RUNS)]
        seconds, mebibytes, bare_seconds, bare_mebibytes = (median(figure) for figure in zip(*runs, strict=True))
        print(
            f"{name}: ready in {seconds:.2f} s with {mebibytes:.0f} MiB; the bare imports alone: "
            f"{bare_seconds:.2f} s, {bare_mebibytes:.0f} MiB (median of {RUNS})"
        )
