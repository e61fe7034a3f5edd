/**
 * Everything that the project needs beside Deno itself. To add something, add an entry; to bring
 * it from Debian, naming its packages is enough.
 */

import { moduleQuestion, pythonCandidates } from "../../bench/peers/python/interpreter.ts";
import { denoKernel } from "./deno_kernel.ts";
import { INSTALL_SECONDS, type Requirement, type System } from "./requirement.ts";

export { denoKernel, findDenoKernel } from "./deno_kernel.ts";

/** Executes the notebooks: a Python that has nbclient and nbformat. */
export const jupyter: Requirement = {
  name: "Jupyter's nbclient for Python",
  neededFor: "executing the notebooks",
  detect: findPython,
  debian: ["python3-nbclient", "python3-nbformat"],
  byHand: "python3 -m pip install nbclient",
};

/** The npm packages of the notebooks, the benchmark and the tests, all fetched in one go. */
export const packages: Requirement = {
  name: "npm packages",
  neededFor: "the benchmark, the notebooks and the tests (the kit itself needs none)",
  async detect(system) {
    const found = await system.capture(Deno.execPath(), ["install", "--cached-only"]);
    return found.success ? "in Deno's cache" : undefined;
  },
  install: (system) => system.capture(Deno.execPath(), ["install"], { seconds: INSTALL_SECONDS }),
  size: () => Promise.resolve("up to 1.1 GB in Deno's cache"),
  byHand: "deno install, with the npm registry in reach",
};

/** Runs the WebGPU engine: a driver, of a GPU or one in software. */
export const gpuDriver: Requirement = {
  name: "Vulkan driver",
  neededFor: "the WebGPU engine, its tests and its notebook",
  // Asked of Deno itself: what counts is that it gets an adapter.
  async detect(system) {
    const question = "if (!await navigator.gpu?.requestAdapter()) Deno.exit(1)";
    const found = await system.capture(Deno.execPath(), ["eval", question]);
    return found.success ? "there is an adapter" : undefined;
  },
  debian: ["mesa-vulkan-drivers"],
  byHand: "a Vulkan driver for your GPU, or Mesa's lavapipe, which needs none",
};

/**
 * The Python libraries of the comparison. Measured on Debian 12, two cores: NumPy, SciPy and Numba
 * together take 20 s and 450 MB; PyTorch, which brings 200 packages, 39 s and 700 MB more.
 */
export const pythonPeers: readonly Requirement[] = [
  ["NumPy", "numpy"] as const,
  ["SciPy", "scipy"] as const,
  ["Numba", "numba"] as const,
  ["PyTorch", "torch"] as const,
].map(([name, module]) => ({
  name: `${name} for Python`,
  neededFor: `comparing with ${name}`,
  detect: (system) => findPythonWith(module, system),
  debian: [`python3-${module}`],
  byHand: `python3 -m pip install ${module}`,
}));

/** Runs the kit and the demo page as a web developer does. */
export const browser: Requirement = {
  name: "Chromium",
  neededFor: "the tests of the kit in a browser",
  detect: findBrowser,
  debian: ["chromium"],
  byHand: "install Chromium or Chrome, or name one in the variable CHROME",
};

/** Opens the notebooks in a browser: for `deno task lab`, and for the test that does so. */
export const notebookServer: Requirement = {
  name: "Jupyter Notebook",
  neededFor: "deno task lab, and the test of a notebook in a browser",
  async detect(system) {
    const { success, stdout } = await system.capture("jupyter-notebook", ["--version"]);
    return success ? stdout.trim() : undefined;
  },
  debian: ["jupyter-notebook"],
  byHand: "python3 -m pip install notebook",
};

/** Runs `deno task verify` as a cluster does, on this machine. */
export const slurm: Requirement = {
  name: "Slurm",
  neededFor: "the test of tools/cluster",
  async detect(system) {
    const daemons = ["slurmctld", "slurmd"];
    const found = await Promise.all(daemons.map((name) => system.capture(name, ["-V"])));
    return found.every(({ success }) => success) ? found[0]!.stdout.trim() : undefined;
  },
  debian: ["slurm-wlm"],
  byHand: "install slurmctld, slurmd and Slurm's client commands",
};

/** The list that set-up works through. */
export const requirements: readonly Requirement[] = [
  jupyter,
  denoKernel,
  gpuDriver,
  browser,
  notebookServer,
  ...pythonPeers,
  packages,
];

/** Finds a browser of Chromium's family. */
export async function findBrowser(system: System): Promise<string | undefined> {
  const candidates = [system.env("CHROME"), "chromium", "chromium-browser", "google-chrome"];
  for (const name of candidates) {
    if (name && (await system.capture(name, ["--version"])).success) return name;
  }
  return undefined;
}

/** Finds the Python of the benchmark, and whether it has a module, without importing that. */
async function findPythonWith(module: string, system: System): Promise<string | undefined> {
  for (const python of pythonCandidates(system.env)) {
    // The benchmark takes the first that has NumPy; another that has the module would not help.
    if (!(await system.capture(python, ["-c", moduleQuestion("numpy")])).success) continue;
    const has = await system.capture(python, ["-c", moduleQuestion(module)]);
    return has.success ? python : undefined;
  }
  return undefined;
}

/**
 * Finds a Python that can execute notebooks. The first `python3` may not be the system's own,
 * and only the system's own sees what Debian installed, so each candidate is asked.
 */
export async function findPython(system: System): Promise<string | undefined> {
  const candidates = [system.env("PYTHON"), "python3", "/usr/bin/python3", "python"];
  // Loading them, a fifth of a second, tells more than looking for their files.
  const question = "import nbformat; from nbclient import NotebookClient";
  const answers = await Promise.all(
    candidates.map(async (python) =>
      python && (await system.capture(python, ["-c", question])).success ? python : undefined
    ),
  );
  return answers.find((python) => python !== undefined);
}
