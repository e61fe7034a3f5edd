// A step of Adam: the averages of the gradient and of its square, then the parameter against them.

struct How {
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  // The learning rate, and 1 / (1 - beta^step) of either average.
  rate: f32,
  unbiased1: f32,
  unbiased2: f32,
}

@group(0) @binding(0) var<uniform> how: How;
@group(0) @binding(1) var<storage, read> gradient: array<f32>;
@group(0) @binding(2) var<storage, read_write> mean: array<f32>;
@group(0) @binding(3) var<storage, read_write> square: array<f32>;
@group(0) @binding(4) var<storage, read_write> parameter: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < arrayLength(&parameter); i += groups.x * 64u) {
    let g = gradient[i];
    let m = how.beta1 * mean[i] + (1.0 - how.beta1) * g;
    let v = how.beta2 * square[i] + (1.0 - how.beta2) * g * g;
    mean[i] = m;
    square[i] = v;
    parameter[i] -= how.rate * (m * how.unbiased1) / (sqrt(v * how.unbiased2) + how.epsilon);
  }
}
