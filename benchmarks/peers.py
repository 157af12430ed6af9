"""Peers, each in an environment of its own, made to sync with the simulated services."""


def installed():
    return ()
