"""What the alerts stage is told: where its store is, and in whose name moves are recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSettings:
    """Settings of the alerts stage.

    Attributes:
        store_url: SQLAlchemy URL of the ticket store, `sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/DATABASE`.
        duty_name: Who a move is recorded under where nobody has signed in.
    """

    store_url: str
    duty_name: str = "duty"
