"""Satellite products: files of CSV, NetCDF or GeoTIFF into grids."""
