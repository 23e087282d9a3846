"""Values passed between stages: standard library only, checked when they are made."""
