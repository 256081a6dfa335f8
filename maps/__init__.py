"""GeoJSON features, the Folium map, the live page and its feed."""
