"""NumPy: the lineage's simplest formulas, its stable ones, and `logaddexp`.

"out": the same arithmetic written with `out=` throughout, with memory for what lies between made
beforehand. NumPy then allocates nothing in a call.
"""

from functools import partial

import numpy as np
from driver import Gap

# Naive formulas overflow, which is the point; the warnings would be printed once and change nothing.
np.seterr(all="ignore")


def version():
    return np.__version__


def arrays(result):
    return list(result) if isinstance(result, tuple) else [result]


def softplus_naive(x):
    return np.log(1 + np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_stable(x):
    return np.log1p(np.exp(-np.abs(x))) + np.maximum(x, 0)


def softplus_logaddexp(x):
    return np.logaddexp(x, 0)


def sigmoid_naive(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_stable(x):
    """By sign mask: e^-x where x >= 0, e^x elsewhere, never an overflow."""
    result = np.empty_like(x)
    positive = x >= 0
    negative = ~positive
    result[positive] = 1 / (1 + np.exp(-x[positive]))
    t = np.exp(x[negative])
    result[negative] = t / (1 + t)
    return result


def sigmoid_logaddexp(x):
    """The formula of the lineage's CuPy kernels."""
    return np.exp(-np.logaddexp(0, -x))


def gradient_known_naive(y):
    return 1 - np.exp(-y)


def gradient_known_stable(y):
    return -np.expm1(-y)


def sigmoid_gradient_naive(x):
    t = np.exp(-x)
    return t / (1 + t) ** 2


def sigmoid_gradient_stable(x):
    s = sigmoid_stable(x)
    return s * (1 - s)


ALLOCATING = {
    "naive": {
        "softplus": softplus_naive,
        "sigmoid": sigmoid_naive,
        "softplusGradKnown": gradient_known_naive,
        "sigmoidGrad": sigmoid_gradient_naive,
    },
    "stable": {
        "softplus": softplus_stable,
        "sigmoid": sigmoid_stable,
        "softplusGradKnown": gradient_known_stable,
        "sigmoidGrad": sigmoid_gradient_stable,
    },
    "logaddexp": {"softplus": softplus_logaddexp, "sigmoid": sigmoid_logaddexp},
}


def softplus_naive_out(x, out, between):
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    np.log(out, out=out)
    np.maximum(x, 0, out=between)
    return np.add(out, between, out=out)


def softplus_stable_out(x, out, between):
    np.abs(x, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    np.maximum(x, 0, out=between)
    return np.add(out, between, out=out)


def softplus_logaddexp_out(x, out, _):
    return np.logaddexp(x, 0, out=out)


def sigmoid_naive_out(x, out, _):
    np.negative(x, out=out)
    np.exp(out, out=out)
    np.add(out, 1, out=out)
    return np.divide(1, out, out=out)


def sigmoid_logaddexp_out(x, out, _):
    np.negative(x, out=out)
    np.logaddexp(0, out, out=out)
    np.negative(out, out=out)
    return np.exp(out, out=out)


def gradient_known_naive_out(y, out, _):
    np.negative(y, out=out)
    np.exp(out, out=out)
    return np.subtract(1, out, out=out)


def gradient_known_stable_out(y, out, _):
    np.negative(y, out=out)
    np.expm1(out, out=out)
    return np.negative(out, out=out)


GIVEN = {
    "naive": {
        "softplus": softplus_naive_out,
        "sigmoid": sigmoid_naive_out,
        "softplusGradKnown": gradient_known_naive_out,
    },
    "stable": {"softplus": softplus_stable_out, "softplusGradKnown": gradient_known_stable_out},
    "logaddexp": {"softplus": softplus_logaddexp_out, "sigmoid": sigmoid_logaddexp_out},
}


def both(softplus, sigmoid):
    """Value and gradient, by two calls one after the other."""
    return softplus(), sigmoid()


def prepare(form, fn, x, value, out):
    if fn == "softplusWithGrad":
        first = prepare(form, "softplus", x, value, out and out[:1])
        second = prepare(form, "sigmoid", x, value, out and out[1:])
        return partial(both, first, second)
    forms = (ALLOCATING if out is None else GIVEN)[form]
    function = forms.get("sigmoid" if fn == "softplusGrad" else fn)
    if function is None:
        where = "" if out is None else " with a given output"
        if where and form == "stable":
            where += " (its sign mask makes arrays)"
        raise Gap(f"NumPy {form} has no {fn}{where}")
    argument = value if fn == "softplusGradKnown" else x
    if out is None:
        return partial(function, argument)
    return partial(function, argument, out[0], np.full_like(x, 0))
