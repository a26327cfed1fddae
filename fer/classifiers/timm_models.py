"""Any of timm's networks by name, with grey images repeated to three channels inside."""

import difflib
import sys
from functools import partial
from typing import Any

import timm
import torch
from torch import nn

from fer.classifiers.network import ColourDoor, Network, State
from fer.classifiers.registry import TIMM_PREFIX
from fer.data.dataset import IMAGE_SIZE
from fer.errors import RequestError


def build(name: str, classes: int) -> Network:
    """timm's network ``timm:<name>``, not pretrained, with ``classes`` outputs, for images of 48 x 48.

    Raises RequestError for a name that timm does not know and for a network that cannot take images of that size.
    """
    check_name(name)
    timm_name = name.removeprefix(TIMM_PREFIX)
    # Networks with position embeddings are built for one size of image; the others take no such argument.
    about: Any = timm.get_pretrained_cfg(timm_name, allow_unregistered=False)
    size: dict[str, Any] = {"img_size": IMAGE_SIZE} if about.fixed_input_size else {}
    try:
        backbone: nn.Module = timm.create_model(timm_name, pretrained=False, num_classes=classes, **size)
        model = ColourDoor(backbone, about.mean, about.std)
        with torch.no_grad():
            model.eval()(torch.zeros(2, 1, IMAGE_SIZE, IMAGE_SIZE))
        model.train()
    except (RuntimeError, ValueError, TypeError, AssertionError, IndexError, ZeroDivisionError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise RequestError(f"classifier {name}: cannot take images of {IMAGE_SIZE} x {IMAGE_SIZE} ({reason})") from None
    head = about.classifier
    return Network(model, backbone, (head,) if isinstance(head, str) else tuple(head), partial(_rename, backbone))


def check_name(name: str) -> None:
    """Raise RequestError, with the nearest name, where timm has no network ``timm:<name>``."""
    timm_name = name.removeprefix(TIMM_PREFIX)
    if not timm.is_model(timm_name):
        close = difflib.get_close_matches(timm_name, timm.list_models(), n=1)
        hint = f"did you mean {TIMM_PREFIX}{close[0]}?" if close else "timm.list_models() prints the names"
        raise RequestError(f"classifier {name}: timm has no such network; {hint}")


def _rename(backbone: nn.Module, state: State) -> State:
    """The state with today's names and this size of image, by the function that timm keeps beside each network."""
    rename = getattr(sys.modules[type(backbone).__module__], "checkpoint_filter_fn", None)
    if rename is None:
        return state
    renamed: State = rename(dict(state), backbone)
    return renamed
