"""The five agents of Table 1 as plain functions; each is given what those before it found."""
