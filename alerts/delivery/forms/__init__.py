"""Every form of message by its name."""

from collections.abc import Mapping
from datetime import UTC, tzinfo

from alerts.delivery.endpoint import FormName
from alerts.delivery.forms.base import Answer, Event, Form, Outgoing, Verdict
from alerts.delivery.forms.dingtalk import DingTalkForm
from alerts.delivery.forms.email import EmailForm
from alerts.delivery.forms.feishu import FeishuForm
from alerts.delivery.forms.letter import Desk, Link
from alerts.delivery.forms.webhook import WebhookForm
from alerts.delivery.forms.wecom import WeComForm


def forms(link: Link, zone: tzinfo = UTC) -> Mapping[FormName, Form]:
    """Return the forms that this version speaks.

    Args:
        link: The inspector's page, which goes into messages for people.
        zone: The site's zone, in which people read times.
    """
    desk = Desk(zone, link)
    return {
        FormName.WEBHOOK: WebhookForm(),
        FormName.DINGTALK: DingTalkForm(desk),
        FormName.WECOM: WeComForm(desk),
        FormName.FEISHU: FeishuForm(desk),
        FormName.EMAIL: EmailForm(desk),
    }


__all__ = ["Answer", "Event", "Form", "Link", "Outgoing", "Verdict", "forms"]
