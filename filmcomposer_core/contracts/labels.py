"""The visual labels of Table 6 of the paper, and the vocabulary of our own files."""

from __future__ import annotations

from typing import Final

NULL: Final = "null"

SETTINGS: Final = (
    "road", "home", "forest or jungle or canyon", "corridor", "car", "sea",
    "kitchen and dining area", "ruins", "hospital", "garden", "space ship or outer space",
    "hotel", "workplace", "bar", "stairs", "airport", "city", "ship", "castle", "prison", "lab",
    "beach", "train station", "desert", "rooftop", "bus", "police station", "elevator", "stage",
    "tunnel", "alley", "train", "factory", "square", "school", "playground", "tent", "theater",
    "cave", "church", "bridge", "pier", "military base", "night view", "balcony", "store",
    "market", "court", "ballroom", "under water", "parking lot", "swimming pool", "rural",
    "casino", "grassland", "library or bookstore", "cemetery", "farm", "subway station", "cliff",
    "coffee shop", "rain", "street", NULL,
)  # fmt: skip
BRIGHTNESS: Final = ("mild", "bright", "dull", "somber", "dark", "glaring", "contrasting", NULL)
HUES: Final = (
    "blue", "green", "red", "pink", "yellow", "orange", "purple", "black", "white", "brown",
    "gray", NULL,
)  # fmt: skip
ACTIONS: Final = (
    "shoot gun", "run", "call", "do intimacy", "kiss", "fight", "drive car", "read", "drink",
    "smoke", "climb", "fall down", "ride horse", "eat", "applaud and cheer", "dance", "cry", "hug",
    "write", "drive plane", "work", "sleep", "laugh", "quarrel", "ride motorcycle",
    "kill or attack", "pursue and arrest", "play instrument", "swim", "fire", "faint",
    "play ball games", "take shower", "play games", "boating", "cook", "sing", "ride bicycle",
    "paint", "do housework", "pray", "sit", "talk", "battle", "speech", "goodbye", "gaze",
    "escape", "open door", NULL,
)  # fmt: skip
VIEW_SCALES: Final = (
    "long shot", "full shot", "medium shot", "close-up shot", "extreme close-up shot", NULL,
)  # fmt: skip
EMOTIONS: Final = (
    "dignified", "sad", "dreamy", "calm", "graceful", "joyous", "exciting", "vigorous", "nervous",
    "angry", "fear", "humorous", NULL,
)  # fmt: skip
THEMES: Final = (
    "drama", "fantasy", "action", "thriller", "adventure", "romance", "comedy", "sci-fi",
    "mystery", "crime", "disaster", "war", "horror", "animation", "family", "historical",
    "biography", "sport", "documentary", NULL,
)  # fmt: skip

#: Attribute name -> the labels it may take (Table 6).
ATTRIBUTES: Final = {
    "setting": SETTINGS,
    "brightness": BRIGHTNESS,
    "hue": HUES,
    "action": ACTIONS,
    "view_scale": VIEW_SCALES,
    "emotion": EMOTIONS,
    "theme": THEMES,
}

#: Valence (-1 to 1) and arousal (0 to 1) of each emotion of Table 6.
EMOTION_PLANE: Final = {
    "dignified": (0.4, 0.35), "sad": (-0.7, 0.25), "dreamy": (0.3, 0.2), "calm": (0.5, 0.15),
    "graceful": (0.6, 0.35), "joyous": (0.9, 0.7), "exciting": (0.5, 0.9),
    "vigorous": (0.4, 0.85), "nervous": (-0.4, 0.65), "angry": (-0.7, 0.9), "fear": (-0.8, 0.75),
    "humorous": (0.7, 0.6),
}  # fmt: skip

#: Idiom name -> what it stands for. Names are used in ``description.toml`` and ``plan.toml``.
IDIOMS: Final = (
    "chase", "slapstick", "march", "dread", "shock", "mystery", "wonder", "pastoral", "love",
    "grief", "triumph", "travel", "military", "title", "sneak", "machine", "dream",
)  # fmt: skip

FUNCTIONS: Final = ("establish", "theme", "turn", "build", "climax", "aftermath", "button")
ROLES: Final = (
    "melody", "counter", "pad", "motion", "bass", "percussion", "colour", "drone",
)  # fmt: skip
ENDINGS: Final = ("cadence", "button", "evaporate", "cut-off", "open")
#: Endings whose last chord is short; the others hold it until the clip ends.
SHORT_ENDINGS: Final = ("button", "cut-off")
DYNAMICS: Final = ("ppp", "pp", "p", "mp", "mf", "f", "ff", "fff")
#: Dynamic mark -> level D in 0..1.
DYNAMIC_LEVELS: Final = {
    "ppp": 0.12, "pp": 0.22, "p": 0.34, "mp": 0.46, "mf": 0.58, "f": 0.72, "ff": 0.86, "fff": 1.0,
}  # fmt: skip
