"""What recurs, in words and as a rule: `weekdays at 9:30`, `every other tuesday at 14:00`, `last friday of the month by noon`.

One rule: words are read only when they name one recurrence; what is written here in words can be read here again.
"""

from bot.rules import Unclear as Unclear
from bot.rules.cadence.lifted import lift as lift
from bot.rules.cadence.recurrence import Occurrence as Occurrence
from bot.rules.cadence.recurrence import Recurrence as Recurrence
from bot.rules.cadence.recurrence import days as days
from bot.rules.cadence.recurrence import moved as moved
from bot.rules.cadence.recurrence import occurrences as occurrences
from bot.rules.cadence.recurrence import on as on
from bot.rules.cadence.typed import parse as parse
from bot.rules.cadence.worded import in_words as in_words
