"""Numba: the lineage's kernels, compiled with cache and fastmath.

njit: array expressions on one thread, as the lineage writes softplus and its gradients; parallel:
rows in parallel, as it writes the sigmoid. With a given output, the same formula in a loop that
fills it.
"""

from functools import partial

import numba
import numpy as np
from driver import Gap
from numba import njit, prange

single = njit(cache=True, fastmath=True)
parallel = njit(cache=True, fastmath=True, parallel=True)


def version():
    try:
        layer = numba.threading_layer()
    except ValueError:
        # It is chosen by the first parallel call.
        touch(np.zeros((2, 2), np.float32))
        layer = numba.threading_layer()
    return f"{numba.__version__} (threads: {layer})"


def set_threads(n):
    numba.set_num_threads(n)
    if numba.get_num_threads() != n:
        raise Gap(f"Numba has {numba.get_num_threads()} threads when asked for {n}")


def arrays(result):
    return list(result) if isinstance(result, tuple) else [result]


@parallel
def touch(x):
    for i in prange(x.shape[0]):
        x[i] = 0


@single
def softplus_njit(x):
    return np.log(1 + np.exp(-np.abs(x))) + np.maximum(x, 0)


@single
def sigmoid_njit(x):
    return 1 / (1 + np.exp(-x))


@single
def gradient_known_njit(y):
    return 1 - np.exp(-y)


@single
def sigmoid_gradient_njit(x):
    t = np.exp(-x)
    return t / (1 + t) ** 2


@single
def softplus_njit_out(x, out):
    for i in range(x.shape[0]):
        out[i] = np.log(1 + np.exp(-np.abs(x[i]))) + np.maximum(x[i], 0)
    return out


@single
def sigmoid_njit_out(x, out):
    for i in range(x.shape[0]):
        out[i] = 1 / (1 + np.exp(-x[i]))
    return out


@single
def gradient_known_njit_out(y, out):
    for i in range(y.shape[0]):
        out[i] = 1 - np.exp(-y[i])
    return out


@single
def sigmoid_gradient_njit_out(x, out):
    for i in range(x.shape[0]):
        t = np.exp(-x[i])
        out[i] = t / (1 + t) ** 2
    return out


@parallel
def softplus_parallel_out(x, out):
    for i in prange(x.shape[0]):
        out[i] = np.log(1 + np.exp(-np.abs(x[i]))) + np.maximum(x[i], 0)
    return out


@parallel
def sigmoid_parallel_out(x, out):
    for i in prange(x.shape[0]):
        out[i] = 1 / (1 + np.exp(-x[i]))
    return out


@parallel
def softplus_parallel(x):
    out = np.zeros_like(x)
    for i in prange(x.shape[0]):
        out[i] = np.log(1 + np.exp(-np.abs(x[i]))) + np.maximum(x[i], 0)
    return out


@parallel
def sigmoid_parallel(x):
    out = np.zeros_like(x)
    for i in prange(x.shape[0]):
        out[i] = 1 / (1 + np.exp(-x[i]))
    return out


# The loops over single elements take x as one long row.
FLAT = {
    "softplus": softplus_njit_out,
    "sigmoid": sigmoid_njit_out,
    "softplusGradKnown": gradient_known_njit_out,
    "sigmoidGrad": sigmoid_gradient_njit_out,
}
ALLOCATING = {
    "njit": {
        "softplus": softplus_njit,
        "sigmoid": sigmoid_njit,
        "softplusGradKnown": gradient_known_njit,
        "sigmoidGrad": sigmoid_gradient_njit,
    },
    "parallel": {"softplus": softplus_parallel, "sigmoid": sigmoid_parallel},
}
GIVEN = {
    "njit": FLAT,
    "parallel": {"softplus": softplus_parallel_out, "sigmoid": sigmoid_parallel_out},
}


def both(softplus, sigmoid):
    """Value and gradient, by two calls one after the other."""
    return softplus(), sigmoid()


def prepare(form, fn, x, value, out):
    if fn == "softplusWithGrad":
        first = prepare(form, "softplus", x, value, out and out[:1])
        second = prepare(form, "sigmoid", x, value, out and out[1:])
        return partial(both, first, second)
    function = (ALLOCATING if out is None else GIVEN)[form].get(
        "sigmoid" if fn == "softplusGrad" else fn
    )
    if function is None:
        raise Gap(f"the lineage has no {form} kernel for {fn}")
    argument = value if fn == "softplusGradKnown" else x
    if out is None:
        return partial(function, argument)
    if form == "njit":
        return partial(function, argument.reshape(-1), out[0].reshape(-1))
    return partial(function, argument, out[0])
