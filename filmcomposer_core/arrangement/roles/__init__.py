"""The six roles of Table 2, in the order in which they speak.

Analyze, Arrange and Instrument make the score; Volume, Mixing and Reviewer make the scheme. Each
is one plain function with documented inputs and outputs, so that a language model can take its
place.
"""
