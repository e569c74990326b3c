#!/usr/bin/env python3
"""Counts a published vote again, with nothing but Python: no part of Stadtkern is used, so it can be checked on its own.

    python3 nachzaehlen.py abstimmung.pb                 by the rule named in the file
    python3 nachzaehlen.py abstimmung.pb --rule mes --completion add1 --expect P001,P004

Every amount is a fraction; nothing is rounded. Slower than the count of the city, and written apart from it.
"""

import argparse
import json
import sys
from collections import Counter
from fractions import Fraction


def read(text: str) -> tuple[dict[str, str], dict[str, Fraction], list[list[tuple[str, Fraction]]]]:
    """META, cost of each project, and each ballot as (project, points)."""
    meta: dict[str, str] = {}
    costs: dict[str, Fraction] = {}
    votes: list[list[tuple[str, Fraction]]] = []
    part = ""
    header: list[str] = []
    for line in text.lstrip("\ufeff").splitlines():
        if line.strip() in ("META", "PROJECTS", "VOTES"):
            part, header = line.strip(), []
        elif not line.strip(";\t "):
            continue
        elif not header:
            header = [cell.strip() for cell in line.split(";")]
        elif part == "META":
            key, _, value = line.partition(";")
            meta[key.strip()] = value.strip()
        elif part == "PROJECTS":
            row = dict(zip(header, line.split(";"), strict=False))
            costs[row["project_id"].strip()] = Fraction(row["cost"].strip())
        else:
            votes.append(ballot(meta, dict(zip(header, line.split(";"), strict=False))))
    return meta, costs, votes


def ballot(meta: dict[str, str], row: dict[str, str]) -> list[tuple[str, Fraction]]:
    keys = [key.strip() for key in row.get("vote", "").split(",") if key.strip()]
    kind = meta["vote_type"]
    if kind in ("cumulative", "scoring"):
        points = [Fraction(point.strip()) for point in row.get("points", "").split(",") if point.strip()]
        return list(zip(keys, points, strict=False))
    if kind == "ordinal":
        return [(key, Fraction(int(meta["max_length"]) - at)) for at, key in enumerate(keys)]
    return [(key, Fraction(1)) for key in keys]


def totals(costs: dict[str, Fraction], votes: list[list[tuple[str, Fraction]]]) -> dict[str, Fraction]:
    total = dict.fromkeys(costs, Fraction(0))
    for vote in votes:
        for key, points in vote:
            total[key] += points
    return total


def fill(costs: dict[str, Fraction], total: dict[str, Fraction], left: Fraction, among: list[str]) -> list[str]:
    """Most points first; equal points: lower cost, then lower key; what does not fit is left out."""
    won = []
    for key in sorted(among, key=lambda key: (-total[key], costs[key], key)):
        if costs[key] <= left:
            won.append(key)
            left -= costs[key]
    return won


def shares(costs: dict[str, Fraction], kinds: "Counter[tuple[tuple[str, Fraction], ...]]", share: Fraction) -> list[str]:
    """One run: the project its voters can have for the least money per unit of cost is bought, until none can be bought."""
    ballots = [(dict(kind), number) for kind, number in kinds.items()]
    left = [share] * len(ballots)
    fans = {key: [at for at, (vote, _) in enumerate(ballots) if vote.get(key, 0) > 0] for key in costs}
    won = [key for key in costs if not costs[key] and fans[key]]
    known = {key: Fraction(0) for key in costs if fans[key] and costs[key]}  # lower bounds: shares only shrink
    while known:
        best: tuple[Fraction, str] | None = None
        for key in sorted(known, key=lambda key: (known[key], key)):
            if best is not None and (known[key], key) > best:
                break
            price = price_of(key, costs[key], ballots, left, fans[key])
            if price is None:
                del known[key]
                continue
            known[key] = price / costs[key]
            if best is None or (known[key], key) < best:
                best = known[key], key
        if best is None:
            break
        key = best[1]
        del known[key]
        won.append(key)
        for at in fans[key]:
            left[at] -= min(left[at], best[0] * costs[key] * ballots[at][0][key])
    return won


def price_of(
    key: str, cost: Fraction, ballots: list[tuple[dict[str, Fraction], int]], left: list[Fraction], fans: list[int]
) -> Fraction | None:
    """What one point must cost so that all together raise the cost; None when they cannot."""
    able = Counter[Fraction]()  # money per point -> points of people
    for at in fans:
        vote, number = ballots[at]
        able[left[at] / vote[key]] += number * vote[key]  # type: ignore[assignment]
    weight, rest = sum(able.values()), cost
    for money in sorted(able):
        if rest <= money * weight:
            return Fraction(rest) / weight
        rest -= money * able[money]
        weight -= able[money]
    return None


def count(
    meta: dict[str, str], costs: dict[str, Fraction], votes: list[list[tuple[str, Fraction]]], rule: str, completion: str
) -> list[str]:
    """The winners, sorted."""
    budget, total = Fraction(meta["budget"]), totals(costs, votes)
    if rule == "greedy":
        return sorted(fill(costs, total, budget, list(costs)))
    if not votes:
        return []
    kinds = Counter(tuple(sorted(vote)) for vote in votes)
    share = budget / len(votes)
    won = shares(costs, kinds, share)
    wanted = [key for key in costs if total[key] > 0]
    while completion.startswith("add1") and any(
        key not in won and sum(costs[one] for one in won) + costs[key] <= budget for key in wanted
    ):
        share += 1
        following = shares(costs, kinds, share)
        if sum(costs[key] for key in following) > budget:
            break
        won = following
    if completion.endswith("greedy"):
        won += fill(costs, total, budget - sum(costs[key] for key in won), [key for key in wanted if key not in won])
    return sorted(won)


def main() -> int:
    parser = argparse.ArgumentParser(description="Zählt eine veröffentlichte Abstimmung (.pb) nach.")
    parser.add_argument("file")
    parser.add_argument("--rule", choices=["greedy", "mes"])
    parser.add_argument("--completion", choices=["none", "add1", "greedy", "add1+greedy"])
    parser.add_argument("--expect", help="Nummern der Gewinner, mit Komma; Ende mit 1, wenn etwas anderes herauskommt")
    given = parser.parse_args()
    with open(given.file, encoding="utf-8-sig") as file:  # noqa: PTH123
        meta, costs, votes = read(file.read())
    rule = given.rule or meta.get("rule", "greedy")
    completion = given.completion or meta.get("completion", "none")
    winners = count(meta, costs, votes, rule, completion)
    cost = sum((costs[key] for key in winners), Fraction(0))
    print(json.dumps({"rule": rule, "completion": completion, "ballots": len(votes), "winners": winners, "cost": float(cost)}))
    if given.expect is not None and sorted(filter(None, given.expect.split(","))) != winners:
        print("Das Ergebnis stimmt nicht überein.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
