"""The gate: the only way to ZoomInfo. Resolve cost, reserve, call, settle, screen, record."""
