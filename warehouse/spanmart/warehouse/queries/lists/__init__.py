"""Answers that are rows: interactions, sessions, users, spans as they came."""
