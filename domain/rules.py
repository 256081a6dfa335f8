"""Every number the judgement of a site rests on, with its unit; a site may set its own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifyRules:
    """How readings become minutes.

    Attributes:
        settle_s: A minute is settled this long after its end, by the zone clock. [s]
        late_horizon_min: Later readings amend history only. [min]
        spike_ratio: A jump by this factor against the sensor's last reading is a spike until the next one agrees.
        spike_floor_ugm3: Smaller jumps are never spikes. [µg/m³]
        stuck_min: Exactly the same value for this long (and several readings) is a stuck channel. [min]
        inversion_ratio: PM2.5 above PM10 by this factor is impossible.
    """

    settle_s: int = 10
    late_horizon_min: int = 30
    spike_ratio: float = 3.0
    spike_floor_ugm3: float = 60.0
    stuck_min: int = 60
    inversion_ratio: float = 1.3


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectRules:
    """When an excess over the background becomes a breach.

    Attributes:
        neighbours: How many nearest stations make the background.
        warmup_min: A channel is not judged before it has been seen this long. [min]
        warmup_readings: Nor before so many readings: an hourly sensor is learnt over a day.
        hold_min: A value stands this long, or 1.5 reporting intervals of its sensor if longer. [min]
        offset_hours: Time constant of a sensor's slow offset against its neighbours. [h]
        raise_sigma: Standardised excess that counts as hot.
        clear_sigma: Standardised excess below which a channel is quiet.
        onset_min: Hot minutes that make a breach. [min]
        clear_min: Quiet minutes that end it. [min]
        relearn_hours: An excess that lasts this long is the place's new normal: the channel is learnt anew. [h]
        floor_ugm3: Smallest excess that counts, per pollutant (pm25, pm10, nox, o3). [µg/m³]
        sigma_floor: Smallest scatter of the logarithm that is believed.
    """

    neighbours: int = 8
    warmup_min: int = 45
    warmup_readings: int = 24
    hold_min: int = 3
    offset_hours: float = 12.0
    raise_sigma: float = 4.0
    clear_sigma: float = 2.0
    onset_min: int = 4
    clear_min: int = 10
    relearn_hours: int = 12
    floor_ugm3: tuple[float, float, float, float] = (15.0, 30.0, 40.0, 40.0)
    sigma_floor: float = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateRules:
    """When excesses are one incident, and who is a candidate.

    Attributes:
        loud_sigma: A sensor whose excess exceeds its scatter so many times takes part in the search for a source.
        link_m: Loud sensors within this distance of the loudest are looked at together. [m]
        reach_m: Sensors within this distance of a loud one say, by what they see or do not see, where a plume went. [m]
        open_odds: Natural logarithm of the odds of "a source" over "none" at which a ticket opens. Below nought: what
            a plume that swings explains is told cautiously, and noise lies lower still (docs/adr/0015).
        agree_gain: A sensor agrees with a source when the source explains it by this log-likelihood.
        memory_min: A meandering plume touches sensors one after another: each is remembered this long. [min]
        calm_ms: Below this wind speed no direction is believed. [m/s]
        unknown_share: Share of sources that nobody registered, before any evidence.
        reopen_min: An incident that returns at the same source so soon after its ticket's end re-opens it. [min]
    """

    loud_sigma: float = 2.5
    link_m: float = 2500.0
    reach_m: float = 3000.0
    open_odds: float = -1.0
    agree_gain: float = 0.7
    memory_min: int = 25
    calm_ms: float = 0.5
    unknown_share: float = 0.15
    reopen_min: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All rule parameters of a site.

    Attributes:
        tick_s: Decisions are taken at multiples of this on the zone clock. [s]
        close_after_min: How long the clock runs on after a recording's last row. [min]
    """

    tick_s: int = 10
    close_after_min: int = 60
    qualify: QualifyRules = QualifyRules()
    detect: DetectRules = DetectRules()
    correlate: CorrelateRules = CorrelateRules()
