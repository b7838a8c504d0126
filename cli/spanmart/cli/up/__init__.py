"""The parts that `spanmart up` runs in one process."""
