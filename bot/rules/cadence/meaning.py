"""The rules that words may mean together.

One rule: what recurs in one way only is one rule; what may be meant in several ways is all of them; what lacks something is refused.
"""

from __future__ import annotations

from bot.rules.cadence.rule import CODES, SHORTEST, WORKDAYS, Rule, Unit
from bot.rules.cadence.seen import Seen, Unread, see
from bot.rules.cadence.worded import QUARTER_ENDS, QUARTER_STARTS


def rules_of(phrase: str) -> list[Rule]:
    """List the rules that words in one spelling may mean. Raises Unread."""
    seen = see(phrase)
    if seen.times and seen.times != len(seen.nth or seen.weekdays or seen.days) * max(len(seen.months), 1):
        raise Unread("does not say on which days")
    if seen.weekdays:
        return _by_week(seen)
    if seen.nth or seen.days:
        return _by_month(seen)
    match seen.unit:
        case "day" if not (seen.period or seen.months):
            return [Rule(Unit.DAY, seen.every)]
        case "day" | "":
            raise Unread("does not say how often")
        case _:
            raise Unread(f"does not say on which day of the {seen.unit}")


def _by_week(seen: Seen) -> list[Rule]:
    days = tuple(sorted(seen.weekdays))
    if seen.unit == "day" and seen.every % 7 == 0:
        seen.every, seen.unit = seen.every // 7, "week"
    if seen.period or seen.unit in ("month", "quarter", "year") or seen.months:
        if len(days) == 1 and "month" in (seen.unit, seen.period) and not seen.months:
            return [Rule(Unit.MONTH, seen.every or 1, days, (nth,)) for nth in (1, -1)]
        raise Unread("names weekdays, but not which of them in the month")
    if seen.unit == "day" and (seen.every > 1 or len(days) < 4):
        raise Unread("says every day and names some days")
    if len(days) == 1 and not (seen.recurs or seen.unit):
        raise Unread("may be once or every week: write “every” before it")
    every = seen.every if seen.unit == "week" else 1
    return [Rule(Unit.DAY) if every == 1 and len(days) == 7 else Rule(Unit.WEEK, every, days)]


def _by_month(seen: Seen) -> list[Rule]:
    weekdays = WORKDAYS if seen.of == "workday" else (CODES.index(seen.of),) if seen.nth else ()
    nth, days = tuple(sorted(seen.nth, key=_last_last)), tuple(sorted(seen.days, key=_last_last))
    if len(set(nth)) < len(nth) or any(each > (10 if seen.of == "workday" else 4) for each in nth):
        raise Unread("names a day that not every month has: write “last” for the last one")
    every, unit = seen.every or 1, seen.unit or seen.period
    months = tuple(sorted(seen.months))
    if not all(-1 <= day <= 31 and day for day in days):
        raise Unread("names a day that no month has")
    if len([day for day in days if day > SHORTEST or day == -1]) > 1:
        raise Unread("names two days that fall together in short months")
    rule = Rule(Unit.MONTH, every, weekdays, nth, days, months)
    match unit:
        case "every" if len(nth) == 1 and weekdays != WORKDAYS and nth[0] in (2, 3, 4):
            weekly = Rule(Unit.WEEK, nth[0], weekdays)
            return [weekly] if nth[0] == 2 else [weekly, rule]
        case "month" | "every" if not months:
            return [rule]
        case "quarter" if not months:
            return _by_quarter(rule, seen)
        case "month" if every == 1:
            return [_in_months(rule, seen)]
        case "year" | "" if months:
            return [_in_months(rule, seen)]
        case "year" if len(nth or days) == 1 and seen.period:
            return [Rule(Unit.YEAR, every, weekdays, nth, days, (12 if -1 in nth + days else 1,))]
        case "" if seen.recurs and days:
            return [rule]
        case "":
            raise Unread("may be once or every month: add “of the month”")
        case "year":
            raise Unread("names a day, but not of which month of the year")
        case _:
            raise Unread("names days and months that do not fit together")


def _last_last(number: int) -> int:
    return number % 100  # -1 after all others


def _by_quarter(rule: Rule, seen: Seen) -> list[Rule]:
    if rule.every > 1:
        raise Unread("counts quarters: say the months")
    last = [each == -1 for each in rule.nth or rule.month_days]
    months = QUARTER_ENDS if all(last) else QUARTER_STARTS
    if any(last) != all(last):
        raise Unread("lies at both ends of the quarter: set each apart")
    fixed = Rule(rule.unit, 1, rule.weekdays, rule.nth, rule.month_days, months)
    if rule.nth or all(last) or seen.of == "day":
        return [fixed]
    return [fixed, Rule(rule.unit, 3, rule.weekdays, rule.nth, rule.month_days)]


def _in_months(rule: Rule, seen: Seen) -> Rule:
    if any(day > max(map(_longest, rule.months)) for day in rule.month_days):
        raise Unread("names a day that does not exist")
    if len(rule.months) == 1:
        if not (seen.recurs or seen.unit):
            raise Unread("may be once or every year: write “every year on” before it")
        if 29 in rule.month_days and 2 in rule.months and len(rule.month_days) > 1:
            raise Unread("names two days that fall together in most years")
        return Rule(Unit.YEAR, rule.every, rule.weekdays, rule.nth, rule.month_days, rule.months)
    if rule.every > 1:
        raise Unread("counts years and names several months: set each apart")
    return rule


def _longest(month: int) -> int:
    return 29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31
