"""What holds for enterprises today, for the advice on tickets: the grade's cap, visits of the year, white list."""

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from alerts.settings import AgreedPlaces, PlaceToday
from alerts.supervision.grading import graded_all
from alerts.supervision.made import used_in
from alerts.supervision.office import Office
from alerts.supervision.white_list import listings
from domain.supervision.white_list import is_listed


def agreed_today(office: Office) -> AgreedPlaces:
    """Return a reader: enterprises to what holds today; a fixed number of queries for all that are asked about."""

    def read(session: Session, places: Collection[str]) -> Mapping[str, PlaceToday]:
        known = [place for place in places if place in office.register.by_id]
        if not known:
            return {}
        day = office.today()
        used, on_list = used_in(session, office, day.year, known), listings(session, office)
        return {
            place: PlaceToday(cap=graded.cap, whitelisted=is_listed(on_list, place, day), visits=used[place])
            for place, graded in graded_all(session, office, day, known).items()
        }

    return read
