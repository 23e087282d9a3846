"""The sounds of a cue in REAPER: the user's plug-ins, racks of samples, or the printed stems.

``caches`` and ``resource`` read what REAPER knows of installed plug-ins, ``propose`` matches it to
the catalogue, ``mapping`` keeps ``sounds.toml``; ``racks``, ``samples`` and ``loops`` make racks of
REAPER's own sampler; ``lay`` gives the tracks of a session their instruments.
"""
