"""Training of the emotion model; `python -m training --help`."""
