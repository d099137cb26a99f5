"""Trains the ternary model on packed samples, by the clock or by steps, with exact resume and a GGUF at every checkpoint.

    python training/train.py --corpus DIR --run DIR --until 01:20
    python training/train.py --corpus DIR --run DIR --steps 2000
    python training/train.py --corpus DIR --run DIR --minutes 9 --device cuda --step-tokens 65536 --samplers 14
    python training/train.py --corpus DIR --run DIR --until 01:20 --start models/NAME.gguf --rate 0.5 --cooldown 0.9
"""

import argparse
import json
import math
import os
import signal
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor, nn

from cache import with_the_text
from export import export_model, load_exported, tokenizer_metadata
from gguf import read_gguf
from model import Shape, TernaryTransformer
from samples import Document, RowSource, Sampler, ahead, parse_languages, read_shards
from tokenizer import CONTROL

WARM_UP_STEPS = 40
COOLDOWN_SHARE = 0.35  # of the whole time or steps, linear to zero, unless told otherwise
MATRIX_RATE, MATRIX_DECAY = 0.02, 0.05
VECTOR_RATE = 4e-3
GRADIENT_LIMIT = 1.0
MIDDLE_WEIGHT = 4.0  # of a middle's token in the loss: they are 4 % of all, and what completions are made of
STEP_TOKENS = 8192
ROW_LENGTHS = (512, 512, 1024)  # step after step; short rows spare attention, long ones teach the whole context
HELD_OUT_LANGUAGES = ("typescript", "javascript", "python", "rust", "go", "java", "cpp", "csharp", "html", "css", "json", "yaml", "shellscript")
HELD_OUT_FILES, HELD_OUT_TOKENS = 8, 500  # of each language; the head of each file; small, for it is paid at every checkpoint


def rate_factor(step: int, progress: float, cooldown: float = COOLDOWN_SHARE) -> float:
    """Warm up over steps, hold, then fall linearly to zero at progress 1."""
    return min(1.0, (step + 1) / WARM_UP_STEPS, max(0.0, (1 - progress) / cooldown))


def row_shape(step: int, step_tokens: int) -> tuple[int, int]:
    """Number and length of the rows of a step."""
    length = ROW_LENGTHS[step % len(ROW_LENGTHS)]
    return step_tokens // length, length


def packed_loss(model: TernaryTransformer, ids: Tensor, samples: Tensor, middles: Tensor) -> Tensor:
    """Mean cross-entropy over all tokens that follow one of their own sample, those of a middle weighing more.

    The probabilities are those of the model and what the text says, interpolated as the engine does: the model learns
    what its context does not tell, and to be in like states where the same comes next.
    ids, samples, middles [rows, row length + 1], as in `Rows`.
    """
    follows = (samples[:, 1:] == samples[:, :-1]) & (samples[:, 1:] >= 0)
    weights = follows * (1 + (MIDDLE_WEIGHT - 1) * middles[:, 1:])
    losses, _ = next_token_losses(model, ids, samples)
    return (losses * weights).sum() / weights.sum()


def next_token_losses(model: TernaryTransformer, ids: Tensor, samples: Tensor) -> tuple[Tensor, Tensor]:
    """Negative log-probability of each token but the first, in nats, [rows, row length]: with what the text says, and alone."""
    hidden = model.hidden(ids[:, :-1])
    alone = F.cross_entropy(model.head(hidden).flatten(0, 1), ids[:, 1:].flatten(), reduction="none").view(hidden.shape[:2])
    control = model.shape.vocabulary - len(CONTROL)
    chance = with_the_text(torch.exp(-alone), hidden, ids, samples, control, model.dtype)
    return -torch.log(chance.clamp_min(1e-12)), alone


def orthogonal(gradient: Tensor, coefficients: tuple[float, float, float], steps: int, epsilon: float) -> Tensor:
    """Newton-Schulz iteration of Muon (Jordan 2024) in the type of `gradient`."""
    a, b, c = coefficients
    x = gradient.T if gradient.size(0) > gradient.size(1) else gradient
    x = x / x.norm().clamp(min=epsilon)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x.T if gradient.size(0) > gradient.size(1) else x


def make_optimizers(model: TernaryTransformer) -> list[torch.optim.Optimizer]:
    """Muon (Jordan 2024) for the ternary matrices, AdamW for the embedding and the norms."""
    matrices = model.ternary_parameters()
    known = {id(parameter) for parameter in matrices}
    others = [parameter for parameter in model.parameters() if id(parameter) not in known]
    return [
        torch.optim.Muon(matrices, lr=MATRIX_RATE, weight_decay=MATRIX_DECAY),
        torch.optim.AdamW(others, lr=VECTOR_RATE, betas=(0.9, 0.95), weight_decay=0.0),
    ]


class Training:
    """Model, optimizers and the number of steps done: all that a checkpoint holds besides the shape."""

    def __init__(
        self,
        shape: Shape,
        rows: RowSource,
        seed: int,
        step_tokens: int = STEP_TOKENS,
        dtype: torch.dtype = torch.bfloat16,
        compiled: bool = True,
        device: str = "cpu",
        rate: float = 1.0,
        cooldown: float = COOLDOWN_SHARE,
    ):
        torch.manual_seed(seed)
        if dtype == torch.float32:
            # Muon always iterates in bfloat16: on a CPU that only emulates it, six sevenths of a step.
            torch.optim._muon._zeropower_via_newtonschulz = orthogonal
        self.device = device
        self.model = TernaryTransformer(shape, dtype).to(device)  # drawn on the processor: equal on every device
        self.optimizers = make_optimizers(self.model)
        self.base_rates = [optimizer.param_groups[0]["lr"] * rate for optimizer in self.optimizers]
        self.cooldown = cooldown
        self.rows, self.step_tokens, self.step = rows, step_tokens, 0
        self.loss_of: Callable = torch.compile(packed_loss, dynamic=False) if compiled else packed_loss

    def train_step(self, progress: float) -> tuple[float, int]:
        """One update -> loss in nats per token and the number of tokens that were no padding."""
        rows = self.rows(self.step, *row_shape(self.step, self.step_tokens))
        ids, samples, middles = (torch.from_numpy(array).to(self.device) for array in rows)
        factor = rate_factor(self.step, progress, self.cooldown)
        for optimizer, rate in zip(self.optimizers, self.base_rates):
            optimizer.param_groups[0]["lr"] = rate * factor
            optimizer.zero_grad()
        loss = self.loss_of(self.model, ids, samples, middles)
        if not math.isfinite(loss.item()):
            raise FloatingPointError(f"step {self.step}: the loss is {loss.item()}; resume from the last checkpoint with lower rates")
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), GRADIENT_LIMIT)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        return loss.item(), int((samples >= 0).sum())

    def save(self, path: Path) -> None:
        state = {
            "shape": self.model.shape.as_dict(),
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
        }
        torch.save(state, path.with_suffix(".part"))
        os.replace(path.with_suffix(".part"), path)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=True, map_location="cpu")
        if state["shape"] != self.model.shape.as_dict():
            raise ValueError(f"{path} holds a model of shape {state['shape']}, not {self.model.shape.as_dict()}")
        self.model.load_state_dict(state["model"])
        for optimizer, optimizer_state in zip(self.optimizers, state["optimizers"]):
            optimizer.load_state_dict(optimizer_state)
        self.step = state["step"]


def held_out_rows(documents: list[Document], sampler: Sampler) -> dict[str, list[tuple[list[int], int, int]]]:
    """By language: (ids, where the text begins, its bytes) of the heads of files spread over the held-out sources."""
    rows = {}
    for language in HELD_OUT_LANGUAGES:
        known = sorted((d for d in documents if d.language == language and len(d.text) > 400), key=lambda d: (d.source, d.path))
        stride = max(1, len(known) // HELD_OUT_FILES)
        for document in known[::stride][:HELD_OUT_FILES]:
            title = [sampler.file_sep, *sampler.encode(document.path + "\n")]
            body = sampler.encode(document.text[: HELD_OUT_TOKENS * 4])[:HELD_OUT_TOKENS]
            size = sum(len(sampler.tokenizer.id_to_token(i)) for i in body)  # a byte-level token has a letter for each byte
            rows.setdefault(language, []).append((title + body, len(title), size))
    return rows


@torch.no_grad()
def bits_per_byte(model: TernaryTransformer, rows: list[tuple[list[int], int, int]]) -> tuple[float, float]:
    """Of the model alone, and with what the text says."""
    bits, with_text, size = 0.0, 0.0, 0
    for ids, start, bytes_of_row in rows:
        row = torch.tensor(ids[: model.shape.context], device=model.output_norm.weight.device)[None]
        losses, alone = next_token_losses(model, row, torch.zeros_like(row))
        bits += alone[0, start - 1 :].sum().item() / math.log(2)
        with_text += losses[0, start - 1 :].sum().item() / math.log(2)
        size += bytes_of_row
    return bits / size, with_text / size


def product_type(device: str) -> torch.dtype:
    """bfloat16 where the device multiplies it; on an older CPU it is slower than float32."""
    old = device == "cpu" and torch.backends.cpu.get_cpu_capability() in ("DEFAULT", "AVX2")
    return torch.float32 if old else torch.bfloat16


def yield_to_others() -> None:
    """Lowest priority, also as a group where the kernel schedules sessions as groups."""
    os.nice(19)
    group = Path("/proc/self/autogroup")
    if group.exists():
        try:
            group.write_text("19")
        except OSError as error:
            print(f"this session keeps its group priority: {error}")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="folder of train-*.jsonl.zst, heldout-*.jsonl.zst, tokenizer.json")
    parser.add_argument("--run", type=Path, required=True, help="folder of checkpoint, log and latest.gguf; resumed if it has a checkpoint")
    end = parser.add_mutually_exclusive_group(required=True)
    end.add_argument("--until", help="HH:MM at which training is over, cooldown included")
    end.add_argument("--minutes", type=float, help="that training takes, cooldown included; where it is resumed, in all")
    end.add_argument("--steps", type=int)
    parser.add_argument("--shape", default="512,4,1280", help="width,layers,ffn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--languages", help="of the corpus, with weights where they are not the usual ones, as in c,csharp=0.3; all of them unless told otherwise")
    parser.add_argument("--start", type=Path, help="exported model to begin from; its shape must be --shape")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--cooldown", type=float, default=COOLDOWN_SHARE, help="share of the time in which the rates fall to zero")
    parser.add_argument("--every", type=float, default=10, help="minutes between checkpoints")
    parser.add_argument("--name", default="ryzanstein-small")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--step-tokens", type=int, default=STEP_TOKENS)
    parser.add_argument("--samplers", type=int, default=0, help="processes that draw samples ahead; 0 draws them in between")
    return parser.parse_args()


class Schedule:
    """How much of the training is done, by steps or by time.

    A run resumed with the same --until or --minutes goes on with its schedule; with others it begins a new one. Of
    --minutes those count that are in the checkpoint, however long the run lay still; --until is over when it is.
    """

    def __init__(self, arguments: argparse.Namespace, run: Path):
        self.steps, self.minutes, self.until = arguments.steps, arguments.minutes, arguments.until
        self.file, self.begun = run / "clock.json", time.monotonic()
        until = self.until or f"{self.minutes or 0:g} minutes"
        clock = json.loads(self.file.read_text()) if self.file.exists() else {}
        if clock.get("until") != until:
            clock = {"until": until, "started": datetime.now().isoformat(), "spent": 0.0}
        clock.setdefault("spent", 0.0)  # a run of older code did not note it
        self.clock = clock
        self.keep()

    def spent(self) -> float:
        return self.clock["spent"] + time.monotonic() - self.begun

    def keep(self) -> None:
        """With each checkpoint, for what was done behind it has to be done again."""
        if not self.steps:
            self.file.write_text(json.dumps({**self.clock, "spent": self.spent()}))

    def progress(self, step: int) -> float:
        if self.steps:
            return step / self.steps
        if self.minutes:
            return self.spent() / (60 * self.minutes)
        start = datetime.fromisoformat(self.clock["started"])
        hour, minute = map(int, self.until.split(":"))
        end = start.replace(hour=hour, minute=minute, second=0)
        end += timedelta(days=end <= start)
        return (datetime.now() - start) / (end - start)


def device_words(device: str) -> str:
    return f"{torch.get_num_threads()} CPU cores" if device == "cpu" else torch.cuda.get_device_name(device)


def main() -> None:
    arguments = parse_arguments()
    yield_to_others()
    run: Path = arguments.run
    run.mkdir(parents=True, exist_ok=True)
    checkpoint = run / "checkpoint.pt"
    tokenizer_json = arguments.corpus / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(tokenizer_json))
    languages = parse_languages(arguments.languages) if arguments.languages else None
    weights = {name: weight for name, weight in (languages or {}).items() if weight is not None}
    sampler = Sampler(read_shards(arguments.corpus.glob("train-*.jsonl.zst"), languages), tokenizer, arguments.seed, weights)
    held_out = held_out_rows(read_shards(arguments.corpus.glob("heldout-*.jsonl.zst")), sampler)
    width, layers, ffn = map(int, arguments.shape.split(","))
    shape = Shape(tokenizer.get_vocab_size(), width, layers, ffn, heads=width // 64, kv_heads=width // 128)
    rows = ahead(sampler, arguments.samplers, lambda step: row_shape(step, arguments.step_tokens)) if arguments.samplers else sampler.rows
    training = Training(
        shape,
        rows,
        arguments.seed,
        arguments.step_tokens,
        product_type(arguments.device),
        device=arguments.device,
        rate=arguments.rate,
        cooldown=arguments.cooldown,
    )
    if checkpoint.exists():
        training.load(checkpoint)
    elif arguments.start:
        if read_gguf(arguments.start)[0]["tokenizer.ggml.merges"] != tokenizer_metadata(tokenizer_json)["tokenizer.ggml.merges"]:
            raise ValueError(f"{arguments.start} was trained with another tokenizer than {tokenizer_json}")
        load_exported(training.model, arguments.start)
    schedule = Schedule(arguments, run)  # the clock of a new run starts here

    stopping = False

    def stop(*_) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    def log(**fields) -> None:
        line = json.dumps({"time": datetime.now().strftime("%H:%M:%S"), "step": training.step, **fields})
        print(line, flush=True)
        with (run / "log.jsonl").open("a") as file:
            file.write(line + "\n")

    def keep() -> None:
        training.save(checkpoint)
        schedule.keep()
        export_model(training.model, tokenizer_json, run / "latest.gguf", arguments.name, list(languages) if languages else None)
        alone, with_text = {}, {}
        for language, rows in held_out.items():
            alone[language], with_text[language] = (round(bits, 4) for bits in bits_per_byte(training.model, rows))
        log(heldOutBitsPerByte=alone, withTheText=with_text)

    log(
        shape=shape.as_dict(),
        parameters=sum(p.numel() for p in training.model.parameters()),
        stepTokens=arguments.step_tokens,
        device=device_words(arguments.device),
    )
    if arguments.start and training.step == 0:
        keep()  # what the run has to better
    kept = time.monotonic()
    losses, tokens, since = [], 0, time.monotonic()
    while not stopping and (progress := schedule.progress(training.step)) < 1:
        loss, count = training.train_step(progress)
        losses.append(loss)
        tokens += count
        if training.step % 10 == 0:
            rate = tokens / (time.monotonic() - since)
            log(loss=round(sum(losses) / len(losses), 4), progress=round(progress, 4), tokensPerSecond=round(rate))
            losses, tokens, since = [], 0, time.monotonic()
        if (begun := time.monotonic()) - kept > arguments.every * 60:
            keep()
            kept = time.monotonic()
            since += kept - begun
    keep()


if __name__ == "__main__":
    main()
