"""What a text says of its own next tokens, weighed against the model as native/model/ngram_cache.cpp does.

For each place in packed rows: what followed states of the model like the one there (a continuous cache, Grave et al. 2017,
trained as by Zhong et al. 2022), and what followed the same tokens, in contexts of 1 to 16 (Witten and Bell 1991). In all
of it `ids` and `samples` are [row, place + 1], as in `samples.Rows`: ids[place + 1] is what comes next.
"""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor

LENGTHS = (1, 2, 4, 8, 16)  # of contexts; each is two of the one before, end to end
STRENGTHS = (40.0, 12.0, 3.0, 3.0, 1.0)  # of what shorter contexts say, per different token seen after a context
SHARPNESS = 18.0  # how fast the weight of a place falls from 1 with the cosine of its state
MODEL_WEIGHT = 1.0  # of what the model says beside those places
LEAST_COSINE = 0.25  # below it the engine lets a place weigh nothing, instead of a millionth
DRAFT_TOKENS = (1, 3, 3, 7)  # that the engine guesses after 1, 2, 3 equal tokens, and after more


def metadata() -> dict:
    """What an exported model tells the engine: the keys of native/model/cache_settings.h."""
    return {
        "ryzanstein.cache.sharpness": SHARPNESS,
        "ryzanstein.cache.model_weight": MODEL_WEIGHT,
        "ryzanstein.cache.least_cosine": LEAST_COSINE,
        "ryzanstein.cache.strengths": list(STRENGTHS),
        "ryzanstein.cache.draft_tokens": list(DRAFT_TOKENS),
    }


def earlier_places(ids: Tensor, samples: Tensor, control: int) -> Tensor:
    """Mask [row, place, earlier place]: of the same sample, and followed by no control token, which are those from `control` on."""
    sample = samples[:, :-1]
    same = (sample[:, :, None] == sample[:, None, :]) & (sample >= 0)[:, :, None]
    counted = (ids[:, 1:] < control) & (samples[:, 1:] == sample)
    return same.tril(-1) & counted[:, None, :]


def behind_the_same_tokens(ids: Tensor, samples: Tensor, earlier: Tensor) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """By length of context: how often the next token followed it, how many tokens did, how many different ones, [row, place]."""
    here, sample, following = ids[:, :-1], samples[:, :-1], ids[:, 1:]
    answer = following[:, :, None] == following[:, None, :]
    equal = (here[:, :, None] == here[:, None, :]) & (sample[:, :, None] == sample[:, None, :])
    for reach, length in zip((0, *LENGTHS), LENGTHS):
        if reach:  # twice as long: the same behind the same; outside the row nothing is
            equal = equal & F.pad(equal, (reach, 0, reach, 0))[:, : equal.shape[1], : equal.shape[2]]
        assert length == max(1, 2 * reach)
        seen = equal & earlier
        right = seen & answer
        first = ~right.any(2)  # where what comes next follows its context for the first time
        yield right.sum(2), seen.sum(2), (seen & first[:, None, :]).sum(2)


def behind_like_states(
    hidden: Tensor, ids: Tensor, earlier: Tensor, dtype: torch.dtype, sharpness: float = SHARPNESS
) -> tuple[Tensor, Tensor]:
    """Weights of the places with a state like the one here: of those that the next token followed, and of all, [row, place].

    hidden [row, place, width]; `dtype` is the type of the products.
    """
    states = F.normalize(hidden, dim=-1).to(dtype)
    weights = torch.exp(sharpness * ((states @ states.mT).float() - 1)) * earlier
    answer = ids[:, 1:, None] == ids[:, None, 1:]
    return (weights * answer).sum(2), weights.sum(2)


def with_the_text(by_model: Tensor, hidden: Tensor, ids: Tensor, samples: Tensor, control: int, dtype: torch.dtype) -> Tensor:
    """The model's probabilities of the next tokens, [row, place], interpolated with what the text says."""
    earlier = earlier_places(ids, samples, control)
    alike, all_alike = behind_like_states(hidden, ids, earlier, dtype)
    chance = (alike + MODEL_WEIGHT * by_model) / (all_alike + MODEL_WEIGHT)
    for strength, (right, total, different) in zip(STRENGTHS, behind_the_same_tokens(ids, samples, earlier)):
        shorter = strength * different
        chance = torch.where(total > 0, (right + shorter * chance) / (shorter + total).clamp_min(1), chance)
    return chance
