// Compares a build of the engine with the plain one on a model: every kernel mode, every choice of every layer, every
// code of every operation. For tests; what is expected of the outcome is theirs.
import type { Int8Model } from '../../int8/int8-model';
import { KERNELS, type KernelMode } from '../kernels';
import { planModel, type Plan } from '../plan';
import { createReferenceEngine } from '../reference';
import { choicesOf, imageLength, type TestProgram } from './test-program';

/** What became of one model in one build. */
export interface Agreement {
  /** Modes that planning accepted, and those it refused as not exact. */
  readonly planned: readonly KernelMode[];
  readonly refused: readonly KernelMode[];
  /** Codes that were compared, and where any differed: '<mode> choice <n>: <operation>'. */
  readonly codes: number;
  readonly wrong: readonly string[];
}

export const MODES: readonly KernelMode[] = [...new Set(KERNELS.map(({ mode }) => mode))];

/** Both plans of a mode, or undefined where planning says that it is not exact. */
function plansOf(model: Int8Model, relaxed: boolean, mode: KernelMode): { whole: Plan; separate: Plan } | undefined {
  try {
    const options = { relaxed, mode };
    return { whole: planModel(model, options), separate: planModel(model, { ...options, separate: true }) };
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('no exact kernel')) return undefined;
    throw error;
  }
}

/** @param images n images' codes */
export function agreement(
  program: TestProgram,
  relaxed: boolean,
  model: Int8Model,
  images: Uint8Array,
  n: number,
): Agreement {
  const reference = createReferenceEngine(model);
  const size = imageLength(model);
  const expected = Array.from({ length: n }, (_, i) => reference.trace(images.subarray(i * size, (i + 1) * size)));
  const planned: KernelMode[] = [];
  const wrong: string[] = [];
  let codes = 0;
  const compare = (actual: Uint8Array, wanted: Uint8Array, where: string): void => {
    codes += wanted.length;
    if (actual.length !== wanted.length || actual.some((code, i) => code !== wanted[i])) wrong.push(where);
  };
  for (const mode of MODES) {
    const plans = plansOf(model, relaxed, mode);
    if (!plans) continue;
    planned.push(mode);
    for (let choice = 0; choice < choicesOf(plans.whole); choice++) {
      const where = `${mode} choice ${choice}: `;
      const outputs = program.run(plans.whole, choice, images, n);
      const classes = outputs.length / n;
      expected.forEach((trace, i) => {
        compare(outputs.subarray(i * classes, (i + 1) * classes), trace[trace.length - 1], `${where}result`);
        program
          .trace(plans.separate, choice, images.subarray(i * size, (i + 1) * size))
          .forEach((output, op) => compare(output, trace[op], where + model.ops[op].name));
      });
    }
  }
  return { planned, refused: MODES.filter((mode) => !planned.includes(mode)), codes, wrong };
}
