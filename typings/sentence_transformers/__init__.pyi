"""What we use of sentence-transformers. Its own types lead pyright through all of transformers, a minute."""

from typing import Any

from torch import nn

class SentenceTransformer(nn.Sequential):
    tokenizer: Any
    def __init__(self, model_name_or_path: str, *, device: str, local_files_only: bool) -> None: ...
