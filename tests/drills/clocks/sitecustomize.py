"""Sets the clock of a server under drill ahead. Python loads it first, because the folder is on its path."""

import os
import time
from datetime import UTC, datetime, timedelta

import time_machine

ahead = timedelta(milliseconds=int(os.environ["DRILL_CLOCK_MS"]))
time_machine.travel(datetime.fromtimestamp(time.time(), UTC) + ahead, tick=True).start()
