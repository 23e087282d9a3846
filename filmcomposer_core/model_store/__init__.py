"""Melody models on this computer: fetched from a hub after an explicit yes, checked, removed."""
