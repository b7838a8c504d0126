"""How fast the collector takes spans and keeps them, measured from outside, over the wire.

Everything here treats a receiver as a black box: it is started as a process, sent OTLP, stopped or killed,
and then its own database is counted. So the same load and count serve spanmart and its peers alike.
"""
