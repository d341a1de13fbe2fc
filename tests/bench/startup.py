"""How long `bellwether run` takes to be ready with Slack only, and what it weighs: `python -m tests.bench.startup`.

One rule: it prints one line, and beside each figure what the bare imports of the same packages cost on the same machine.
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
SETTINGS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
BARE = "import slack_bolt.async_app, aiohttp.web, sqlmodel, apscheduler.schedulers.asyncio; print('in', flush=True); input()"


def memory(pid: int) -> float:
    """The resident memory of a process, in MiB."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def ready() -> tuple[float, float]:
    """Start the bot on a fresh database; seconds until it says that it is ready, and MiB."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"BELLWETHER_PORT": "0", "BELLWETHER_DATABASE_URL": f"sqlite:///{folder}/startup.db"} | SETTINGS
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


def bare() -> tuple[float, float]:
    """Import the packages and nothing else; seconds and MiB."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    process.stdout.readline()
    figures = time.perf_counter() - began, memory(process.pid)
    process.communicate("\n", timeout=15)
    return figures


if __name__ == "__main__":
    runs = [(ready(), bare()) for _ in range(RUNS)]
    seconds, mebibytes, bare_seconds, bare_mebibytes = (
        median(figure) for figure in zip(*((*whole, *imports) for whole, imports in runs), strict=True)
    )
    print(
        f"ready in {seconds:.2f} s with {mebibytes:.0f} MiB; the bare imports alone: "
        f"{bare_seconds:.2f} s, {bare_mebibytes:.0f} MiB (median of {RUNS})"
    )
