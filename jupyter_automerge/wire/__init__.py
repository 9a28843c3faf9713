"""Bytes to messages and back, without state: CBOR as JavaScript speaks it, repo messages, sync messages."""
