"""What was measured, as a table for people and as JSON."""

import json
import os
import platform
import statistics
import time


class Table:
    def __init__(self):
        self.rows = []

    def add(self, part, name, values, unit, note=""):
        """One row from the values of all runs; the median is returned."""
        row = {"part": part, "name": name, "median": statistics.median(values), "min": min(values), "max": max(values),
               "values": list(values), "unit": unit, "note": note}
        self.rows.append(row)
        print(f"  {name:<58} {number(row['median']):>10} {unit:<6} ({number(row['min'])} to {number(row['max'])}) {note}",
              flush=True)
        return row["median"]

    def ratio(self, part, name, pairs, aim, at_most=False):
        """Median of the ratios of what was measured in the same round, beside the aim; kept whether it is met."""
        values = [ours / theirs for ours, theirs in pairs]
        self.judged(part, name, values, "x", aim, at_most)

    def judged(self, part, name, values, unit, aim, at_most=False):
        middle = statistics.median(values)
        met = middle <= aim if at_most else middle >= aim
        self.rows.append({"part": part, "name": name, "median": middle, "min": min(values), "max": max(values), "values": values,
                          "unit": unit, "aim": aim, "at_most": at_most, "met": met})
        print(f"  {name:<58} {middle:>10.2f} {unit:<6} ({min(values):.2f} to {max(values):.2f}) "
              f"aim {'<=' if at_most else '>='} {aim:g}: {'met' if met else 'MISSED'}", flush=True)

    def print_aims(self):
        print("\nAims")
        print(f"| {'part':<10} | {'what':<58} | {'aim':>8} | {'measured':>9} | {'least':>8} | {'most':>8} |        |")
        print(f"|{'-' * 12}|{'-' * 60}|{'-' * 9}:|{'-' * 10}:|{'-' * 9}:|{'-' * 9}:|--------|")
        for row in self.rows:
            if "aim" in row:
                aim = f"{'<=' if row['at_most'] else '>='} {row['aim']:g}"
                print(f"| {row['part']:<10} | {row['name']:<58} | {aim:>8} | {row['median']:>9.2f} | {row['min']:>8.2f} | "
                      f"{row['max']:>8.2f} | {'met' if row['met'] else 'MISSED':<6} |")

    def write(self, path, conditions):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"conditions": conditions, "rows": self.rows}, indent=1, ensure_ascii=False) + "\n",
                        encoding="utf-8")


def number(value):
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def machine():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8") if line.startswith("model name")),
                 platform.machine())
    return {"processor": model, "processors": os.cpu_count(), "system": platform.platform(),
            "load": os.getloadavg()[0], "at": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())}
