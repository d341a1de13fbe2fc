"""Working time: a side's hours in its own zone, less its public holidays, and how people write them."""

from bot.rules import Unclear as Unclear
from bot.rules.worktime.calendar import MONDAY_TO_FRIDAY as MONDAY_TO_FRIDAY
from bot.rules.worktime.calendar import Calendar as Calendar
from bot.rules.worktime.calendar import add as add
from bot.rules.worktime.calendar import between as between
from bot.rules.worktime.calendar import full_day as full_day
from bot.rules.worktime.calendar import hours_of as hours_of
from bot.rules.worktime.calendar import is_working as is_working
from bot.rules.worktime.calendar import later_day as later_day
from bot.rules.worktime.calendar import next_day as next_day
from bot.rules.worktime.calendar import next_moment as next_moment
from bot.rules.worktime.calendar import place as place
from bot.rules.worktime.calendar import works_on as works_on
from bot.rules.worktime.holiday import countries as countries
from bot.rules.worktime.holiday import problem_with as problem_with
from bot.rules.worktime.holiday import regions as regions
from bot.rules.worktime.typed import DAY_NAMES as DAY_NAMES
from bot.rules.worktime.typed import days_in_words as days_in_words
from bot.rules.worktime.typed import hours_in_words as hours_in_words
from bot.rules.worktime.typed import parse_days as parse_days
from bot.rules.worktime.typed import parse_hours as parse_hours
from bot.rules.worktime.zone import parse_zone as parse_zone
