"""From other people's map files to `City`. Only this folder touches osmium and rasterio (extra `geo`)."""
