"""The text of tracks as REAPER keeps it: taken apart by aspect, compared, put together again."""
