"""The contract's site folder, parsed from its texts; every fault is listed, with file, row, what and how to mend."""

from domain.site_files.faults import Fault, SiteRefused
from domain.site_files.folder import parse_site

__all__ = ["Fault", "SiteRefused", "parse_site"]
