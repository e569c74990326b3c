"""Signals on two crossings of our own: read, simulated, sought, judged. Without SUMO the last part cannot run."""

from dataclasses import replace
from pathlib import Path

import pytest

from stadtkern.lib.traffic import gate, net, plans, study, sumo

HERE = Path(__file__).parent / "crossing"
LIT = net.Program(
    "a", "static", 0.0, (net.Phase(30, "GGrr"), net.Phase(3, "yyrr"), net.Phase(30, "rrGG"), net.Phase(3, "rryy"))
)


def outcome(delay: float, waiting: int = 0) -> sumo.Outcome:
    return sumo.Outcome(100, 100 - waiting, waiting, 0, delay, delay)


def judged(after: dict[float, sumo.Outcome], before: float = 40.0) -> gate.Verdict:
    changed = {"a": LIT.with_greens({0: 40.0})}
    return gate.judge({"a": LIT}, changed, lambda plan, seed, scale: after[scale] if plan else outcome(before))


def test_the_gate_refuses_what_harms():
    fine = {scale: outcome(36) for scale in gate.SCALES}
    assert judged(fine).passed
    assert judged(fine | {1.0: outcome(41)}).reasons == ("delay_worse",)
    assert judged(fine | {1.0: outcome(39)}).reasons == ("too_little",)
    assert judged(fine | {1.0: outcome(20, waiting=1)}).reasons == ("more_outside",)
    assert judged(fine | {1.1: outcome(50, waiting=3)}).reasons == ("delay_worse_other_demand", "more_outside_other_demand")


def test_a_plan_for_buses_must_help_them_and_cost_nobody_anything():
    def verdict(delay, bus_delay, other=None):
        def run(plan, seed, scale):
            after = (delay, bus_delay) if scale == 1.0 else other or (delay, bus_delay)
            return sumo.Outcome(100, 100, 0, 0, 40, *((after[0],) if plan else (40,)), 0, 6, after[1] if plan else 60.0)

        return gate.judge({"a": LIT}, {"a": LIT.with_greens({0: 40.0})}, run, buses=True)

    assert verdict(40, 50).passed and verdict(40, 50).rows[0].bus_gain == pytest.approx(100 / 6)
    assert verdict(40, 58).reasons == ("too_little_for_buses",)
    assert verdict(41, 30).reasons == ("delay_worse",)  # however much the buses win
    assert verdict(40, 50, (40, 61)).reasons == ("buses_worse_other_demand",)
    assert verdict(40, 50, (42, 50)).reasons == ("delay_worse_other_demand",)


def test_priority_waits_for_buses_only_where_they_drive():
    links = tuple(net.Link("a", light, begin, 0, "out") for light, begin in enumerate(("w", "w", "s", "s")))
    network = net.Net({"a": LIT}, links, {})
    made = plans.priority(network, {"a": LIT}, frozenset({("w", "out")}), frozenset({"bus"}))["a"]
    assert (made.kind, dict(made.settings)["vTypes"]) == ("actuated", "bus")
    assert [phase.most - phase.seconds for phase in made.phases] == [plans.EXTENSION, 0, 0, 0]
    assert gate.structure({"a": LIT}, {"a": made}) == []
    everywhere = frozenset({("w", "out"), ("s", "out")})
    assert plans.priority(network, {"a": LIT}, everywhere, frozenset({"bus"}))["a"] == LIT  # nobody to be preferred


# Lights 0 and 1 are lanes, 2 is a crossing: it ends five seconds before the green beside it.
WALKED = net.Program(
    "a", "static", 0.0,
    tuple(net.Phase(seconds, state) for seconds, state in ((30, "GrG"), (5, "Grr"), (3, "yrr"), (30, "rGr"), (3, "ryr"))),
    feet=((2, 8.0),),
)  # fmt: skip
RINGS = net.Program("a", "NEMA", 0.0, (net.Phase(90, "Gr", 5, 50), net.Phase(90, "rG", 5, 50)), fixed=True)


def bounded(one: net.Program, at: int, least: float, most: float) -> net.Program:
    phases = tuple(replace(phase, least=least, most=most) if n == at else phase for n, phase in enumerate(one.phases))
    return replace(one, kind="actuated", phases=phases)


@pytest.mark.parametrize(
    ("before", "changed", "reason"),
    [
        (LIT, bounded(LIT, 1, 0, 0), "clearing_changed"),  # yellow that an actuated program may skip
        (LIT, bounded(LIT, 0, 5, 900), "red_too_long"),
        (LIT, bounded(LIT, 0, 50, 10), "no_time"),
        (LIT, LIT.with_greens({0: 200.0}), "cycle_too_long"),
        (LIT, LIT.with_greens({0: float("nan")}), "no_time"),
        (LIT, LIT.with_greens({1: 40.0}), "clearing_changed"),  # everybody waits
        (LIT, replace(LIT, offset=float("inf")), "no_time"),
        (LIT, replace(LIT, kind="off"), "kind_changed"),
        (RINGS, replace(RINGS, kind="actuated", fixed=False), "kind_changed"),  # its yellow stands nowhere in the phases
        (WALKED, WALKED.with_greens({1: 2.0}), "clearing_changed"),  # people are still on the road
        (WALKED, WALKED.with_greens({0: 6.0}), "walk_too_short"),
        (WALKED, bounded(WALKED, 0, 5, 50), "walk_too_short"),
    ],
)
def test_other_ways_to_harm_are_seen_before_anything_is_simulated(before, changed, reason):
    assert gate.structure({"a": before}, {"a": before}) == [] == gate.structure({"a": before}, {"a": replace(before)})
    assert gate.structure({"a": before}, {"a": changed}) == [reason]


def test_proposals_leave_people_on_foot_and_other_programs_alone():
    links = tuple(net.Link("a", light, begin, 0, "out") for light, begin in enumerate("ws"))
    for one in (WALKED, RINGS):
        network = net.Net({"a": one}, links, {})
        made = [plans.webster(network, {("s", "out"): 900}), plans.actuated(network)]
        made.append(plans.search({"a": one}, lambda plan: sum(p.seconds for p in plan["a"].phases), rounds=60))
        assert [gate.structure(network.programs, candidate.plan) for candidate in made] == [[]] * 3
    assert WALKED.greens == [0, 3] and made[2].plan["a"] == RINGS and "NEMA" not in sumo.as_xml({"a": RINGS})


def test_people_on_foot_collisions_and_an_empty_hour_speak_against_a_plan():
    changed = {"a": LIT.with_greens({0: 40.0})}

    def reasons(**after):
        def run(plan, seed, scale):
            return replace(outcome(36 if plan else 40), **{"walks": 20, "walk_delay": 20.0} | (after if plan else {}))

        return gate.judge({"a": LIT}, changed, run).reasons

    assert reasons() == () and reasons(collisions=1) == ("more_collisions",) and reasons(walk_delay=30.0) == ("walkers_worse",)
    empty = gate.judge({"a": LIT}, changed, lambda plan, seed, scale: replace(outcome(0), loaded=0))
    assert empty.reasons == ("nobody_drives",)


def test_the_search_for_buses_begins_where_buses_fare_best(monkeypatch, tmp_path):
    """Of the plan in place, Webster's and the one found for everybody; measured on the seeds of the search alone."""
    links = tuple(net.Link("a", light, begin, 0, "out") for light, begin in enumerate(("w", "w", "s", "s")))
    network = net.Net({"a": LIT}, links, {})
    by_formula, found = ({"a": LIT.with_greens(dict.fromkeys(LIT.greens, seconds))} for seconds in (12.0, 20.0))
    begun, seeds = [], set()

    def run(scenario, plan, seed, scale=1.0):
        seeds.add(seed)
        cycle = sum(phase.seconds for phase in plan["a"].phases)
        return sumo.Outcome(100, 100, 0, 0, cycle, cycle, buses=5, bus_delay=cycle)

    def search(start, cost, **options):
        begun.append(start)
        return plans.Candidate("search", found if len(begun) == 1 else start)

    monkeypatch.setattr(sumo, "run", run)
    monkeypatch.setattr(sumo, "turns", lambda scenario: {})
    monkeypatch.setattr(sumo, "bus_turns", lambda scenario: frozenset({("w", "out")}))
    monkeypatch.setattr(plans, "search", search)
    monkeypatch.setattr(plans, "webster", lambda *told: plans.Candidate("webster", by_formula))
    scenario = sumo.Scenario(tmp_path / "a", tmp_path / "b", 0, 3600, frozenset({"bus"}))
    made = study.candidates(network, scenario, 1, lambda share: None)
    assert begun == [network.programs, by_formula] and made[-1].source == "priority"
    assert seeds == set(study.SEEDS) and not seeds & set(gate.UNSEEN)


def test_a_study_takes_no_longer_than_it_may():
    assert study.affordable(0.5, buses=False) > study.ROUNDS > study.affordable(20, buses=True) >= study.LEAST_ROUNDS
    assert study.affordable(90, buses=False) < study.LEAST_ROUNDS


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (LIT.with_greens({0: 4.0}), "green_too_short"),
        (LIT.with_greens({1: 2.0}), "clearing_changed"),
        (replace(LIT, phases=LIT.phases[::-1]), "lights_changed"),
        (replace(LIT, phases=(replace(LIT.phases[0], state="GGGG"), *LIT.phases[1:])), "lights_changed"),
    ],
)
def test_the_gate_never_simulates_a_plan_that_is_not_safe(changed, reason):
    def never(plan, seed, scale):
        raise AssertionError("simulated")

    assert reason in gate.judge({"a": LIT}, {"a": changed}, never).reasons


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<net",
        b"<routes/>",
        b'<!DOCTYPE n [<!ENTITY a "b">]><net>&a;</net>',
        b"<net><tlLogic><phase duration='x'/></tlLogic></net>",
    ],
)
def test_what_is_no_network_is_said(tmp_path, data):
    file = tmp_path / "x.net.xml"
    file.write_bytes(data)
    with pytest.raises(net.NotANet):
        net.read_net(file)


@pytest.mark.skipif(sumo.program() is None, reason="SUMO is not installed")
def test_the_loop_on_two_crossings(tmp_path, monkeypatch):
    built = tmp_path / "two.net.xml"
    sumo.call("netconvert", "-n", str(HERE / "nodes.nod.xml"), "-e", str(HERE / "edges.edg.xml"), "-o", str(built),
              "--tls.green.time", "20", "--no-turnarounds", "true", "--tls.default-type", "static")  # fmt: skip
    scenario, network = sumo.Scenario(built, HERE / "routes.rou.xml", 0, 900), net.read_net(built)
    assert set(network.programs) == {"a", "b"} and network.links
    half = {
        key: one.with_greens(dict.fromkeys(one.greens, 15.0)) for key, one in network.programs.items()
    }  # as bad as a plan can be
    sought = plans.search(half, lambda plan: sumo.run(scenario, plan, 1).delay_all, rounds=6)
    again = plans.search(half, lambda plan: sumo.run(scenario, plan, 1).delay_all, rounds=0)
    assert sumo.run(scenario, sought.plan, 1).delay_all <= sumo.run(scenario, again.plan, 1).delay_all

    def run(plan, seed, scale):
        return sumo.run(scenario, plan or half, seed, scale)

    main = {key: one.with_greens({one.greens[0]: 5.0}) for key, one in half.items()}
    worse = {key: one.with_greens(dict.fromkeys(one.greens[1:], 60.0)) for key, one in main.items()}
    verdict = gate.judge(half, worse, run, seeds=(11, 12), scales=(1.0,))
    assert not verdict.passed and verdict.rows[0].after > verdict.rows[0].before
    driven = tmp_path / "bus.rou.xml"
    flow = '<flow id="b" type="linie" begin="0" end="900" period="150"><route edges="wa ab be"/></flow>'
    bus = f'<vType id="linie" vClass="bus"/>{flow}'
    driven.write_text((HERE / "routes.rou.xml").read_text().replace("<routes>", f"<routes>{bus}", 1))
    lined = replace(scenario, routes=driven, buses=sumo.bus_types(driven))
    assert lined.buses == {"linie"} and sumo.bus_turns(lined) == {("wa", "ab"), ("ab", "be")}
    preferred = plans.priority(network, half, sumo.bus_turns(lined), lined.buses)
    was, now = sumo.run(lined, half, 3), sumo.run(lined, preferred, 3)
    assert was.buses == now.buses == 6 and now.bus_delay < was.bus_delay and sumo.bus_types(scenario.routes) == frozenset()
    turned = sumo.turns(scenario)
    assert turned["wa", "ab"] > 100 and gate.structure(network.programs, plans.webster(network, turned, 0.25).plan) == []
    monkeypatch.setattr(sumo, "program", lambda name="sumo": None)
    with pytest.raises(sumo.NotConnected):
        sumo.run(scenario, None, 1)
