"""ZoomInfo's REST APIs, and nothing else. Only :mod:`sales_zoominfo.account` may import ``client``."""
