"""Forecast of real hourly counts, a day ahead, beside simple rules: `python benchmarks/traffic_forecast.py FILE.parquet [FOLDER]`.

FILE: hourly counts with columns detector, date, hour, vehicles (needs duckdb, a tool of development). The last 56 days are the
test. FOLDER, where there is one: the daily files of the same detectors (…_24mq.csv, two years); then the test is 6 November to
31 December 2016, Christmas and all, the split of the published baselines. For every day only counts up to the day before are used.
"""

import csv
import sys
import time
import warnings
from datetime import date, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stadtkern.lib.traffic.days import Days
from stadtkern.lib.traffic.forecast import Counts, Forecaster, corrected, wape

TEST = 56
AGAIN = 28  # days until the model is learned anew
# School holidays of North Rhine-Westphalia in these two years.
VACATIONS = tuple(
    (date.fromisoformat(first), date.fromisoformat(last))
    for first, last in [
        ("2014-12-22", "2015-01-06"), ("2015-03-30", "2015-04-11"), ("2015-06-29", "2015-08-11"), ("2015-10-05", "2015-10-17"),
        ("2015-12-23", "2016-01-06"), ("2016-03-21", "2016-04-02"), ("2016-07-11", "2016-08-23"), ("2016-10-10", "2016-10-21"),
        ("2016-12-23", "2017-01-06"),
    ]
)  # fmt: skip
DAYS = Days("NW", (), VACATIONS)


def of_parquet(file: Path) -> Counts:
    import duckdb

    table = duckdb.execute(
        "select detector, date, hour, vehicles from read_parquet(?) order by 1, 2, 3", [str(file)]
    ).fetchnumpy()
    names = sorted(set(table["detector"].tolist()))
    days = sorted(set(table["date"].astype("datetime64[D]").tolist()))
    values = np.ma.filled(table["vehicles"].astype(float), np.nan).reshape(len(names), len(days), 24)
    return Counts(tuple(names), days[0], values)


def of_folder(folder: Path, names: tuple[str, ...]) -> Counts:
    files = sorted(folder.glob("20??_??_??_24mq.csv"))
    days = [date(*map(int, file.name[:10].split("_"))) for file in files]
    place = {name: at for at, name in enumerate(names)}
    values = np.full((len(names), (days[-1] - days[0]).days + 1, 24), np.nan)
    for file, day in zip(files, days, strict=True):
        with file.open(encoding="latin-1", newline="") as opened:
            for row in csv.reader(opened, delimiter=";"):
                if row and row[0] in place:
                    told = [float(word) if word.strip().lstrip("-").isdigit() else np.nan for word in row[1:25]]
                    values[place[row[0]], (day - days[0]).days, : len(told)] = told
    return Counts(names, days[0], values)


def rules(values: np.ndarray, at: int) -> dict[str, np.ndarray]:
    """What the published baselines say for a day."""

    def weeks(many: int) -> np.ndarray:
        return np.nanmedian(np.stack([values[:, at - 7 * back] for back in range(1, many + 1) if at - 7 * back >= 0]), 0)

    return {
        "same hour yesterday": values[:, at - 1],
        "same hour last week": values[:, at - 7],
        "median of 4 same weekdays": weeks(4),
        "median of 8 same weekdays": weeks(8),
    }


def measure(title: str, counts: Counts) -> None:
    values = np.where(counts.values < 0, np.nan, counts.values)
    first, last = values.shape[1] - TEST, values.shape[1]
    told: dict[str, list[np.ndarray]] = {}
    model, spent = None, 0.0
    rng = np.random.default_rng(0)
    soon: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for at in range(first, last):
        started = time.process_time()
        if model is None or (at - first) % AGAIN == 0:
            model = Forecaster.learn(counts, DAYS, at - 1)
        expected = model.day(at, at - 1)
        spent += time.process_time() - started
        simple = rules(values, at)
        for name, found in simple.items():
            told.setdefault(name, []).append(found)
        told.setdefault("learned model", []).append(
            np.where(np.isfinite(simple["median of 4 same weekdays"]), expected, np.nan)
        )
        hour = int(rng.integers(7, 18))
        seen = np.where(np.arange(24) < hour, values[:, at], np.nan)
        ahead = slice(hour, min(24, hour + 3))
        soon.append((corrected(expected, seen)[:, ahead], expected[:, ahead], values[:, at, ahead]))
    actual = values[:, first:last]
    begin = counts.first + timedelta(days=first)
    print(f"{title}: {len(counts.detectors)} detectors, test {begin} to {begin + timedelta(days=TEST - 1)}, a day ahead")
    for name, days in told.items():
        found = np.stack(days, 1)
        print(f"  {name:28} WAPE {wape(found, actual):5.2f} %   hours answered {np.isfinite(found).sum():,}")
    if begin + timedelta(days=TEST) > date(2016, 12, 24):
        late = (date(2016, 12, 23) - begin).days
        for name in ("median of 4 same weekdays", "learned model"):
            print(f"  23 to 31 December: {name:20} WAPE {wape(np.stack(told[name], 1)[:, late:], actual[:, late:]):5.2f} %")
    near, plain, real = (np.concatenate([one[at].ravel() for one in soon]) for at in range(3))
    print(f"  next 3 hours, with today's counts    WAPE {wape(near, real):5.2f} %   (a day ahead: {wape(plain, real):.2f} %)")
    print(f"  processor time of learning and answering {spent:.0f} s")


def main() -> None:
    warnings.simplefilter("ignore", RuntimeWarning)
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    counts = of_parquet(Path(sys.argv[1]))
    measure("13 weeks of history", counts)
    if len(sys.argv) > 2:
        measure("two years of history", of_folder(Path(sys.argv[2]), counts.detectors))


if __name__ == "__main__":
    main()
