"""The parts of herald_harness; import that."""

import pathlib
import sys

# Whoever uses a part of it may use what it stands on.
SUPPORT = pathlib.Path(__file__).resolve().parents[2] / "support"
if str(SUPPORT) not in sys.path:
    sys.path.insert(0, str(SUPPORT))
