"""A refusal that a client sees: the words of RFC 9457 problem details, without any HTTP library."""

from collections.abc import Mapping


class Problem(Exception):
    """A request that cannot be answered as asked; the desk turns it into `application/problem+json`.

    Attributes:
        status: HTTP status code.
        code: Short stable name; the problem's `type` is `urn:wugan:problem:{code}`.
        title: What kind of problem, the same for every occurrence.
        detail: What is wrong here and how to mend it, one line.
        extra: Further members, such as what is allowed instead.
    """

    def __init__(
        self, status: int, code: str, title: str, detail: str, extra: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(f"{title}: {detail}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.extra = dict(extra or {})
