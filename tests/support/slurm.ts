/** A Slurm cluster of one node on this machine, with files and ports of its own. */
import { hostname } from "node:os";

/** Whether the daemons are installed. */
export function hasSlurm(): boolean {
  try {
    return ["slurmctld", "slurmd"].every((name) =>
      new Deno.Command(name, { args: ["-V"], stdout: "null", stderr: "null" }).outputSync().success
    );
  } catch {
    return false;
  }
}

/** A cluster that runs. */
export interface Slurm extends AsyncDisposable {
  /** Runs one of Slurm's commands; throws with its complaint where it fails or takes too long. */
  command(name: string, args: readonly string[], options?: CommandOptions): Promise<string>;
}

/** Where a command runs. */
export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly seconds?: number;
}

/** Starts a cluster of one node with two processors. Its files lie in a folder that must be empty. */
export async function startSlurm(folder: string): Promise<Slurm> {
  await Promise.all(["state", "spool"].map((name) => Deno.mkdir(`${folder}/${name}`)));
  const conf = `${folder}/slurm.conf`;
  await Deno.writeTextFile(conf, configuration(folder));
  const env = { SLURM_CONF: conf };
  const daemon = (name: string, args: string[]) =>
    new Deno.Command(name, { args, env, stdin: "null", stdout: "null", stderr: "null" }).spawn();
  const daemons = [daemon("slurmctld", ["-D", "-c"]), daemon("slurmd", ["-D", "-N", "node0"])];
  const slurm: Slurm = {
    command: (name, args, options = {}) =>
      output(name, args, { ...options, env: { ...env, ...options.env } }),
    async [Symbol.asyncDispose]() {
      await output("scancel", ["--user=root"], { env, seconds: 10 }).catch(() => {});
      for (const one of daemons) {
        const deadline = setTimeout(() => one.kill("SIGKILL"), 10_000);
        try {
          one.kill("SIGTERM");
        } catch {
          // It has ended.
        }
        await one.status;
        clearTimeout(deadline);
      }
    },
  };
  try {
    await untilIdle(slurm);
  } catch (error) {
    await slurm[Symbol.asyncDispose]();
    const logs = ["slurmctld", "slurmd"].map((name) => `${folder}/${name}.log`);
    const texts = await Promise.all(logs.map((path) => Deno.readTextFile(path).catch(() => "")));
    throw new Error(`Slurm did not start:\n${texts.join("\n")}`, { cause: error });
  }
  return slurm;
}

/** Waits until the node takes jobs. */
async function untilIdle(slurm: Slurm): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const states = await slurm.command("sinfo", ["--noheader", "--format=%t"], { seconds: 10 })
      .catch((error: Error) => error.message);
    if (states.trim() === "idle") return;
    if (Date.now() > deadline) throw new Error(`the node is ${states.trim()}, not idle`);
    await new Promise((next) => setTimeout(next, 500));
  }
}

/** Two ports that nothing else has at this moment. */
function freePorts(): [number, number] {
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return [one.addr.port, other.addr.port];
}

function configuration(folder: string): string {
  const [control, node] = freePorts();
  return `ClusterName=kit
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${control}
SlurmdPort=${node}
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
NodeName=node0 NodeAddr=127.0.0.1 NodeHostname=${hostname()} CPUs=${navigator.hardwareConcurrency}
PartitionName=all Nodes=node0 Default=YES MaxTime=INFINITE State=UP
`;
}

/** What a command prints, given that it ends well, and in time. */
async function output(
  name: string,
  args: readonly string[],
  { cwd, env, seconds = 30 }: CommandOptions,
): Promise<string> {
  const child = new Deno.Command(name, {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const deadline = setTimeout(() => child.kill("SIGKILL"), 1000 * seconds);
  const { success, stdout, stderr } = await child.output();
  clearTimeout(deadline);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`${name} failed: ${text(stderr) || text(stdout)}`);
  return text(stdout);
}
