"""GPU libraries of Python, timed on the machine at hand: CuPy, PyTorch, JAX, Triton.

    python peers.py < request.json

The request: {"x": PATH, "upstream": PATH, "elements": [...], "samples": N, "functions": {FN:
{"indices": {ELEMENTS: [...]}}}}; the files hold raw float32, of which a size takes the first
elements. Each answer is a line of JSON on standard output: one for a library that is missing,

    {"kind": ..., "library": ..., "form": ..., "caveat": ..., "gap": ...}

and else one for each implementation, function, size and clock, with nanoseconds per call and the
results at the indices. The clock "kernel" is a pair of CUDA events around the calls, "completion"
is the host's clock from the first call to the synchronisation after the last.

What a library computes is one class: `functions()` gives callables, `events(run, calls)` the time by
events, `wait()` synchronises. A class whose constructor raises is a gap, with the reason.
"""

import json
import sys
import time

FUNCTIONS = ("softplus", "sigmoid", "softplusBackward", "softplusWithGrad")
SAMPLE_NS = 5_000_000
MOST_CALLS = 1 << 16


class Gap(Exception):
    """Why something is not measured."""


class CuPy:
    """Formulas of whole arrays, one kernel for each operation, as the lineage has them."""

    kind, library, form = "peer", "CuPy", "formulas"
    caveat = "log(1 + exp(-abs(x))) + maximum(x, 0); sigmoid as exp(-logaddexp(0, -x))"

    def __init__(self):
        import cupy

        if cupy.cuda.runtime.getDeviceCount() == 0:
            raise Gap("CuPy finds no CUDA device")
        self.cupy = cupy
        self.version = cupy.__version__
        self.device = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()

    def array(self, host):
        return self.cupy.asarray(host)

    def host(self, array):
        return self.cupy.asnumpy(array)

    def take(self, array, indices):
        return self.cupy.asnumpy(array[self.cupy.asarray(indices)])

    def wait(self):
        self.cupy.cuda.get_current_stream().synchronize()

    def events(self, run, calls):
        begin, end = self.cupy.cuda.Event(), self.cupy.cuda.Event()
        begin.record()
        for _ in range(calls):
            run()
        end.record()
        end.synchronize()
        return self.cupy.cuda.get_elapsed_time(begin, end) * 1e6

    def functions(self, x, upstream):
        cp = self.cupy

        def softplus():
            return (cp.log(1 + cp.exp(-cp.abs(x))) + cp.maximum(x, 0),)

        def sigmoid():
            return (cp.exp(-cp.logaddexp(0, -x)),)

        return {
            "softplus": softplus,
            "sigmoid": sigmoid,
            "softplusBackward": lambda: (upstream * sigmoid()[0],),
            "softplusWithGrad": lambda: softplus() + sigmoid(),
        }


class CuPyFused(CuPy):
    """One kernel for each function, output given."""

    form = "ElementwiseKernel"
    caveat = "max(x, 0) + log1p(exp(-abs(x))), one kernel"

    def functions(self, x, upstream):
        kernel = self.cupy.ElementwiseKernel
        value = "y = fmaxf(x, 0.0f) + log1pf(expf(-fabsf(x)));"
        slope = "float t = expf(-fabsf(x)); s = (x >= 0 ? 1.0f : t) / (1.0f + t);"
        softplus = kernel("float32 x", "float32 y", value, "softplus")
        sigmoid = kernel("float32 x", "float32 s", slope, "sigmoid")
        backward = kernel(
            "float32 x, float32 u", "float32 g", "float s; " + slope + " g = u * s;", "backward"
        )
        both = kernel("float32 x", "float32 y, float32 s", value + slope, "both")
        a, b = self.cupy.empty_like(x), self.cupy.empty_like(x)
        return {
            "softplus": lambda: (softplus(x, a),),
            "sigmoid": lambda: (sigmoid(x, a),),
            "softplusBackward": lambda: (backward(x, upstream, a),),
            "softplusWithGrad": lambda: both(x, a, b),
        }


class Torch:
    """The library's own functions; gradients by its own backward kernel."""

    kind, library, form = "peer", "PyTorch", "CUDA"
    caveat = "softplus is x itself above 20"

    def __init__(self):
        import torch

        if not torch.cuda.is_available():
            raise Gap("PyTorch finds no CUDA device")
        self.torch = torch
        self.version = torch.__version__
        self.device = torch.cuda.get_device_name(0)

    def array(self, host):
        return self.torch.from_numpy(host).cuda()

    def take(self, array, indices):
        where = self.torch.tensor(indices, device=array.device)
        return array[where].detach().cpu().numpy()

    def wait(self):
        self.torch.cuda.synchronize()

    def events(self, run, calls):
        begin = self.torch.cuda.Event(enable_timing=True)
        end = self.torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(calls):
            run()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) * 1e6

    def functions(self, x, upstream):
        functional = self.torch.nn.functional
        backward = self.torch.ops.aten.softplus_backward
        sigmoid = self.torch.sigmoid
        return {
            "softplus": lambda: (functional.softplus(x),),
            "sigmoid": lambda: (sigmoid(x),),
            "softplusBackward": lambda: (backward(upstream, x, 1, 20),),
            "softplusWithGrad": lambda: (functional.softplus(x), sigmoid(x)),
        }


class Triton(Torch):
    """One kernel for each function, output given."""

    kind, library, form = "peer", "Triton", ""
    caveat = "max(x, 0) + log(1 + exp(-abs(x))): the language has no log1p of its own"

    def __init__(self):
        super().__init__()
        import triton
        import triton_kernels

        self.kernels = triton_kernels
        self.version = triton.__version__

    def functions(self, x, upstream):
        a, b = self.torch.empty_like(x), self.torch.empty_like(x)
        run = self.kernels.run
        return {
            "softplus": lambda: run("softplus", (x,), (a,)),
            "sigmoid": lambda: run("sigmoid", (x,), (a,)),
            "softplusBackward": lambda: run("backward", (x, upstream), (a,)),
            "softplusWithGrad": lambda: run("both", (x,), (a, b)),
        }


class TorchCopy(Torch):
    """The floor: what the bytes of softplus and sigmoid cost, device to device."""

    kind, form, caveat = "floor", "CUDA copy", "torch copy_, device to device"

    def functions(self, x, _upstream):
        y = self.torch.empty_like(x)
        return {fn: lambda: (y.copy_(x),) for fn in ("softplus", "sigmoid")}


class Jax:
    """The library's own functions, compiled."""

    kind, library, form = "peer", "JAX", "CUDA"
    caveat = "no events: the host's clock only"

    def __init__(self):
        import jax

        if jax.default_backend() not in ("gpu", "cuda"):
            raise Gap(f"JAX works on {jax.default_backend()}, not on a GPU")
        self.jax = jax
        self.version = jax.__version__
        self.device = jax.devices()[0].device_kind
        self.last = None

    def array(self, host):
        return self.jax.device_put(host)

    def take(self, array, indices):
        import numpy

        return numpy.asarray(array[numpy.asarray(indices)])

    def wait(self):
        self.jax.block_until_ready(self.last)

    def functions(self, x, upstream):
        jax = self.jax
        softplus, sigmoid = jax.nn.softplus, jax.nn.sigmoid
        compiled = {
            "softplus": jax.jit(lambda x, u: (softplus(x),)),
            "sigmoid": jax.jit(lambda x, u: (sigmoid(x),)),
            "softplusBackward": jax.jit(lambda x, u: (u * sigmoid(x),)),
            "softplusWithGrad": jax.jit(lambda x, u: (softplus(x), sigmoid(x))),
        }

        def call(function):
            def run():
                self.last = function(x, upstream)
                return self.last

            return run

        return {fn: call(function) for fn, function in compiled.items()}


LIBRARIES = (TorchCopy, CuPy, CuPyFused, Torch, Jax, Triton)


def by_host(library, run, calls):
    """Nanoseconds until the GPU has done so many calls."""
    library.wait()
    began = time.perf_counter_ns()
    for _ in range(calls):
        run()
    library.wait()
    return time.perf_counter_ns() - began


def sampled(take_time, run, samples):
    """Samples of at least SAMPLE_NS, in nanoseconds per call, after a warm-up of the same length."""
    calls = 1
    while (taken := take_time(run, calls)) < SAMPLE_NS and calls < MOST_CALLS:
        calls = min(MOST_CALLS, max(2 * calls, int(calls * SAMPLE_NS / max(taken, 1))))
    return [take_time(run, calls) / calls for _ in range(samples)], calls


def measure(library, request, answer):
    """Everything of one library; memory that lacks is a gap of its size."""
    import numpy

    for elements in request["elements"]:
        base = {"elements": elements, "version": library.version, "device": library.device}
        try:
            x, upstream = (
                library.array(numpy.fromfile(request[name], numpy.float32, elements))
                for name in ("x", "upstream")
            )
            functions = library.functions(x, upstream)
        except Exception as error:  # whatever a library throws, the others go on
            answer({**base, "gap": f"{type(error).__name__}: {error}"})
            continue
        for fn, run in functions.items():
            try:
                indices = request["indices"][str(elements)]
                results = run()
                library.wait()
                values = [
                    [repr(float(v)) for v in library.take(array, indices)] for array in results
                ]
                clocks = {"completion": lambda run, calls: by_host(library, run, calls)}
                if hasattr(library, "events"):
                    clocks["kernel"] = library.events
                for clock, take_time in clocks.items():
                    samples, calls = sampled(take_time, run, request["samples"])
                    answer(
                        {
                            **base,
                            **{"function": fn, "clock": clock, "samples": samples},
                            **{"calls": calls, "values": values},
                        }
                    )
            except Exception as error:
                answer({**base, "function": fn, "gap": f"{type(error).__name__}: {error}"})


def main():
    request = json.load(sys.stdin)
    for offered in LIBRARIES:
        head = {name: getattr(offered, name) for name in ("kind", "library", "form", "caveat")}

        def answer(what, head=head):
            print(json.dumps({**head, **what}), flush=True)

        try:
            library = offered()
        except Exception as error:
            reason = str(error) if isinstance(error, Gap) else f"{type(error).__name__}: {error}"
            answer({"gap": reason})
            continue
        measure(library, request, answer)


if __name__ == "__main__":
    main()
