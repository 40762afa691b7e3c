// The plain integer engine: an Int8Model computed straight from its operations' definitions, one after another.
// The measure of every faster engine, clear and exact rather than fast. Not for floats.
import type { Int8Model } from '../int8/int8-model';
import { size } from '../int8/ops/definition';
import { definitionOf } from '../int8/ops/table';
import { validateInt8Model } from '../int8/validate';
import type { Int8Engine } from './types';

/** @throws PlaygroundError when the model is malformed */
export function createReferenceEngine(model: Int8Model): Int8Engine {
  validateInt8Model(model);
  const { tensors } = model;
  const layers = model.ops.map((op) => {
    const inputs = op.inputs.map((input) => tensors[input]);
    return definitionOf(op).compute(op, inputs, tensors[op.output]);
  });
  const imageSize = size(tensors[0]);
  const last = model.ops[model.ops.length - 1];
  const classes = size(tensors[last.output]);

  const trace = (codes: Uint8Array): Uint8Array[] => {
    const values: Uint8Array[] = [codes];
    return model.ops.map((op, i) => (values[op.output] = layers[i](...op.inputs.map((input) => values[input]))));
  };
  return {
    description: 'reference',
    threads: 1,
    run(codes, n) {
      const outputs = new Uint8Array(n * classes);
      for (let i = 0; i < n; i++) {
        const results = trace(codes.subarray(i * imageSize, (i + 1) * imageSize));
        outputs.set(results[results.length - 1], i * classes);
      }
      return outputs;
    },
    trace,
    dispose: () => undefined,
  };
}
