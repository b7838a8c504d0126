"""Asking the `spanmart up` that holds a folder: the socket, and what goes over it."""
