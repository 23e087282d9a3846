"""Datasets of film clips with music, descriptions, main melody and rhythm spots (Sec. 4)."""

from filmcomposer_core.dataset.read import Dataset, read_dataset
from filmcomposer_core.dataset.write import make_dataset, write_sample

__all__ = ["Dataset", "make_dataset", "read_dataset", "write_sample"]
