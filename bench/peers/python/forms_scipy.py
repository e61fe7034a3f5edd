"""SciPy: `scipy.special.expit`, the sigmoid."""

from functools import partial

import scipy
from driver import Gap
from scipy.special import expit


def version():
    return scipy.__version__


def arrays(result):
    return [result]


def prepare(_form, fn, x, _value, out):
    if fn not in ("sigmoid", "softplusGrad"):
        raise Gap(f"SciPy has no {fn}")
    return partial(expit, x) if out is None else partial(expit, x, out=out[0])
