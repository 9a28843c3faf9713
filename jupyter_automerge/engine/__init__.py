"""The automerge-repo protocol, sans-IO: an event in, effects out. No clock, no randomness, no IO of its
own.
"""
