"""Conversions of networks to ONNX; README.md says how they are run."""
