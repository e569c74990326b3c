"""Fill an empty city with believable offices, people, companies and staff from `cities/<key>/seed`."""

import importlib
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from stadtkern.kernel.accounts.access import SYSTEM, Actor
from stadtkern.kernel.accounts.actions import (
    appoint,
    authorise,
    enter_company,
    issue_demo_card,
    link_resident,
    mandates,
    open_account,
)
from stadtkern.kernel.accounts.models import Account, Company, Membership, Role, Trust
from stadtkern.kernel.city.actions import import_offices
from stadtkern.kernel.city.models import Office
from stadtkern.kernel.city.profile import city
from stadtkern.kernel.registers.actions import import_civil_records, import_entries, import_households
from stadtkern.site import (
    belongings,
    counters,
    flow,
    goals,
    hallway,
    money,
    own,
    parked,
    population,
    rehearsal,
    treasury,
    visits,
)


class Command(BaseCommand):
    help = "Believable data for demo and tests; refuses to run in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--people", type=int, default=3000)
        parser.add_argument("--bare", action="store_true", help="people and offices only, no cases")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Invented people do not belong into a real city.")
        source = population.material(city().folder)
        town = {"postcode": city().contact["postcode"], "town": city().contact["town"]}
        seat = {"street": city().contact["street"], **town}
        offices = tomllib.loads((city().folder / "seed" / "offices.toml").read_text(encoding="utf-8"))
        count = import_offices({key: seat | values for key, values in offices.items()})
        self.stdout.write(f"  {count} offices")
        call_command("import_appointments", stdout=self.stdout)
        homes = population.households(source, town, options["people"], timezone.localdate())
        people = import_households(((home.address, home.people) for home in homes), SYSTEM)
        self.stdout.write(f"  {people} residents")
        self.stdout.write(f"  {fill_registers(source, town, options['people'])} entries in other registers")
        lay_out_cards(source, town, options["people"])
        companies = {row["name"]: enter_company(Company(**row, **town), SYSTEM) for row in source["companies"]}
        for persona in source["personas"]:
            admit(persona, companies)
        lend_a_hand(source["personas"])
        self.stdout.write(f"  {len(companies)} companies, {len(source['personas'])} demo persons")
        if not options["bare"]:
            own.long_ago()
            self.stdout.write(f"  {rehearsal.play()} cases from the last weeks")
            if "dataprotection" in settings.DOMAINS:
                importlib.import_module("stadtkern.site.rights").play()
            if "participation" in settings.DOMAINS:
                told = importlib.import_module("stadtkern.site.forum").play()
                self.stdout.write(f"  {told} contributions to processes")
                answered = importlib.import_module("stadtkern.site.agora").play()
                self.stdout.write(f"  {answered} answers on opinion maps")
                votes = importlib.import_module("stadtkern.site.urns").play()
                self.stdout.write(f"  {votes} ballots in budget votes")
                signed = importlib.import_module("stadtkern.site.signatures").play()
                self.stdout.write(f"  {signed} petitions")
                held = importlib.import_module("stadtkern.site.assembly").play()
                self.stdout.write(f"  {held} plans, surveys and debates")
                reported = importlib.import_module("stadtkern.site.potholes").play()
                self.stdout.write(f"  {reported} reports of what is broken")
            if "mobility" in settings.DOMAINS:
                listed = importlib.import_module("stadtkern.site.timetables").play()
                self.stdout.write(f"  {listed} sources of timetables and shared vehicles")
                buses = importlib.import_module("stadtkern.site.buses")
                self.stdout.write(f"  {buses.play()} trips of buses and trams in real time")
                self.stdout.write(f"  {buses.lend()} trips with shared vehicles, seen from outside")
            self.stdout.write(f"  {parked.play()} parking permits")
            self.stdout.write(f"  {flow.play()} places where traffic is counted")
            if "mobility" in settings.DOMAINS:
                judged = importlib.import_module("stadtkern.site.junctions").play()
                self.stdout.write(f"  {judged} signal plans, judged by simulation")
            self.stdout.write(f"  {treasury.play()} claims of the cash office, and a bank statement")
            self.stdout.write(f"  {hallway.play(source)} appointments of others")
            self.stdout.write(f"  {visits.play()} appointments of demo persons")
            self.stdout.write(f"  {counters.play(source)} appointments at the counters, half a year of figures")
            own.play()
            if "mobility" in settings.DOMAINS:
                sold = importlib.import_module("stadtkern.site.rides").play()
                self.stdout.write(f"  {sold} tickets of public transport")
                lent = importlib.import_module("stadtkern.site.lent").play()
                self.stdout.write(f"  {lent} rides with shared vehicles")
            self.stdout.write(f"  {money.play()} claims in all, days closed")  # last: a closed day takes no booking
            self.stdout.write(f"  {goals.play()} figures of the departments, measured from all this")


def fill_registers(source: dict[str, Any], town: dict[str, str], people: int) -> int:
    """Vehicles, dogs, trades, births and children of the same people."""
    today = timezone.localdate()
    personas = {population.persona_key(one["email"]): one for one in source["personas"] if "birth_date" in one}

    def homes() -> Iterator[population.Home]:
        return population.households(source, town, people, today)

    return (
        import_entries("vehicles", belongings.vehicles(homes(), personas, today), SYSTEM)
        + import_entries("dogs", belongings.dogs(homes(), personas, today), SYSTEM)
        + import_entries("trade", belongings.trades(homes(), personas, today), SYSTEM)
        + import_entries("parentage", belongings.parentages(homes(), today), SYSTEM)
        + import_civil_records(belongings.births(homes(), personas, town["town"], today), SYSTEM)
    )


def lay_out_cards(source: dict[str, Any], town: dict[str, str], people: int) -> None:
    """Identity cards on the demo's table, for guests who made an account of their own."""
    personas = {population.persona_key(persona["email"]) for persona in source["personas"]}
    today = timezone.localdate()
    homes = islice(population.households(source, town, people, today), 60)
    adults = (
        (home.address, person)
        for home in homes
        for person in home.people
        if person["key"] not in personas and not person["blocked"] and today.year - person["birth_date"].year > 18
    )
    for address, person in islice(adults, 12):
        facts = {name: person[name] for name in ("given_names", "family_name", "birth_date")}
        facts |= {name: address[name] for name in ("street", "house_number", "postcode", "town")}
        issue_demo_card(person["key"], **facts)


def admit(persona: dict[str, Any], companies: dict[str, Company]) -> None:
    """One demo person with what the role brings: register entry, company or office."""
    account = open_account(
        persona["email"],
        given_names=persona["given_names"],
        family_name=persona["family_name"],
        birth_date=persona.get("birth_date"),
        actor_key=SYSTEM,
    )
    if "birth_date" in persona:
        link_resident(account, population.persona_key(persona["email"]), "counter", Trust.SUBSTANTIAL)
    if "company" in persona:
        authorise(account, companies[persona["company"]], Membership.Role.OWNER, SYSTEM)
    if "office" in persona:
        appoint(account, Office.objects.get(key=persona["office"]), Role(persona["role"]), SYSTEM)


def lend_a_hand(personas: list[dict[str, Any]]) -> None:
    """The second resident lets the first act for them, so that the demo shows what that looks like."""
    people = [Account.objects.get(email=one["email"]) for one in personas if "birth_date" in one and "office" not in one]
    if len(people) < 2:
        return
    until = timezone.localdate() + timedelta(days=365)
    _row, code = mandates.invite(Actor(people[1]), email=people[0].email, until=until)
    mandates.accept(Actor(people[0]), code)
