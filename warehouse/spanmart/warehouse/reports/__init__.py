"""The questions that pages, API and exports ask of the marts, each with its SQL beside the function."""
