"""A site folder on disk → the site, or every fault in it."""

from pathlib import Path

from domain.site import Site
from domain.site_files import parse_site
from domain.site_files.faults import Fault, SiteRefused
from domain.site_files.folder import FILES


def read_site(folder: Path) -> tuple[Site, tuple[str, ...]]:
    """Return the site, and the columns and properties that nobody knows.

    Raises:
        SiteRefused: The folder is missing or holds faults; every one is listed.
    """
    if not folder.is_dir():
        mend = "name the folder that holds site.toml and sensors.csv"
        raise SiteRefused([Fault(str(folder), 0, "is no folder", mend)])
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    for name in FILES:
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            continue
        except UnicodeDecodeError as error:
            faults.append(Fault(name, 0, f"is not UTF-8 (byte {error.start})", "save it as UTF-8"))
        except OSError as error:
            faults.append(Fault(name, 0, f"can't be read ({error.strerror})", "mend its permissions"))
    if faults:
        raise SiteRefused(faults)
    return parse_site(texts)
