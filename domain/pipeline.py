"""The steps from reading to ticket in one place: what a worker runs as agents, a replay runs as calls."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import numpy as np
import pyarrow as pa

from domain import correlate, detect, qualify
from domain.attribution import places_of
from domain.channels import POLLUTANTS
from domain.decisions import DecisionMade
from domain.field import JudgedField, MinuteField
from domain.limits.watch import watch_limits
from domain.network import Network, network_of
from domain.qualify_state import QualifyState
from domain.qualify_state import start as start_qualify
from domain.readings import Arrivals
from domain.road_cells import cell_map_of
from domain.rules import Rules
from domain.second_look import linked_of
from domain.site import Site
from domain.sources import sources_of
from domain.ticket import Ticket
from domain.zone import Zone

VERSION = "11"
"""Raised when the method changes in a way that can change a ticket."""


def rule_version(rules: Rules) -> str:
    """Return the method's version with a fingerprint of every parameter."""
    return f"{VERSION}-{hashlib.sha256(msgspec.json.encode(rules)).hexdigest()[:10]}"


@dataclass(frozen=True, slots=True)
class Zoned:
    """A site made ready: everything that is computed once."""

    site: Site
    rules: Rules
    network: Network
    zone: Zone
    sensor_ids: pa.Array


def make_ready(site: Site) -> Zoned:
    """Compute what stays the same while a site is watched.

    Raises:
        ValueError: The site has no station, or names limits that are not in the tables.
    """
    network = network_of(site, site.rules.detect.neighbours)
    places = places_of(site, network.projection, POLLUTANTS)
    version = rule_version(site.rules)
    limits = watch_limits(site, network)
    sources = sources_of(site, places, network.station_xy_m)
    xy_m = np.full((len(site.sensors), 2), np.nan)
    xy_m[network.station] = network.station_xy_m
    zone = Zone(
        site=site,
        projection=network.projection,
        places=places,
        rules=site.rules.correlate,
        rule_version=version,
        is_vehicle=network.is_vehicle,
        limits=limits,
        sources=sources,
        xy_m=xy_m,
        linked=linked_of(network.station_xy_m, site.rules.correlate.link_m),
        cells=cell_map_of(site, network.projection),
    )
    return Zoned(site, site.rules, network, zone, pa.array(site.sensor_ids, type=pa.string()))


@dataclass(frozen=True, slots=True)
class ZoneState:
    """The states of the three steps."""

    qualify: QualifyState
    detect: detect.DetectState
    correlate: correlate.CorrelateState


def start(site: Site) -> ZoneState:
    """Return the state of a zone that has heard nothing."""
    return ZoneState(start_qualify(site), detect.start(site), correlate.CorrelateState())


@dataclass(frozen=True, slots=True)
class Events:
    """What one advance brought forth, in order of the minutes."""

    minutes: tuple[MinuteField, ...]
    judged: tuple[JudgedField, ...]
    tickets: tuple[Ticket, ...]
    decisions: tuple[DecisionMade, ...]


Judging = tuple[QualifyState, detect.DetectState]
"""The states of the two steps that judge minutes."""


def advance(state: ZoneState, arrivals: Arrivals, zoned: Zoned) -> tuple[ZoneState, Events]:
    """Run qualify, detect and correlate over what arrived."""
    (qualified, detected), minutes, judged = judge((state.qualify, state.detect), arrivals, zoned)
    correlated, (tickets, decisions) = conclude(state.correlate, judged, zoned)
    return ZoneState(qualified, detected, correlated), Events(minutes, judged, tickets, decisions)


def judge(
    state: Judging, arrivals: Arrivals, zoned: Zoned
) -> tuple[Judging, tuple[MinuteField, ...], tuple[JudgedField, ...]]:
    """Run qualify and detect over what arrived."""
    (qualified, detected), judged = state, []
    qualified, minutes = qualify.advance(qualified, arrivals, zoned.site, zoned.rules)
    for minute in minutes:
        detected, field = detect.advance(detected, minute, zoned.network, zoned.rules.detect)
        if field is not None:
            judged.append(field)
    return (qualified, detected), tuple(minutes), tuple(judged)


def conclude(
    state: correlate.CorrelateState, judged: Iterable[JudgedField], zoned: Zoned
) -> tuple[correlate.CorrelateState, tuple[tuple[Ticket, ...], tuple[DecisionMade, ...]]]:
    """Run correlate over judged minutes."""
    tickets: list[Ticket] = []
    decisions: list[DecisionMade] = []
    for field in judged:
        state, outcome = correlate.advance(state, field, zoned.zone)
        tickets += outcome.tickets
        decisions += outcome.decisions
    return state, (tuple(tickets), tuple(decisions))
