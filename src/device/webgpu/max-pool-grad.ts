// tfjs's MaxPoolGrad on WebGPU. The whole gradient of a window goes to its first maximum, as in PyTorch (the stock
// kernel takes the last one, which differs wherever quantized values tie).
import { poolKey, poolShape, type PoolShape } from '../pool-shape';
import type { WebGpuKernel } from './kernel';
import { maxPoolShader } from './max-pool';
import { run, type Shader } from './run';
import { vec4Tensor } from './vec4';

const WORKGROUP = 64;

/** dy [n,oh,ow,c], input [n,h,w,c] -> dx as input. */
export const maxPoolGrad: WebGpuKernel<'MaxPoolGrad'> = ({ dy, input }, attrs, backend) => {
  const s = poolShape(input.shape, attrs);
  const [places] = run(backend, maxPoolShader(s, 'place'), [input], [dy.shape]);
  const [dx] = run(backend, gradShader(s), [dy, places], [input.shape]);
  backend.disposeData(places.dataId);
  return [dx];
};

function gradShader(s: PoolShape): Shader {
  const dy = vec4Tensor('dy', s.n * s.oh * s.ow, s.c);
  const places = vec4Tensor('places', s.n * s.oh * s.ow, s.c);
  const dx = vec4Tensor('dx', s.n * s.h * s.w, s.c);
  const threads = s.n * s.h * s.w * dx.vec4s;
  return {
    name: 'MaxPoolGrad',
    key: poolKey(s),
    inputs: [dy.binding, places.binding],
    outputs: [dx.binding],
    workgroupSize: WORKGROUP,
    workgroups: Math.ceil(threads / WORKGROUP),
    declarations: () => [dy.load, places.load, dx.store].join('\n'),
    body: () => `
  if (index >= ${threads}u) { return; }
  let c4 = index % ${dx.vec4s}u;
  let pixel = i32(index / ${dx.vec4s}u);
  let bottom = (pixel / ${s.w}) % ${s.h} + ${s.padTop};
  let right = pixel % ${s.w} + ${s.padLeft};
  let image = pixel / ${s.h * s.w} * ${s.oh * s.ow};
  var sum = vec4<f32>();
  for (var oy = max(0, (bottom - ${s.kh - s.sh}) / ${s.sh}); oy < min(${s.oh}, bottom / ${s.sh} + 1); oy++) {
    for (var ox = max(0, (right - ${s.kw - s.sw}) / ${s.sw}); ox < min(${s.ow}, right / ${s.sw} + 1); ox++) {
      let at = u32(image + oy * ${s.ow} + ox) * ${dy.vec4s}u + c4;
      let place = f32((bottom - oy * ${s.sh}) * ${s.kw} + right - ox * ${s.sw});
      sum += select(vec4<f32>(), dy_at(at), places_at(at) == vec4<f32>(place));
    }
  }
  dx_put(index, sum);`,
  };
}
