"""MT3 (Gardner et al. 2022): several instruments at once, with weights that the user has."""
