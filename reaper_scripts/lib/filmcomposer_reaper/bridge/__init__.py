"""The job in the bridge: found, sent, followed, its result read; nothing here waits."""
