"""The few names of audiocraft that our script calls, so that the way there can be tested."""
