"""The web's port: an event loop waits for whoever is slow, and a thread is taken only for what is whole."""
