"""What fault tests need, in one import: everything of herald_harness, FaultTest and Load.

    from fault_harness import FaultTest

    class Restarts(FaultTest):
        everyday = {"restarts": 3}
        long = {"restarts": 50}

        def test_nothing_is_lost(self):
            self.start()
            ...self.size.restarts...
            self.figure("lost", 0, "0")

Environment, set by campaign.py or by hand: HERALD_SEED repeats a run's choices, HERALD_LONG=1 takes the
long sizes, HERALD_SIZES="kills=50 acks=2000" sets single ones, HERALD_FIGURES names a file for figures,
HERALD_STORE=postgresql keeps everything in PostgreSQL.
"""

import pathlib
import sys

FOLDER = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent / "system"))

from herald_harness import *  # noqa: E402,F401,F403
from case import (FaultTest, chosen_seed, daemon_can, is_long,  # noqa: E402,F401
                  on_postgresql)  # noqa: E402,F401
from harness.places import SOURCE  # noqa: E402,F401
from load import ENDLESS, UNSETTLED, Load  # noqa: E402,F401
