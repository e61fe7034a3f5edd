/**
 * Is the backward pass right? Each derivative that it gives is compared with a central difference of
 * the loss, in float64, where the difference itself keeps about ten digits.
 */
import { Matrix } from "../../kernels/engines/mod.ts";
import { cpu, type CpuOptions } from "./cpu.ts";
import type { Part } from "./data.ts";
import { backward, forward, initialise, meanLoss, type Network } from "./network.ts";

/** Derivatives of the loss, both ways. */
export interface GradientCheck {
  readonly layer: number;
  readonly parameter: "weights" | "bias";
  /** How many numbers were compared. */
  readonly compared: number;
  /** The greatest difference between both, relative to the greatest derivative of the parameter. */
  readonly worst: number;
}

/** What to check. */
export interface GradientCheckOptions extends CpuOptions {
  readonly hidden?: readonly number[];
  readonly seed?: number;
  /** Half the distance of the two losses. */
  readonly h?: number;
}

/** Compares every derivative of a new network, in float64, for all samples of a part. */
export async function checkGradients(
  part: Part,
  options: GradientCheckOptions = {},
): Promise<GradientCheck[]> {
  const { hidden = [], seed = 1, h = 1e-5, ...rest } = options;
  const place = cpu(rest);
  const sizes = [part.inputs.columns, ...hidden, part.classes.length];
  const network = initialise(sizes, { seed, Type: Float64Array });
  const x = toFloat64(part.inputs);
  const y = toFloat64(part.targets);
  const ones = new Matrix(new Float64Array(x.rows).fill(1), 1, x.rows);
  const pass = await forward(place, network, x);
  const { gradients } = await backward(place, network, pass, y, ones);
  const loss = async () => {
    const { sums } = await forward(place, network, x);
    return await meanLoss(place.loss, sums.at(-1)!, y);
  };

  const checks: GradientCheck[] = [];
  for (const layer of network.keys()) {
    for (const parameter of ["weights", "bias"] as const) {
      const { data: found } = gradients[layer]![parameter];
      const expected = await differences(network, layer, parameter, h, loss);
      const greatest = Math.max(...expected.map(Math.abs));
      const worst = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!))) / greatest;
      checks.push({ layer: layer + 1, parameter, compared: expected.length, worst });
    }
  }
  return checks;
}

/** The slope of the loss along each number of a parameter. */
async function differences(
  network: Network<Matrix>,
  layer: number,
  parameter: "weights" | "bias",
  h: number,
  loss: () => Promise<number>,
): Promise<number[]> {
  const { data } = network[layer]![parameter];
  const slopes: number[] = [];
  for (const [i, value] of [...data].entries()) {
    data[i] = value + h;
    const above = await loss();
    data[i] = value - h;
    const below = await loss();
    data[i] = value;
    slopes.push((above - below) / (2 * h));
  }
  return slopes;
}

function toFloat64({ data, rows, columns }: Matrix): Matrix {
  return new Matrix(Float64Array.from(data), rows, columns);
}
