"""What is measured: spanmart and its peers, each started, sent to, stopped and counted the same way."""
