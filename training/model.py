"""The ternary transformer (BitNet b1.58) in PyTorch; parameter names equal the tensor names of the exported GGUF.

Every matrix of a block is ternary with one scale, its input int8 with one scale per token; both are trained through
rounding with straight-through gradients (Ma et al. 2024, "The Era of 1-bit LLMs"; sub-norms as in BitNet b1.58 2B4T).
"""

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

HEAD_SIZE = 64
EPSILON = 1e-5
ROPE_BASE = 10000.0


@dataclass(frozen=True)
class Shape:
    """Sizes of a model. `width` and `ffn` are multiples of 256, the block of the export's TQ2_0."""

    vocabulary: int
    width: int
    layers: int
    ffn: int
    heads: int
    kv_heads: int
    context: int = 1024

    def __post_init__(self):
        if self.width % 256 or self.ffn % 256:
            raise ValueError(f"width {self.width} and ffn {self.ffn} must be multiples of 256, the block of TQ2_0")
        if self.heads * HEAD_SIZE != self.width or self.heads % self.kv_heads:
            raise ValueError(f"{self.heads} heads of {HEAD_SIZE} over {self.kv_heads} do not fit width {self.width}")

    as_dict = asdict


def straight_through(rounded: Tensor, x: Tensor) -> Tensor:
    """`rounded` in the forward pass, the gradient of `x` in the backward pass."""
    return x + (rounded - x).detach()


def quantise_tokens(x: Tensor) -> tuple[Tensor, Tensor]:
    """x [..., n] -> whole numbers in -127..127 [..., n] and the scale of each token [..., 1]; zeros stay zeros."""
    scale = x.detach().abs().amax(-1, keepdim=True) / 127
    levels = x / scale.clamp_min(1e-30)
    return straight_through(levels.round().clamp(-127, 127), levels), scale


def ternary_scale(weight: Tensor) -> Tensor:
    """Mean of |weight|, rounded to half precision as the file stores it, never below the least normal half."""
    return weight.detach().abs().mean().clamp_min(2.0**-14).half().float()


def quantise_ternary(weight: Tensor) -> tuple[Tensor, Tensor]:
    """weight -> -1, 0, +1 of the same shape, and the one scale of the tensor."""
    scale = ternary_scale(weight)
    levels = weight / scale
    return straight_through(levels.round().clamp(-1, 1), levels), scale


class RmsNorm(nn.Module):
    def __init__(self, size: int, gain: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.full((size,), gain))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + EPSILON) * self.weight


class TernaryLinear(nn.Module):
    """y = (levels of x · levels of weight) * scales. Levels are whole numbers, so bfloat16 holds them exactly."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * inputs**-0.5)

    def forward(self, levels: Tensor, scale: Tensor, ternary: bool) -> Tensor:
        if ternary:
            weight, weight_scale = quantise_ternary(self.weight)
            return F.linear(levels, weight.to(levels.dtype)).float() * (scale * weight_scale)
        return F.linear(levels, self.weight.to(levels.dtype)).float() * scale


def rotary_table(positions: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine [positions, HEAD_SIZE / 2]."""
    frequency = ROPE_BASE ** (-torch.arange(0, HEAD_SIZE, 2, dtype=torch.float64) / HEAD_SIZE)
    angle = torch.arange(positions, dtype=torch.float64)[:, None] * frequency
    return angle.cos().float(), angle.sin().float()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary embedding over the two halves of each head (NEOX form). x [batch, position, head, HEAD_SIZE]."""
    a, b = x.chunk(2, -1)
    cos, sin = cos[:, None, :], sin[:, None, :]
    return torch.cat((a * cos - b * sin, b * cos + a * sin), -1)


class Block(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        width, kv_width = shape.width, shape.kv_heads * HEAD_SIZE
        self.shape = shape
        quiet = 0.25 * (2 * shape.layers) ** -0.5  # blocks start as small additions to the embedding, whatever the depth
        self.attn_norm = RmsNorm(width)
        self.attn_q = TernaryLinear(width, width)
        self.attn_k = TernaryLinear(width, kv_width)
        self.attn_v = TernaryLinear(width, kv_width)
        self.attn_sub_norm = RmsNorm(width, quiet)
        self.attn_output = TernaryLinear(width, width)
        self.ffn_norm = RmsNorm(width)
        self.ffn_gate = TernaryLinear(width, shape.ffn)
        self.ffn_up = TernaryLinear(width, shape.ffn)
        self.ffn_sub_norm = RmsNorm(shape.ffn, quiet)
        self.ffn_down = TernaryLinear(shape.ffn, width)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, dtype: torch.dtype, ternary: bool) -> Tensor:
        def levels(y: Tensor) -> tuple[Tensor, Tensor, bool]:
            whole, scale = quantise_tokens(y)
            return whole.to(dtype), scale, ternary

        batch, length, _ = x.shape
        h = levels(self.attn_norm(x))
        q = rotate(self.attn_q(*h).view(batch, length, -1, HEAD_SIZE), cos, sin)
        k = rotate(self.attn_k(*h).view(batch, length, -1, HEAD_SIZE), cos, sin)
        v = self.attn_v(*h).view(batch, length, -1, HEAD_SIZE)
        group = self.shape.heads // self.shape.kv_heads
        k, v = k.repeat_interleave(group, 2), v.repeat_interleave(group, 2)
        q, k, v = (t.to(dtype).transpose(1, 2) for t in (q, k, v))
        attention = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        attention = attention.transpose(1, 2).reshape(batch, length, -1).float()
        x = x + self.attn_output(*levels(self.attn_sub_norm(attention)))
        h = levels(self.ffn_norm(x))
        hidden = F.silu(self.ffn_gate(*h)) * self.ffn_up(*h)
        return x + self.ffn_down(*levels(self.ffn_sub_norm(hidden)))


class TernaryTransformer(nn.Module):
    """Decoder with a tied int8 head. `dtype` is the type of the products (bfloat16 to train, float32 to check)."""

    def __init__(self, shape: Shape, dtype: torch.dtype = torch.float32):
        super().__init__()
        self.shape, self.dtype, self.ternary = shape, dtype, True
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        nn.init.normal_(self.token_embd.weight, std=0.05)
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = RmsNorm(shape.width)
        cos, sin = rotary_table(shape.context)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def ternary_parameters(self) -> list[nn.Parameter]:
        return [module.weight for module in self.modules() if isinstance(module, TernaryLinear)]

    def forward(self, ids: Tensor) -> Tensor:
        """ids [batch, position] -> logits [batch, position, vocabulary]."""
        return self.head(self.hidden(ids))

    def hidden(self, ids: Tensor) -> Tensor:
        """ids [batch, position] -> what the head reads, [batch, position, width]."""
        length = ids.shape[1]
        x = self.token_embd(ids)
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length], self.dtype, self.ternary)
        return self.output_norm(x)

    def head(self, hidden: Tensor) -> Tensor:
        levels, scale = quantise_tokens(hidden)
        return F.linear(levels.to(self.dtype), self.token_embd.weight.to(self.dtype)).float() * scale
