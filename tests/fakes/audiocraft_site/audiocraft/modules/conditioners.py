from typing import ClassVar


class T5Conditioner:
    MODELS: ClassVar = ["t5-small", "t5-base"]
    MODELS_DIMS: ClassVar = {"t5-small": 512, "t5-base": 768}
