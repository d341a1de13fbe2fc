"""What is counted and measured, under the names that the operator's dashboards use.

One rule: no label carries a tenant, a person or anything that people typed.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

ANSWERED = Counter(
    "bellwether_answers_total", "Inbound values answered, by kind and outcome.", ["kind", "outcome"], registry=REGISTRY
)
LATENCY = Histogram(
    "bellwether_answer_seconds",
    "From an inbound value in hand to its answer committed.",
    ["kind"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=REGISTRY,
)
SENDS = Counter(
    "bellwether_sends_total", "Tries to deliver, by platform and outcome.", ["platform", "outcome"], registry=REGISTRY
)
WAITING = Gauge("bellwether_outbox_waiting", "Outbox rows that wait or are being sent.", registry=REGISTRY)
OLDEST = Gauge("bellwether_outbox_oldest_seconds", "Age of the oldest of them.", registry=REGISTRY)
LATE = Gauge("bellwether_timers_late", "Timers that are due and have not fired.", registry=REGISTRY)
LATEST = Gauge("bellwether_timers_late_seconds", "How late the latest of them is.", registry=REGISTRY)
