"""Training Builder: a small application that writes training material with the OpenAI client.

It is here to be looked at: a real application, instrumented with one import, whose calls succeed and fail
as calls do. `python examples/training_builder --help` says how to run it by itself.
"""
