// Moves the slider of bits in the page: the page's own project and workers, from a move to the integer network's answer.
// Not for what the figures mean: bench/slider.ts.
import { createProject } from '../../src/project/project';
import { FIRST_IMAGES, type Answer, type BitWidths } from '../../src/project/stops';

export interface SliderArgument {
  /** Where the slider is moved to, one after the other. */
  readonly moves: readonly BitWidths[];
}

/** One move. */
export interface Move extends BitWidths {
  /** From the move to the accuracy on `images`, and of it until the network was converted and planned. */
  readonly answered_ms: number;
  readonly converted_ms: number;
  readonly images: number;
  readonly correct: number;
  readonly bytes: number;
  readonly image_ms: number;
  readonly threads: number;
}

export async function measure({ moves }: SliderArgument): Promise<readonly Move[]> {
  const project = createProject({ baseUrl: new URL('/', location.href).href });
  project.choose({ backend: 'wasm' });
  const done: Move[] = [];
  try {
    // Loading and calibrating are not part of a move.
    await project.stops.prepare(project.recipe);
    for (const widths of moves)
      done.push(await move(project.stops.answers({ ...project.recipe, ...widths }, new AbortController().signal)));
  } finally {
    project.dispose();
  }
  return done;
}

async function move(answers: AsyncGenerator<Answer>): Promise<Move> {
  const start = performance.now();
  let answered = 0;
  for await (const { accuracy, classified, milliseconds, quantized, weightBits, activationBits } of answers) {
    const images = classified.labels.length;
    if (images === FIRST_IMAGES && !answered) answered = performance.now() - start;
    if (milliseconds === undefined) continue;
    const { bytes, threads, convertMilliseconds, planMilliseconds } = quantized;
    return {
      ...{ weightBits, activationBits, images, bytes, threads },
      ...{ answered_ms: answered, converted_ms: convertMilliseconds + planMilliseconds, image_ms: milliseconds },
      correct: Math.round(accuracy * images),
    };
  }
  throw new Error('The slider gave no answer.');
}
