"""The Python side of the comparison: one process that stays alive and speaks JSON lines.

A request is a line on standard input, its answer a line on standard output. What the libraries
compute is in `forms_*.py`, one file for each, imported when it is asked for:

    version() -> str            of the library, and whatever belongs to it
    set_threads(n)              how many threads work from now on, if the library has a choice
    prepare(form, fn, x, value, out) -> callable without arguments, or raises Gap
    arrays(result) -> list      NumPy arrays of what the callable returned

Arrays travel as files of raw numbers, so everybody computes on the same bits. The clock stands
right around the calls, which `functools.partial` makes without a Python frame of its own.
"""

import importlib
import itertools
import json
import os
import signal
import sys
import time


class Gap(Exception):
    """Why a library does not do what is asked of it."""


def cores():
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def waited_for_cores():
    """Nanoseconds that threads of this process were ready to run and did not; None if unknown."""
    try:
        threads = os.listdir("/proc/self/task")
    except OSError:
        return None
    waited = 0
    for thread in threads:
        try:
            with open(f"/proc/self/task/{thread}/schedstat", encoding="ascii") as file:
                waited += int(file.read().split()[1])
        except OSError:
            pass  # It has just ended.
    return waited


def wake_up(call, most_ms):
    """Calls until no thread waits for a core: what `lab/race/waking_pools.ts` does, which says why."""
    now = time.perf_counter_ns()
    deadline = now + most_ms * 1_000_000
    while now < deadline:
        # For one slice there is nothing to decide.
        waited, began = waited_for_cores() if most_ms > 5 else None, now
        until = deadline if waited is None else min(deadline, began + 5_000_000)
        while now < until:
            call()
            now = time.perf_counter_ns()
        if waited is None or waited_for_cores() - waited < 0.25 * (now - began):
            return


class Case:
    """The arrays of a case: every runner reads the same input and fills the same results."""

    def __init__(self, request):
        import numpy

        dtype = {"f32": numpy.float32, "f64": numpy.float64}[request["dtype"]]
        shape = (request["rows"], request["columns"])

        def read(path):
            return None if path is None else numpy.fromfile(path, dtype).reshape(shape)

        self.fn = request["fn"]
        self.x = read(request["x"])
        self.value = read(request.get("value"))
        self._results = [None] * request["results"]

    def out(self):
        """The arrays that are given to calls; made when the first runner needs them."""
        import numpy

        if self._results[0] is None:
            # Zeros that were written: memory is there before anybody's first call.
            self._results = [numpy.full_like(self.x, 0) for _ in self._results]
        return self._results


class Runner:
    """A call, ready to be made again and again."""

    def __init__(self, library, form, threads, case, given):
        self.library = library
        self.threads = threads
        self.set_threads()
        out = case.out() if given else None
        self.call = library.prepare(form, case.fn, case.x, case.value, out)
        self.result = None

    def set_threads(self):
        if hasattr(self.library, "set_threads"):
            self.library.set_threads(self.threads)

    def run(self):
        self.set_threads()
        self.result = self.call()

    def time(self, calls, wake_ms=0):
        """Times calls, after others that wake threads up: between two requests they may sleep."""
        self.set_threads()
        call = self.call
        if wake_ms:
            wake_up(call, wake_ms)
        cpu = time.process_time_ns()
        began = time.perf_counter_ns()
        for _ in itertools.repeat(None, calls):
            call()
        wall = time.perf_counter_ns() - began
        return {"wall_ns": wall, "cpu_ns": time.process_time_ns() - cpu}


class Driver:
    """What there is, by the number that the client knows it by."""

    def __init__(self):
        self.things = {}
        self.numbers = itertools.count(1)

    def keep(self, thing):
        number = next(self.numbers)
        self.things[number] = thing
        return number

    def hello(self, _):
        return {"python": sys.version.split()[0], "cores": cores(), "pid": os.getpid()}

    def load(self, request):
        name = request["library"]
        try:
            library = importlib.import_module("forms_" + name)
        except ImportError as error:
            raise Gap(f"{name} is not there for {sys.executable}: {error}") from error
        return {"version": library.version()}

    def case(self, request):
        return {"case": self.keep(Case(request))}

    def prepare(self, request):
        library = importlib.import_module("forms_" + request["library"])
        case = self.things[request["case"]]
        threads = request["threads"] or cores()
        runner = Runner(library, request["form"], threads, case, request["out"])
        return {"runner": self.keep(runner)}

    def run(self, request):
        self.things[request["runner"]].run()
        return {}

    def time(self, request):
        return self.things[request["runner"]].time(request["calls"], request["wake_ms"])

    def work(self, request):
        """Calls for about so many nanoseconds: the client watches which threads work."""
        runner = self.things[request["runner"]]
        runner.run()
        wall = cpu = calls = 0
        while wall < request["least_ns"]:
            taken = runner.time(1)
            wall, cpu, calls = wall + taken["wall_ns"], cpu + taken["cpu_ns"], calls + 1
        return {"wall_ns": wall, "cpu_ns": cpu, "calls": calls}

    def output(self, request):
        """Writes the results of the latest run, one after the other, and lets go of them."""
        runner = self.things[request["runner"]]
        arrays = runner.library.arrays(runner.result)
        runner.result = None
        with open(request["path"], "wb") as file:
            for array in arrays:
                array.tofile(file)
        return {"results": len(arrays)}

    def drop(self, request):
        del self.things[request["thing"]]
        return {}


def main():
    # Ctrl-C reaches the whole group of processes; the client decides, and then closes our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries print what they like: it goes to standard error, answers have a channel of their own.
    channel = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    driver = Driver()
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"id": request.get("id")}
        try:
            method = getattr(driver, request["do"])
            answer.update(method(request))
        except Gap as gap:
            answer["gap"] = str(gap)
        except Exception as error:  # pylint: disable=broad-except
            answer["error"] = f"{type(error).__name__}: {error}"
        print(json.dumps(answer), file=channel, flush=True)


if __name__ == "__main__":
    # `forms_*.py` import Gap from here: one module under both names.
    sys.modules["driver"] = sys.modules["__main__"]
    main()
