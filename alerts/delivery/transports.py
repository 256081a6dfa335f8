"""Which transport carries an endpoint's messages, by the scheme of its address."""

from alerts.delivery.endpoint import Endpoint, FormName
from alerts.delivery.http import HttpTransport
from alerts.delivery.mail import MailTransport
from alerts.delivery.ports import MakeTransport, Transport


def transports(*, internal_allowed: bool) -> MakeTransport:
    """Return the maker of transports.

    Args:
        internal_allowed: Receivers may stand in our own network.
    """

    def make(endpoint: Endpoint) -> Transport:
        if endpoint.form is FormName.EMAIL:
            return MailTransport(endpoint, internal_allowed=internal_allowed)
        return HttpTransport(endpoint, internal_allowed=internal_allowed)

    return make
