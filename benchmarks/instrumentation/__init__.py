"""What the instrumentation costs an application in CPU and memory, beside what others cost."""
