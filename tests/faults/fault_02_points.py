"""2: the daemon dies at every named crash point, is started again, and has lost nothing. On either store."""

import re
import time
import unittest

from fault_harness import SOURCE, FaultTest, on_postgresql
from tour import Tour

DAEMON = SOURCE / "daemon"
POINT = re.compile(r'HERALD_POINT\(\s*"([^"]+)"\s*\)')


ONLY_UNDER_A_MUTANT = {"store.told_too_early"}


def named_points():
    """Every crash point in the daemon's source that a daemon without defects reaches on this run's store:
    name -> files."""
    found = {}
    # The outbox is PostgreSQL's alone; a tour of one daemon comes by neither what several
    # nodes do nor a move, which is another program: tests/system/test_move.py dies there.
    # Nor by what is deleted: that must have ended days ago.
    others = {"sharing", "membership", "moving", "retention"}
    others |= {"sqlite"} if on_postgresql() else {"postgresql", "sql_rows", "sql_producer"}
    for path in sorted(DAEMON.rglob("*.cpp")):
        if others & {*path.parts, path.stem}:
            continue
        for name in POINT.findall(path.read_text("utf-8")):
            if name not in ONLY_UNDER_A_MUTANT:
                found.setdefault(name, []).append(str(path.relative_to(DAEMON)))
    return found


class Points(FaultTest):
    everyday = {"points": 3, "rounds": 1, "only": "-"}
    long = {"points": 10_000, "rounds": 3}
    smaller = {"points": 1}

    def test_every_point_has_a_name_of_its_own_and_the_tour_comes_by(self):
        seen, points = self.folder / "seen", named_points()
        # It dies at one of them, so that even the smallest run has a death.
        death = self.random.choice(sorted(points))
        tour = Tour(self, {"HERALD_POINTS_SEEN": str(seen), "HERALD_CRASH_AT": f"{death}:1"})
        tour.walk()
        twice = {name: files for name, files in points.items() if len(files) > 1}
        self.assertEqual(twice, {}, "crash points with the same name")
        missed = set(points) - set(seen.read_text().split())
        self.figure("crash points, reached", f"{len(points)}, {len(points) - len(missed)}", ">= 40")
        self.figure("on the way it died at", death)
        self.assertEqual(missed, set(), "no step of tour.py comes by; add one there")
        self.assertGreaterEqual(len(points), 40)
        self.assertEqual(len(tour.deaths), 1, f"the daemon did not die at {death}")
        self.assertEqual(tour.violations(), [])

    def test_killed_at_points(self):
        points = sorted(named_points())
        if self.size.only != "-":
            points = [p for p in points if re.fullmatch(self.size.only, p)]
        self.random.shuffle(points)
        crashes, broken, missed = 0, [], []
        for place in range(self.size.rounds):
            for name in points[:self.size.points]:
                # First where it is reached first, then somewhere later, if it comes by again.
                time_ = 1 if place == 0 else self.random.randrange(2, 12)
                died, found = self.crash_at(f"{name}:{time_}")
                crashes += died
                broken += [f"{name}:{time_}: {problem}" for problem in found]
                if place == 0 and not died:
                    missed.append(name)
        self.figure("points, deaths at them", f"{min(self.size.points, len(points))}, {crashes}")
        self.figure("broken promises", len(broken), "0")
        self.assertEqual(missed, [], "the daemon did not die there")
        self.assertEqual(broken, [])

    def crash_at(self, where):
        """(it died there, what the oracle and the database say against it)."""
        started = time.monotonic()
        inner = Scenario("nothing")
        inner.setUp()
        try:
            tour = Tour(inner, {"HERALD_CRASH_AT": where})
            try:
                tour.walk()
                found = tour.violations()
                inner.tearDown()
            except AssertionError as error:
                found = [str(error)[-2000:]]
            print(f"    {where}: {'died' if tour.deaths else 'not reached'}, "
                  f"{time.monotonic() - started:.1f} s{', BROKEN' if found else ''}", flush=True)
            return bool(tour.deaths), found
        finally:
            inner.doCleanups()


class Scenario(FaultTest):
    """One life of a daemon within a test that has many."""

    quiet = True

    def nothing(self):
        """Only a name for unittest."""


if __name__ == "__main__":
    unittest.main()
