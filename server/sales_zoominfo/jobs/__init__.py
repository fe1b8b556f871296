"""Bulk jobs: enrich a CRM export of any size, durably, into the CRM's own columns."""
