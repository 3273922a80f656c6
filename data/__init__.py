"""Samples that travel with the package as `poc_data`: cities, scenarios, sweeps. Read with importlib.resources."""
