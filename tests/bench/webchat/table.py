"""The table of ./dev bench webchat: what is aimed at, what was measured, and whether that is enough."""

import statistics
from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Row:
    """One line. `value`: of one run's figures. at_most, at_least: the aim; neither: a figure to compare with."""

    name: str
    value: Callable[[dict], float]
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    def aim(self):
        if self.at_most is not None:
            return f"<= {number(self.at_most)}"
        return f">= {number(self.at_least)}" if self.at_least is not None else ""

    def measured(self, runs):
        """The row as it is written down: median, least and most of all runs."""
        values = [self.value(figures) for figures in runs]
        middle = statistics.median(values)
        aim = self.at_most if self.at_most is not None else self.at_least
        met = None
        if aim is not None:
            met = middle <= aim if self.at_most is not None else middle >= aim
        return {"name": self.name, "median": middle, "least": min(values), "most": max(values), "unit": self.unit,
                "aim": self.aim(), "ratio_to_aim": middle / aim if aim else None, "met": met, "runs": len(values)}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


HEAD = f"  {'':<58} {'median':>10} {'least':>10} {'most':>10}  {'unit':<5} {'aim':<8} {'to aim':>6}"


def line(row):
    ratio = f"{row['ratio_to_aim']:.2f}" if row["ratio_to_aim"] is not None else ""
    verdict = {None: "", True: "met", False: "MISSED"}[row["met"]]
    return (f"  {row['name']:<58} {number(row['median']):>10} {number(row['least']):>10} {number(row['most']):>10}  "
            f"{row['unit']:<5} {row['aim']:<8} {ratio:>6} {verdict}").rstrip()
