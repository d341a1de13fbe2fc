"""What `bellwether run` costs until it is ready (`/readyz` says 200), beside its bare imports: `python -m tests.bench.startup`.

One rule: the bare imports are the packages that the settings ask for and nothing of this project; what a start imports beyond them
is printed too. Seconds are CPU (user and system) of the process itself, memory is resident (VmRSS); medians of five, turn about.
Both sides find their bytecode in place, as in an installed service; one case shows both without any, as in a fresh checkout.
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
from collections import Counter
from pathlib import Path
from statistics import median
from typing import NamedTuple

RUNS = 5
LATER = 5.0  # seconds after it was ready: what is warmed up by then is weighed as well
OWN = {"bot", "handlers", "scheduler", "storage"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
TEAMS = {
    "MICROSOFT_APP_ID": "33333333-cccc-4ccc-8ccc-00000000000c",
    "MICROSOFT_APP_PASSWORD": "s",
    "MICROSOFT_APP_TENANT_ID": "11111111-aaaa-4aaa-8aaa-00000000000a",
    "MICROSOFT_OPENID_URL": "http://127.0.0.1:9/openid",
    "MICROSOFT_LOGIN_URL": "http://127.0.0.1:9/login",
}
EITHER = (
    "aiohttp.web", "apscheduler.schedulers.asyncio", "dateutil.rrule", "prometheus_client", "pydantic_settings",
    "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "sqlmodel", "typer",
)  # fmt: skip
BOLT = ("slack_bolt.async_app", "slack_bolt.adapter.aiohttp")
BOTBUILDER = ("botbuilder.integration.aiohttp",)


class Case(NamedTuple):
    """What is started, beside which imports; on a database that is `migrated` or fresh, with `bytecode` in place or without."""

    settings: dict[str, str]
    packages: tuple[str, ...]
    migrated: bool = True
    bytecode: bool = True


CASES = {
    "Slack": Case(SLACK, (*EITHER, *BOLT)),
    "Slack, no bytecode": Case(SLACK, (*EITHER, *BOLT), bytecode=False),
    "Slack, fresh database": Case(SLACK, (*EITHER, *BOLT), migrated=False),
    "Teams": Case(TEAMS, (*EITHER, *BOTBUILDER)),
    "both": Case(SLACK | TEAMS, (*EITHER, *BOLT, *BOTBUILDER)),
}


class Cost(NamedTuple):
    seconds: float  # CPU
    mebibytes: float  # resident
    later: float  # resident some seconds afterwards


def weigh(pid: int) -> tuple[float, float]:
    """CPU seconds that the process has used, and the MiB it holds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    status = Path(f"/proc/{pid}/status").read_text()
    ticks = int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def python(bytecode: Path | None, *words: str, **more: str) -> subprocess.Popen[str]:
    """Start Python, its bytecode kept in that folder, or nowhere."""
    kept = {"PYTHONDONTWRITEBYTECODE": "" if bytecode else "1", "PYTHONPYCACHEPREFIX": str(bytecode or "/nowhere")}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, *words], env=os.environ | kept | more, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )


def started(
    settings: dict[str, str], database: Path, bytecode: Path | None, *options: str
) -> tuple[subprocess.Popen[str], str]:
    """Start the bot and wait until it is ready; with what it said on the way."""
    own = {"BELLWETHER_PORT": "0", "BELLWETHER_DATABASE_URL": f"sqlite:///{database}"}
    process = python(bytecode, *options, "-m", "bot", "run", **own, **settings)
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if found := re.search(r"http://127[\d.]+:\d+", line):
            break
    else:
        raise SystemExit(said)
    while not _ready(f"{found[0]}/readyz"):
        time.sleep(0.05)
    return process, said


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError:
        return False


def ended(process: subprocess.Popen[str]) -> str:
    """Tell it to stop; what it said until then."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=15)[1]


def ready(case: Case, folder: Path) -> Cost:
    """What a start costs."""
    database = folder / "startup.db"
    if case.migrated:
        database.write_bytes((folder / "migrated.db").read_bytes())
    process, _ = started(case.settings, database, _kept(case, folder))
    cost = weigh(process.pid)
    time.sleep(LATER)
    later = weigh(process.pid)[1]
    ended(process)
    for left in folder.glob("startup.db*"):
        left.unlink()
    return Cost(*cost, later)


def bare(case: Case, folder: Path) -> Cost:
    """What it costs to import the packages and nothing else."""
    process = python(_kept(case, folder), "-c", f"import {', '.join(case.packages)}; print(flush=True); input()")
    assert process.stdout
    process.stdout.readline()
    cost = weigh(process.pid)
    process.communicate("\n")
    return Cost(*cost, cost[1])


def _kept(case: Case, folder: Path) -> Path | None:
    return folder / "bytecode" if case.bytecode else None


def beyond(case: Case, folder: Path) -> str:
    """What a start imports beyond the bare imports: packages, with how many modules of each."""
    database = folder / "beyond.db"
    if case.migrated:
        database.write_bytes((folder / "migrated.db").read_bytes())
    process, said = started(case.settings, database, folder / "bytecode", "-X", "importtime")
    said += ended(process)
    for left in folder.glob("beyond.db*"):
        left.unlink()
    imports = python(folder / "bytecode", "-X", "importtime", "-c", f"import {', '.join(case.packages)}")
    more = imported(said) - imported(imports.communicate()[1])
    counted = Counter(name.partition(".")[0] for name in more)
    return ", ".join(f"{name} {count}" for name, count in sorted(counted.items())) or "nothing"


def imported(said: str) -> set[str]:
    """The modules of packages that are neither Python's nor this project's, by what `-X importtime` said."""
    names = set(re.findall(r"import time:.*\| +([\w.]+)$", said, re.MULTILINE))
    return {name for name in names if name.partition(".")[0] not in OWN | sys.stdlib_module_names}


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ended(started(SLACK, folder / "migrated.db", folder / "bytecode")[0])
        for name, case in CASES.items():
            more = beyond(case, folder)  # and the bytecode of all that it needs is in place
            runs = [(ready(case, folder), bare(case, folder)) for _ in range(RUNS)]
            bot, imports = (Cost(*map(median, zip(*costs, strict=True))) for costs in zip(*runs, strict=True))
            print(
                f"{name}: ready {bot.seconds / imports.seconds:.2f} x CPU ({bot.seconds:.2f} s / {imports.seconds:.2f} s), "
                f"{bot.mebibytes / imports.mebibytes:.2f} x memory ({bot.mebibytes:.0f} MiB / {imports.mebibytes:.0f} MiB), "
                f"{LATER:.0f} s later {bot.later / imports.mebibytes:.2f} x ({bot.later:.0f} MiB)"
            )
            print(f"  bare: {', '.join(case.packages)}; beyond them: {more}", flush=True)


if __name__ == "__main__":
    main()
