"""What is wrong with a feed: a code, a place and the first example; sentences are made by whoever shows them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

# code: what it means. "refused" in the text: raised as FeedRefused, the feed is not used at all.
CODES = {
    "no_file": "refused: there is no such file",
    "not_a_feed": "refused: neither a zip nor a folder with the files of GTFS",
    "other_format": "refused: a file of another standard (NeTEx, SIRI, VDV 452 …), recognised but not read",
    "several_zips": "refused: several zips in the zip; each is a source of its own",
    "zip_in_zip": "the tables lie in a zip inside the zip",
    "several_feeds": "tables in several folders; the first folder is used",
    "truncated": "refused: the archive breaks off or is damaged",
    "encrypted": "refused: the archive is encrypted or packed in a way nobody needs",
    "too_large": "refused: more bytes than the limits allow",
    "too_many_rows": "refused: more rows than the limits allow",
    "too_many_ways": "refused: more ways on foot between stops than the limits allow",
    "file_missing": "refused: a file without which nothing runs is missing",
    "file_absent": "a file that should be there is missing; a sensible default is used",
    "column_missing": "refused for a needed file, else the file is ignored: a needed column is missing",
    "no_calendar": "refused: neither calendar.txt nor calendar_dates.txt says when anything runs",
    "over": "refused where another timetable counts: nothing runs any more",
    "not_begun": "refused where another timetable counts: nothing runs yet",
    "never_runs": "refused: on no day anything runs",
    "timezones": "refused: feeds of different time zones are not joined",
    "nothing_runs": "refused: no trip with two usable stops is left",
    "broken_rows": "the file cannot be read to its end (quotes, over-long lines); refused for a needed file",
    "subfolder": "the files lie in a sub-folder",
    "double_file": "a file is in the archive twice; the first is used",
    "encoding": "not UTF-8; read as the encoding that is named",
    "lost_letters": "the file itself has replacement characters where letters were",
    "broken_quotes": "a quotation mark that nobody closes; it was taken for a letter",
    "separator": "columns are not separated by commas",
    "row_length": "rows with too few or too many columns",
    "double_id": "an id is used twice; the first row counts",
    "empty_id": "rows without an id are left out",
    "unknown_stop": "rows that name a stop that does not exist are left out",
    "unknown_trip": "rows that name a trip that does not exist are left out",
    "unknown_route": "trips of a route that does not exist; they run without a line's name",
    "unknown_service": "trips of a service that no calendar knows never run",
    "unknown_parent": "a parent station does not exist",
    "bad_coordinate": "stops without usable coordinates; nobody can walk there",
    "decimal_comma": "coordinates with a decimal comma were read as such",
    "bad_number": "a value is no number or out of range; the default is used",
    "bad_date": "a date cannot be read; the row is left out",
    "bad_time": "a time cannot be read; it is filled in between its neighbours",
    "short_time": "times without seconds",
    "blank_times": "times are blank and were filled in by distance",
    "trip_without_times": "trips whose first or last time is missing are shortened or left out",
    "trip_too_short": "trips with fewer than two stops are left out",
    "time_travel": "trips that go back in time are left out",
    "small_time_travel": "times a little before the one before; they were lifted",
    "midnight_wrapped": "times that start again at 0 after midnight were continued past 24:00",
    "double_sequence": "stop_sequence is used twice in a trip; the order of the file counts",
    "no_sequence": "rows without stop_sequence stand where the file has them",
    "by_arrangement": "stops at which one gets on or off after a call only; whoever shows a journey says so",
    "station_served": "vehicles stop at a station or entrance instead of a platform",
    "bad_frequency": "frequencies without a usable headway or span are left out",
    "frequency_clash": "a trip's frequencies overlap",
    "calendar_empty": "services that never run",
    "expired": "the whole timetable lies in the past or the future of its own feed_info",
    "double_exception": "a day is added and removed for the same service; the last row counts",
    "bad_transfer": "transfers between stops that do not exist or without a usable time are left out",
    "trip_transfer": "transfers of single trips name what does not exist or have no usable type or time and are left out",
    "route_transfer": "transfers of single lines name what does not exist or have no usable type or time and are left out",
    "many_transfers": "transfers of single lines and trips are too many for the search; all of them are left out",
    "in_seat_transfer": "transfers in which one stays in the vehicle (types 4 and 5) without two known trips are left out",
    "block": "trips that share a vehicle with others (block_id): one stays in it only where it goes on at once (stays.py)",
    "flexible": "stops of trips on demand that name an area, a group of stops or a span of time (GTFS-Flex) are left out",
    "continuous": "getting on or off between stops (continuous_pickup, continuous_drop_off) is not taken into account",
    "booking_rules": "rules for booking trips on demand are not read",
    "bad_timezone": "an unknown time zone; Europe/Berlin is used",
    "several_timezones": "agencies with different time zones; the first counts",
    "bad_shape": "shapes with unusable points",
    "bad_fare": "fares that cannot be read are left out",
    "bad_pathway": "pathways that cannot be read are left out",
    "rt_unreadable": "the real-time message cannot be read",
    "rt_old": "the real-time message is of another version of the format",
    "rt_partial": "the real-time message says that it holds only what changed; it is read as the whole",
    "rt_unknown_trip": "updates of trips that the timetable of this day does not know",
    "rt_unknown_stop": "updates of stops that the trip or the feed does not know",
    "rt_absurd": "delays of more than a day are ignored",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of trouble in one file: where it was seen first, an example, how often."""

    code: str  # a key of CODES
    file: str = ""
    line: int = 0  # of the first; 0 = the file as a whole
    values: dict[str, str] = field(default_factory=dict)
    count: int = 1


class FeedRefused(Exception):
    """The feed is not used; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(f"{finding.code} {finding.file}:{finding.line} {finding.values}")
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a feed may be. Bytes are counted while they are unpacked, whatever the archive says of itself."""

    archive_bytes: int = 600_000_000
    file_bytes: int = 1_500_000_000  # of stop_times.txt and shapes.txt
    text_bytes: int = 250_000_000  # of any other file: its texts are kept
    total_bytes: int = 3_000_000_000
    line_characters: int = 65_536
    stop_times: int = 10_000_000  # 26 bytes each, twice that while sorting
    shape_points: int = 10_000_000
    rows: int = 2_000_000  # of any other file
    footpaths: int = 4_000_000  # of one day, 150 bytes each while they are made
    headsigns: int = 300_000  # different ones at stops; the others show the trip's
    events: int = 20_000_000  # of one day, with frequencies unrolled


class Findings:
    """Collects findings, one for each code and file: a feed with a million mistakes costs no memory."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], Finding] = {}

    def add(self, code: str, file: str = "", line: int = 0, count: int = 1, **values: object) -> None:
        assert code in CODES, code
        if count <= 0:
            return
        old = self._seen.get((code, file))
        if old:
            self._seen[code, file] = replace(old, count=old.count + count)
            return
        self._seen[code, file] = Finding(code, file, line, {key: str(value)[:80] for key, value in values.items()}, count)

    def refuse(self, code: str, file: str = "", line: int = 0, **values: object) -> FeedRefused:
        return FeedRefused(Finding(code, file, line, {key: str(value)[:80] for key, value in values.items()}))

    def useless(self, file: str) -> FeedRefused:
        """The refusal when nothing of a needed file is left: why it could not be read, else that nothing runs."""
        here = [one for one in self if one.file == file]
        cause = next((one for one in here if one.code in ("column_missing", "broken_rows")), None)
        return FeedRefused(cause) if cause else self.refuse("nothing_runs", file, problem=here[0].code if here else "")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._seen.values())
