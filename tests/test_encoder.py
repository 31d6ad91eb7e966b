"""The text encoder: which model it loads, what it reads, what it remembers."""

import shutil
from pathlib import Path

import pytest
import torch

from robopolicy.policies.text import encoder
from robopolicy.policies.text.encoder import (
    DEFAULT_MODEL,
    EncoderConfig,
    EncoderError,
    TextEncoder,
    load_model,
    model_hash,
    model_source,
)

SENTENCES = ["open the drawer", "put the red cube on the blue bar"]


@pytest.fixture(scope="module")
def fresh() -> TextEncoder:
    return TextEncoder(cache_folder="")


def test_the_default_needs_no_network_and_is_the_official_model(fresh):
    assert fresh.sha256 == encoder.DEFAULT_SHA256
    assert fresh.width == 384


def test_only_words_have_tokens(fresh):
    features, mask = fresh.tokens([*SENTENCES, ""])
    assert mask.sum(1).tolist() == [3, 8, 0]
    assert features.shape == (3, 8, 384)


def test_cutting_the_model_off_changes_nothing(fresh):
    whole = load_model(model_source(DEFAULT_MODEL), -1)
    encoded = whole.tokenizer([SENTENCES[0]], return_tensors="pt")
    states = encoder._network(whole)(**encoded, output_hidden_states=True).hidden_states
    expected = states[fresh.config.layer][0, 1:-1]
    features, _ = fresh.tokens([SENTENCES[0]])
    assert torch.allclose(features[0], expected, atol=2e-2)


def test_the_company_of_a_sentence_hardly_matters(fresh):
    alone, _ = TextEncoder(cache_folder="").tokens([SENTENCES[0]])
    together, _ = fresh.tokens(SENTENCES)
    assert torch.allclose(alone[0], together[0, :3], atol=1e-2)


def test_a_warm_cache_spares_loading_the_model(tmp_path: Path, monkeypatch):
    first, _ = TextEncoder(cache_folder=tmp_path).tokens(SENTENCES)
    monkeypatch.setattr(encoder, "load_model", lambda *_: pytest.fail("the model was loaded"))
    again, _ = TextEncoder(cache_folder=tmp_path).tokens(SENTENCES)
    assert torch.equal(first, again)


def test_layers_do_not_share_a_cache(tmp_path: Path):
    two, _ = TextEncoder(EncoderConfig(layer=2), tmp_path).tokens(SENTENCES)
    three, _ = TextEncoder(EncoderConfig(layer=3), tmp_path).tokens(SENTENCES)
    assert not torch.allclose(two, three, atol=1e-2)


def test_the_empty_name_is_zero(fresh):
    names = fresh.names(["red cube", ""])
    assert names[0].any()
    assert not names[1].any()


def test_other_weights_in_the_place_of_the_default_are_refused(tmp_path: Path):
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(EncoderError, match="SHA-256"):
        model_hash(str(tmp_path), True)


def test_any_folder_of_sentence_transformers_will_do(tmp_path: Path, fresh):
    folder = tmp_path / "mine"
    shutil.copytree(model_source(DEFAULT_MODEL), folder)
    mine = TextEncoder(EncoderConfig(str(folder)), "")
    assert torch.equal(mine.tokens(SENTENCES)[0], fresh.tokens(SENTENCES)[0])


def test_a_missing_model_and_a_missing_layer_are_told_in_one_sentence(tmp_path: Path):
    with pytest.raises(EncoderError, match="no text encoder"):
        TextEncoder(EncoderConfig(str(tmp_path)), "")
    with pytest.raises(EncoderError, match="layers 0 to 6, not 9"):
        TextEncoder(EncoderConfig(layer=9), "").tokens(SENTENCES)
