"""One module for one action; its ``work`` yields wherever REAPER may go on with its own."""
