"""The store's tickets, visits, scans, plans and filings → marks → the figures that are asked for."""

from alerts.supervision.statistics.ask import Asked, Report, report

__all__ = ["Asked", "Report", "report"]
