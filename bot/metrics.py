"""What is counted and measured, under the names that the operator's dashboards use.

One rule: no label carries a tenant, a person or anything that people typed.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)  # when it started, processor time, memory, open files

BUILD = Info("bellwether_build", "Which Bellwether this is, and what runs it.", registry=REGISTRY)
try:
    BUILD.info({"version": version("bellwether"), "python": platform.python_version()})
except PackageNotFoundError:  # run from a folder that nobody installed
    BUILD.info({"version": "unknown", "python": platform.python_version()})

# What people do ------------------------------------------------------------------------------------------------------

ANSWERED = Counter(
    "bellwether_answers_total", "Inbound values answered, by kind and outcome.", ["kind", "outcome"], registry=REGISTRY
)
COMMANDS = Counter(
    "bellwether_commands_total", "Commands typed, by name (other: none of ours) and outcome.", ["command", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
LATENCY = Histogram(
    "bellwether_answer_seconds",
    "From an inbound value in hand to its answer committed.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
TURNED_AWAY = Counter(
    "bellwether_turned_away_total",
    "Inbound values that were turned away early because too much was waiting, by platform.",
    ["platform"],
    registry=REGISTRY,
)

# What is said --------------------------------------------------------------------------------------------------------

SENDS = Counter(
    "bellwether_sends_total", "Tries to deliver, by platform and outcome.", ["platform", "outcome"], registry=REGISTRY
)
SENDING = Histogram(
    "bellwether_send_seconds",
    "How long a platform took for one try.",
    ["platform"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
DELIVERED = Histogram(
    "bellwether_delivery_seconds",
    "From announced (or, put off on purpose, from due) to sent, by urgency.",
    ["urgency"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 86400),
    registry=REGISTRY,
)
CLAIMED = Counter("bellwether_claims_total", "Outbox rows claimed by this process.", registry=REGISTRY)
TURN = Histogram(
    "bellwether_turn_seconds",
    "One turn of delivery: settling what came back and claiming what is next.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
    registry=REGISTRY,
)
WAITING = Gauge("bellwether_outbox_waiting", "Outbox rows that wait or are being sent.", registry=REGISTRY)
OLDEST = Gauge("bellwether_outbox_oldest_seconds", "Age of the oldest of them.", registry=REGISTRY)
ROWS = Gauge("bellwether_outbox_rows", "Outbox rows that are not settled, by state.", ["state"], registry=REGISTRY)
AGE = Gauge("bellwether_outbox_age_seconds", "Age of the oldest in that state.", ["state"], registry=REGISTRY)
HELD = Gauge(
    "bellwether_budgets_held", "Shared limits that a platform asked to wait for, by platform.", ["platform"],
    registry=REGISTRY,
)  # fmt: skip

# What time does ------------------------------------------------------------------------------------------------------

FIRED = Counter(
    "bellwether_timers_total", "Timers that were worked on, by kind and outcome.", ["kind", "outcome"],
    registry=REGISTRY,
)  # fmt: skip
LAG = Histogram(
    "bellwether_timer_lag_seconds",
    "From when a timer was due to when it fired.",
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600, 86400),
    registry=REGISTRY,
)
DUE = Gauge("bellwether_timers_due", "Timers that fall due within the next hour.", registry=REGISTRY)
LATE = Gauge("bellwether_timers_late", "Timers that are due and have not fired.", registry=REGISTRY)
LATEST = Gauge("bellwether_timers_late_seconds", "How late the latest of them is.", registry=REGISTRY)
SET_ASIDE = Gauge("bellwether_timers_parked", "Timers that were set aside after failing again and again.", registry=REGISTRY)  # fmt: skip

# What it all rests on ------------------------------------------------------------------------------------------------

FAULTS = Counter(
    "bellwether_database_faults_total",
    "Transactions that the database failed, by outcome: retried, or given up.",
    ["outcome"],
    registry=REGISTRY,
)
ANSWERS = Gauge("bellwether_database_up", "Whether the database answered when this was asked.", registry=REGISTRY)
RUNNING = Gauge("bellwether_processes", "Processes seen alive in the last minutes.", registry=REGISTRY)
FORGOTTEN = Counter("bellwether_forgotten_total", "Rows deleted because they were kept for long enough.", registry=REGISTRY)  # fmt: skip


def nothing_known() -> None:
    """The database does not answer: what was read from it before is not shown as if it were so now."""
    ANSWERS.set(0)
    ROWS.clear()
    AGE.clear()
    HELD.clear()
    for gauge in (WAITING, OLDEST, DUE, LATE, LATEST, SET_ASIDE, RUNNING):
        gauge.set(float("nan"))
