"""Every form of message by its name."""

from collections.abc import Callable, Mapping

from alerts.delivery.endpoint import FormName
from alerts.delivery.forms.base import Answer, Event, Form, Outgoing, Verdict
from alerts.delivery.forms.webhook import WebhookForm

Link = Callable[[str, int], str | None]
"""Ticket's id and the time → the inspector's page, which goes into messages for people; None: there is none."""


def forms(link: Link) -> Mapping[FormName, Form]:  # noqa: ARG001 - for messages to people
    """Return the forms that this version speaks."""
    return {FormName.WEBHOOK: WebhookForm()}


__all__ = ["Answer", "Event", "Form", "Link", "Outgoing", "Verdict", "forms"]
