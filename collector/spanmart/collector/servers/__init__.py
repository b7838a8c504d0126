"""The receivers: OTLP over HTTP and gRPC, who may send, and how much at once."""
