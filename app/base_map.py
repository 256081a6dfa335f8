"""Settings → what the desk lays under the zone: tiles from an address, from an archive here, or nothing."""

from dataclasses import replace

from app.settings import PREFIX, Settings, SettingsRefused
from maps.base_map import BaseMap, BaseMapRefused
from maps.settings import MapsSettings
from maps.tiles import address_of


def base_map_of(settings: Settings) -> BaseMap | None:
    """Open the archive, if one is named.

    Raises:
        SettingsRefused: It can't be the base map; one line a fault.
    """
    if settings.base_map_file is None:
        return None
    faults = []
    if settings.base_map_url:
        faults.append(f"{PREFIX}BASE_MAP_URL: {PREFIX}BASE_MAP_FILE is set too; keep one of the two")
    opened: BaseMap | None = None
    try:
        opened = BaseMap(settings.base_map_file)
    except BaseMapRefused as error:
        faults += [f"{PREFIX}BASE_MAP_FILE: {line}" for line in str(error).splitlines()]
    if opened is None or faults:
        raise SettingsRefused("\n".join(faults))
    return opened


def laid_under(maps: MapsSettings, base_map: BaseMap | None) -> MapsSettings:
    """Return the map's settings with an archive as the base map; a configured licence line wins over the archive's."""
    if base_map is None:
        return maps
    return replace(
        maps,
        base_map_url=address_of(base_map),
        base_map_attribution=maps.base_map_attribution or base_map.attribution,
        base_map=base_map,
    )
