"""Executes one notebook: execute_notebook.py INPUT OUTPUT FOLDER, called by execute.ts.

Standard input has the positions of the cells that must show something, as a JSON list.
Standard output gets one JSON object per line: {"started": CELL}, and {"failed": REASON}.
The executed notebook is written to OUTPUT, also when a cell fails, as far as it came.
"""

import asyncio
import json
import os
import signal
import sys
from queue import Empty

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError, DeadKernelError
from nbclient.util import ensure_async
from nbformat.v4 import new_output

# The Deno kernel may report that it is idle before it has sent the outputs of the cell. So a cell
# is finished when it was quiet for this many seconds after that report ...
QUIET = 0.3
# ... or for this many, if it has to show something and has not shown anything yet.
QUIET_WITHOUT_OUTPUT = 5
# A cell that still prints after this many seconds of idleness would never be finished.
TALKATIVE = 60


def tell(**message):
    print(json.dumps(message), flush=True)


class PatientClient(NotebookClient):
    """A notebook client that takes outputs which arrive after the kernel said it was idle."""

    must_show = frozenset()
    current = 0

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        idle = False
        while True:
            timeout = None
            if idle:
                lacking = cell_index in self.must_show and not cell.outputs
                timeout = QUIET_WITHOUT_OUTPUT if lacking else QUIET
            try:
                msg = await ensure_async(self.kc.iopub_channel.get_msg(timeout=timeout))
            except Empty:
                return
            if msg["parent_header"].get("msg_id") != parent_msg_id:
                continue
            try:
                self.process_message(msg, cell, cell_index)
            except CellExecutionComplete:
                idle = True

    async def async_start_new_kernel(self, **kwargs):
        await super().async_start_new_kernel(**kwargs)

        def stop():
            # nbclient's own handlers report their own undoing with several stack traces.
            os.kill(self.km.provisioner.pid, signal.SIGKILL)
            self.km.cleanup_connection_file()
            os._exit(130)

        if os.name == "posix":
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop)

    async def async_execute_cell(self, cell, cell_index, *args, **kwargs):
        self.current = cell_index
        tell(started=cell_index)
        return await super().async_execute_cell(cell, cell_index, *args, **kwargs)


def main(source, target, folder):
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = PatientClient(
        notebook,
        kernel_name="deno",
        resources={"metadata": {"path": folder}},
        timeout=900,
        startup_timeout=120,
        iopub_timeout=TALKATIVE,
        raise_on_iopub_timeout=True,
        record_timing=False,
    )
    client.must_show = frozenset(json.load(sys.stdin))
    failure = None
    log = os.path.join(os.path.dirname(target), "kernel.log")
    with open(log, "w", encoding="utf-8") as kernel_log:
        try:
            client.execute(stdout=kernel_log, stderr=kernel_log)
        except CellExecutionError as error:
            outputs = notebook.cells[client.current].outputs
            if not any(output.output_type == "error" for output in outputs):
                # The Deno kernel reports a syntax error in its reply only, with no details.
                reason = f"{error.evalue}; is this valid TypeScript?"
                outputs.append(new_output("error", ename=error.ename, evalue=reason, traceback=[]))
        except (DeadKernelError, RuntimeError, asyncio.CancelledError) as error:
            failure = f"{type(error).__name__}: {error}"
    if failure is not None:
        with open(log, encoding="utf-8") as kernel_log:
            tell(failed=f"{failure}\n{kernel_log.read()[-2000:]}".strip())
    nbformat.write(notebook, target)


main(*sys.argv[1:])
