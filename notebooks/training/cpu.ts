/** Training on the CPU, with any engine of the kit that works there. */
import { type FloatArray, Matrix, type Precision, wasm } from "../../kernels/engines/mod.ts";
import { type Loss, stableLoss } from "./loss.ts";
import type { CpuEngine } from "./cpu_engine.ts";
import { ADAM, checkSameShape, type Place, productSizes } from "./place.ts";
import { loops, type Multiply } from "./products.ts";

/** What a place on the CPU is made of. */
export interface CpuOptions {
  /** scalar, wasm, or what threads() gives; wasm unless told. */
  readonly engine?: CpuEngine;
  /** Of the hidden layers; "exact" unless told. */
  readonly precision?: Precision;
  /** Matrix products; plain loops unless told. */
  readonly multiply?: Multiply;
  /** softplus(z) - y z unless told. */
  readonly loss?: Loss;
}

/** Makes a place on the CPU. Its matrices are those of the kit, of float32 or float64. */
export function cpu(options: CpuOptions = {}): Place<Matrix> {
  const { precision = "exact", multiply = loops } = options;
  const engine: CpuEngine = options.engine ?? wasm;
  const { loss = stableLoss(engine) } = options;
  return {
    name: `${engine.name} ${precision}`,
    immediate: true,
    loss,
    put: ({ data, rows, columns }) => new Matrix(data.slice(), rows, columns),
    read: (matrices) => Promise.resolve(matrices),
    release: () => {},
    product(a, b, { bias, ...how } = {}) {
      productSizes(a, b, { ...how, ...(bias && { bias }) });
      const product = multiply(a, b, how);
      if (bias !== undefined) addToRows(product, bias.data);
      return product;
    },
    softplus: (z) => engine.softplus(z, { precision }),
    softplusBackward(z, upstream) {
      checkSameShape("softplusBackward", "upstream", upstream, z);
      return engine.softplusBackward(z, upstream, { precision });
    },
    async lossGradient(z, y) {
      checkSameShape("lossGradient", "y", y, z);
      const gradient = await loss.gradient(z, y);
      return new Matrix(gradient.map((value) => value / z.rows), z.rows, z.columns);
    },
    adam(parameter, gradient, { mean, square }, { rate, step }) {
      checkSameShape("adam", "gradient", gradient, parameter);
      const [w, g, m, v] = [parameter.data, gradient.data, mean.data, square.data];
      const unbiased1 = 1 / (1 - ADAM.beta1 ** step);
      const unbiased2 = 1 / (1 - ADAM.beta2 ** step);
      for (let i = 0; i < w.length; i++) {
        m[i] = ADAM.beta1 * m[i]! + (1 - ADAM.beta1) * g[i]!;
        v[i] = ADAM.beta2 * v[i]! + (1 - ADAM.beta2) * g[i]! ** 2;
        w[i]! -= rate * (m[i]! * unbiased1) / (Math.sqrt(v[i]! * unbiased2) + ADAM.epsilon);
      }
    },
  };
}

function addToRows({ data, rows, columns }: Matrix, row: FloatArray): void {
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) data[r * columns + c]! += row[c]!;
  }
}
