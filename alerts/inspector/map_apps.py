"""A place in, addresses out that open it in a map app of a phone; each in the datum that the app draws on."""

from urllib.parse import quote, urlencode

from domain.china_datum import gcj02_to_bd09, wgs84_to_gcj02


def map_links(lon: float, lat: float, label: str) -> tuple[tuple[str, str], ...]:
    """Return (key of the app's name, address) for each app; nothing but the place and the label goes out.

    Args:
        lon: Degrees WGS-84.
        lat: Degrees WGS-84.
        label: What the app writes at the place.
    """
    gcj = wgs84_to_gcj02(lon, lat)
    return (("app.amap", _amap(gcj, label)), ("app.baidu", _baidu(gcj, label)), ("app.geo", _geo(lon, lat, label)))


def _amap(gcj: tuple[float, float], label: str) -> str:
    """Return Amap's URI of a marker; `coordinate=gaode` says GCJ-02."""
    asked = {"position": f"{gcj[0]:.6f},{gcj[1]:.6f}", "name": label, "coordinate": "gaode", "callnative": "1"}
    return "https://uri.amap.com/marker?" + urlencode(asked | {"src": "wugan"}, quote_via=quote)


def _baidu(gcj: tuple[float, float], label: str) -> str:
    """Return Baidu's URI of a marker; latitude first, BD-09."""
    lon, lat = gcj02_to_bd09(*gcj)
    asked = {"location": f"{lat:.6f},{lon:.6f}", "title": label, "content": label, "coord_type": "bd09ll"}
    return "https://api.map.baidu.com/marker?" + urlencode(asked | {"output": "html", "src": "wugan"}, quote_via=quote)


def _geo(lon: float, lat: float, label: str) -> str:
    """Return a geo URI (RFC 5870), which is WGS-84; with the query that Android's apps read the label from."""
    place = f"{lat:.6f},{lon:.6f}"
    return f"geo:{place}?q={place}({quote(label)})"
