"""What benchmark tables call hardware, models and engines, and the catalogue's ids for them.

Only what is certain stands here: the short keys and display names that SemiAnalysis InferenceX uses for the very
systems, models and engines of the catalogue (packages/constants and packages/db of SemiAnalysisAI/InferenceX-app, in
2026). A name that is missing here is reported, never guessed; `--map NAME=ID` adds one. Left out on purpose: TPU rows,
which count chips in two ways from run to run; later releases of a model (glm5.1, kimik2.7-code), which are others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from planner.instance.problem import among

HARDWARE = {
    "h100": "h100-hgx",
    "h200": "h200-hgx",
    "h800": "h800-hgx",
    "h20": "h20-hgx",
    "b200": "b200-hgx",
    "b300": "b300-hgx",
    "gb200": "gb200-nvl72",
    "gb300": "gb300-nvl72",
    "mi300x": "mi300x-hgx",
    "mi325x": "mi325x-hgx",
    "mi355x": "mi355x-hgx",
}
"""Base of the runner's name (`b200-nv_0`, `cluster:b300-nv`, `h200_trt` lose what follows) -> hardware."""

MODELS = {
    "dsr1": "deepseek-r1",
    "deepseek-r1-0528": "deepseek-r1",
    "dsv4": "deepseek-v4-pro",
    "dsv4pro": "deepseek-v4-pro",
    "deepseek-v4-pro": "deepseek-v4-pro",
    "gptoss": "gpt-oss-120b",
    "gptoss120b": "gpt-oss-120b",
    "gpt-oss-120b": "gpt-oss-120b",
    "llama70b": "llama-3-3-70b",
    "llama-3.3-70b-instruct": "llama-3-3-70b",
    "qwen3.5": "qwen3-5-397b",
    "qwen3.5-397b-a17b": "qwen3-5-397b",
    "qwen-3.5-397b-a17b": "qwen3-5-397b",
    "kimik2.5": "kimi-k2",
    "kimik2.6": "kimi-k2",
    "kimi-k2.5": "kimi-k2",
    "kimi-k2.6": "kimi-k2",
    "glm5": "glm-5",
    "glm-5": "glm-5",
}
"""Prefix, display name, or last part of a Hugging Face path, without the number format at its end -> model."""

STACKS = {
    "vllm": "vllm",
    "sglang": "sglang",
    "trt": "trt-llm",
    "trtllm": "trt-llm",
    "dynamo-trt": "dynamo-trt-llm",
    "dynamo-trtllm": "dynamo-trt-llm",
    "dynamo-vllm": "dynamo-vllm",
    "dynamo-sglang": "dynamo-sglang",
    "atom": "atom",
    "mori-sglang": "mori-sglang",
    "sglang-disagg": "mori-sglang",
}
"""Framework -> inference software."""

TABLES = {"hardware": HARDWARE, "models": MODELS, "stacks": STACKS}

_FORMAT = re.compile(r"[-_](nv|mx)?fp[48](-(kv|v2|preview))*$", re.IGNORECASE)


def id_of(table: str, name: str, known: Iterable[str], mapping: Mapping[str, str]) -> str | None:
    """Return the id that a benchmark's name stands for; None when nobody knows.

    Args:
        table: hardware, models or stacks.
        name: the name as it stands in the benchmark.
        known: ids of the instance and its catalogue.
        mapping: the user's own names, in small letters -> id.
    """
    known = set(known)
    for form in _forms(table, name):
        for found in (mapping.get(form), form, TABLES[table].get(form)):
            if found in known:
                return found
    return None


def _forms(table: str, name: str) -> list[str]:
    """Return the name as it stands and without its decorations, in small letters."""
    word = name.strip().lower()
    forms = [word]
    if table == "hardware":
        scoped = word.rsplit(":", 1)[-1]
        forms += [scoped, re.split(r"[-_]", scoped)[0]]
    elif table == "models":
        last = word.rsplit("/", 1)[-1]
        forms += [last, _FORMAT.sub("", last)]
    return list(dict.fromkeys(forms))


def meant(table: str, name: str, known: Iterable[str]) -> str:
    """Say which name may have been meant, and how to add one."""
    options = list(dict.fromkeys([*TABLES[table], *known]))
    return f"{among(_forms(table, name)[-1], options, 'known')}; or --map {name}=ID"
