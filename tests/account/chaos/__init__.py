"""Proofs that the ledger holds whatever dies when: episodes in process, and processes that are really killed."""
