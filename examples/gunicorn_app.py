"""Gunicorn: the Flask application, loaded once and served by forked workers; this is its configuration.

    OPENAI_API_KEY=... gunicorn --chdir examples --config examples/gunicorn_app.py
    curl localhost:8000/outlines -d title="Fire safety" -d user=u-17

Nothing is needed for telemetry: each worker sends its own, also where the application was loaded before.
"""

wsgi_app = "flask_app:app"
preload_app = True
workers = 2
threads = 4
