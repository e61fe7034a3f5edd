// g = (p - y) scale: from sigmoid(z) to the derivative of the mean loss.

@group(0) @binding(0) var<uniform> scale: f32;
@group(0) @binding(1) var<storage, read> p: array<f32>;
@group(0) @binding(2) var<storage, read> y: array<f32>;
@group(0) @binding(3) var<storage, read_write> g: array<f32>;

@compute @workgroup_size(64)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  for (var i = id.x; i < arrayLength(&g); i += groups.x * 64u) {
    g[i] = (p[i] - y[i]) * scale;
  }
}
