"""The local process that does the heavy work for REAPER's actions."""
