"""PyTorch: `functional.softplus`, `sigmoid`, and gradients by autograd.

"out": the variants that fill a given tensor. `functional.softplus` has none, the operator behind it
does. Autograd has none either: there the gradient of softplus is written as what it is, a sigmoid.
"""

from functools import partial

import torch
import torch.nn.functional as F
from driver import Gap

softplus_operator = torch._C._nn.softplus  # pylint: disable=protected-access


def version():
    return torch.__version__


def set_threads(n):
    # Setting it makes another of PyTorch's pools anew, whose thread then spins for 12 ms.
    if torch.get_num_threads() != n:
        torch.set_num_threads(n)
    if torch.get_num_threads() != n:
        raise Gap(f"PyTorch has {torch.get_num_threads()} threads when asked for {n}")


def arrays(result):
    results = result if isinstance(result, tuple) else (result,)
    return [tensor.detach().numpy() for tensor in results]


def gradient(function, x, upstream):
    """Forward and backward pass."""
    return torch.autograd.grad(function(x), x, upstream)[0]


def backward(y, x, upstream):
    """The backward pass alone, of a forward pass that is kept."""
    return torch.autograd.grad(y, x, upstream, retain_graph=True)[0]


def value_and_gradient(x, upstream):
    y = F.softplus(x)
    return y, torch.autograd.grad(y, x, upstream)[0]


def value_and_gradient_out(x, value, grad):
    return softplus_operator(x, out=value), torch.sigmoid(x, out=grad)


def prepare(_form, fn, x, _value, out):
    tensor = torch.from_numpy(x)
    if out is not None:
        given = [torch.from_numpy(array) for array in out]
        if fn == "softplus":
            return partial(softplus_operator, tensor, out=given[0])
        if fn in ("sigmoid", "softplusGrad"):
            return partial(torch.sigmoid, tensor, out=given[0])
        if fn == "softplusWithGrad":
            return partial(value_and_gradient_out, tensor, given[0], given[1])
        raise Gap(f"autograd fills no given output, so there is no {fn} with one")
    if fn == "softplus":
        return partial(F.softplus, tensor)
    if fn == "sigmoid":
        return partial(torch.sigmoid, tensor)
    leaf = tensor.detach().requires_grad_()
    upstream = torch.ones_like(tensor)
    if fn == "softplusGrad":
        return partial(gradient, F.softplus, leaf, upstream)
    if fn == "softplusGradKnown":
        return partial(backward, F.softplus(leaf), leaf, upstream)
    if fn == "softplusWithGrad":
        return partial(value_and_gradient, leaf, upstream)
    if fn == "sigmoidGrad":
        return partial(gradient, torch.sigmoid, leaf, upstream)
    raise Gap(f"PyTorch has no {fn}")
