"""Signal plans on real networks, judged on seeds nobody searched with: `python benchmarks/signals.py FOLDER [NAME …]`.

FOLDER holds NAME.net.xml and NAME.rou.xml (or .gz) for 07:00 to 08:00; needs SUMO (extra "traffic"). Printed per network: the plan
in place, Webster's formula (ours, and SUMO's own tool where it is installed), actuated greens, and the search; for each what the
gate says. Delay = time lost + waiting to enter, of all vehicles, also those still on the way.
Last: demand from counts and a prior, with GEH on detectors that were held out, and a plan sought on that demand, judged on the true one.
"""

import random
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stadtkern.lib.traffic import gate, plans, sumo
from stadtkern.lib.traffic.calibrate import calibrate, good
from stadtkern.lib.traffic.net import Net, Plan, read_net, read_xml

BEGIN, END = 25200, 28800
SEARCHED = (1, 2)
ROUNDS = 60


def scenario_of(folder: Path, name: str) -> sumo.Scenario:
    routes = folder / f"{name}.rou.xml"
    return sumo.Scenario(folder / f"{name}.net.xml", routes if routes.is_file() else folder / f"{name}.rou.xml.gz", BEGIN, END)


def cost(scenario: sumo.Scenario, plan: Plan) -> float:
    made = [sumo.run(scenario, plan, seed) for seed in SEARCHED]
    return sum(one.delay_all + 3600 * one.outside / max(1, one.loaded) for one in made) / len(made)


def tool_webster(scenario: sumo.Scenario, net: Net, place: Path) -> Plan | None:
    """Webster by SUMO's own tlsCycleAdaptation, where its tools are installed."""
    tool = Path(sysconfig.get_paths()["purelib"]) / "sumo" / "tools" / "tlsCycleAdaptation.py"
    if not tool.is_file():
        return None
    driven, out = place / "driven.rou.xml", place / "tool.add.xml"
    routes = sumo.driven(scenario)
    told = "".join(
        f'<vehicle id="{at}" depart="{BEGIN}"><route edges="{" ".join(one)}"/></vehicle>' for at, one in enumerate(routes)
    )
    driven.write_text(f"<routes>{told}</routes>")
    command = [
        sys.executable,
        str(tool),
        "-n",
        str(scenario.net),
        "-r",
        str(driven),
        "-o",
        str(out),
        "-b",
        str(BEGIN),
        "--program",
        "x",
    ]
    done = subprocess.run(command, capture_output=True, timeout=300, check=False)
    if done.returncode or not out.is_file():
        return None
    made = {}
    for logic in read_xml(out).iter("tlLogic"):
        known = net.programs[logic.get("id")]
        seconds = [float(one.get("duration")) for one in logic.iter("phase")]
        made[known.signal] = known.with_greens({at: seconds[at] for at in known.greens})
    return {**net.programs, **made}


def judge(title: str, net: Net, plan: Plan, scenario: sumo.Scenario, known: dict) -> gate.Verdict:
    verdict = gate.judge(net.programs, plan, lambda one, seed, scale: sumo.run(scenario, one, seed, scale), known=known)
    say = "PASSED" if verdict.passed else "REFUSED: " + ", ".join(verdict.reasons)
    print(f"  {title:34} {say}")
    for row in verdict.rows:
        print(
            f"    demand × {row.scale}: {row.before:6.1f} -> {row.after:6.1f} s ({row.gain:+.1f} %), outside {row.outside_before} -> "
            f"{row.outside_after}, arrived {row.arrived_before} -> {row.arrived_after}, worse on {row.worse_seeds} of 5 seeds"
        )
    return verdict


def network(folder: Path, name: str) -> None:
    scenario, started = scenario_of(folder, name), time.process_time()
    net = read_net(scenario.net)
    known = {(seed, scale): sumo.run(scenario, None, seed, scale) for scale in gate.SCALES for seed in gate.UNSEEN}
    print(f"{name}: {len(net.programs)} signals, {known[gate.UNSEEN[0], 1.0].loaded} vehicles")
    judge("Webster (ours)", net, plans.webster(net, sumo.turns(scenario)).plan, scenario, known)
    with tempfile.TemporaryDirectory() as place:
        if tool := tool_webster(scenario, net, Path(place)):
            judge("Webster (SUMO's tool)", net, tool, scenario, known)
    judge("actuated", net, plans.actuated(net).plan, scenario, known)
    sought = plans.search(net.programs, lambda plan: cost(scenario, plan), rounds=ROUNDS)
    judge(f"search, {ROUNDS} steps", net, sought.plan, scenario, known)
    print(f"  processor time of this process {time.process_time() - started:.0f} s", flush=True)


def demand(folder: Path, name: str) -> None:
    """Hide the demand; give counts on 60 % of the edges and a wrong prior; look at the rest."""
    scenario = scenario_of(folder, name)
    net = read_net(scenario.net)
    driven = [one for one in sumo.driven(scenario) if one]
    true = Counter(driven)
    routes = sorted(true)
    rng = np.random.default_rng(5)
    prior = np.array([true[one] for one in routes]) * rng.lognormal(0.15, 0.45, len(routes))
    flows = Counter(edge for one in driven for edge in set(one))
    edges = sorted(flows)
    random.Random(5).shuffle(edges)
    cut = int(0.6 * len(edges))
    used, kept = {e: float(flows[e]) for e in edges[:cut]}, {e: float(flows[e]) for e in edges[cut:]}
    answer = calibrate(routes, prior, used, kept)
    before = [sum(prior[at] for at, one in enumerate(routes) if edge in one) for edge in kept]
    print(f"{name}: demand from {len(used)} counted edges of {len(edges)} and a prior that is wrong by a half")
    print(f"  GEH < 5: prior alone {good(np.array(before), np.array(list(kept.values()))):.0f} % of the {len(kept)} held-out edges, "
          f"calibrated {answer.held_out:.0f} % (on the counted ones {answer.fitted:.0f} %); moved {answer.moved:.0f} % of the prior")  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "calibrated.rou.xml"
        file.write_text(_vehicles(routes, answer.amounts))
        thought = sumo.Scenario(scenario.net, file, BEGIN, END)
        guess = np.mean([sumo.run(thought, None, seed).delay_all for seed in SEARCHED])
        truth = np.mean([sumo.run(scenario, None, seed).delay_all for seed in SEARCHED])
        print(f"  delay with the plan in place: {guess:.1f} s with this demand, {truth:.1f} s with the true one")
        sought = plans.search(net.programs, lambda plan: cost(thought, plan), rounds=ROUNDS)
    judge("sought on the calibrated demand, judged on the true one", net, sought.plan, scenario, {})


def _vehicles(routes: list[tuple[str, ...]], amounts: np.ndarray) -> str:
    rng, rows = np.random.default_rng(1), []
    for route, amount in zip(routes, amounts, strict=True):
        many = int(amount) + int(rng.random() < amount - int(amount))
        rows += [(float(depart), route) for depart in rng.uniform(BEGIN, END - 1, many)]
    rows.sort()
    lines = [
        f'<vehicle id="{at}" type="car" depart="{depart:.1f}"><route edges="{" ".join(route)}"/></vehicle>'
        for at, (depart, route) in enumerate(rows)
    ]
    return '<routes><vType id="car" speedDev="0.1" length="4.3" minGap="1.5"/>' + "\n".join(lines) + "</routes>"


def main() -> None:
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    if sumo.program() is None:
        raise SystemExit('SUMO is not installed here (extra "traffic").')
    folder, names = Path(sys.argv[1]), sys.argv[2:] or ["cologne1", "cologne3", "cologne8"]
    for name in names:
        network(folder, name)
    demand(folder, names[-1])


if __name__ == "__main__":
    main()
