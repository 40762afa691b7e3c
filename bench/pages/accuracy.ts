// One cell of the table of accuracies, measured in the page by the product's own workers on WebAssembly: FP32, a network
// quantized after training, or one trained. Not for what is in the table: bench/accuracy.
import { proxy } from 'comlink';
import { startWorkers, type Workers } from '../../src/project/workers';
import { trainOptions } from '../../src/project/trainings';
import type { Recipe } from '../../src/recipe/recipe';
import { agreement } from '../../src/report/accuracy';
import { paretoFront } from '../../src/analysis/pareto';
import { writeLayerBits } from '../../src/recipe/layer-bits';
import type { SearchPoint, Split, TrainEvent } from '../../src/worker/api';

/** A cell: what is measured, on which images. Plain data, and its own key. */
export interface Cell {
  readonly kind: 'fp32' | 'ptq' | 'qat' | 'control' | 'widths';
  /** Of FP32, that of any row; of a control, that of the run whose budget it has; of widths, what bounds their bytes. */
  readonly recipe: Recipe;
  readonly split: Split;
}

export interface CellFigures {
  readonly accuracy: number;
  readonly images: number;
  /** Of the file, and the median of one image alone on one thread; of integer networks. */
  readonly bytes?: number;
  readonly ms?: number;
  /** Of training, and what is judged on its way. */
  readonly minutes?: number;
  readonly threads?: number;
  /** Share of images which the simulated and the integer network take for the same. */
  readonly agreement?: number;
  /** The most accurate of a search of widths that takes no more bytes, as a recipe has it; on the images of a search. */
  readonly layerBits?: string;
}

const IMAGES = { train: 45_000, validation: 5000, test: 10_000 };
const LATENCY_SAMPLES = 200;
/** Widths of weights that a search chooses from, and the images of the split that it judges them by. */
const SEARCHED = [8, 6, 5, 4, 3, 2];
const IMAGES_SEARCHED = 2000;
/** Speed of evaluation; latency is measured on one thread. */
const THREADS = 1;
const TRAINING = 'accuracy';

/** What all cells of a page share: the network is loaded and calibrated once. */
let place: Promise<{ readonly workers: Workers; readonly threads: number }> | undefined;

export async function measure(cell: Cell): Promise<CellFigures> {
  // Roundings that another cell learned would cost this training nothing.
  if (cell.kind === 'qat' && cell.recipe.beginAt === 'ptq') await end();
  place ??= start();
  const { workers, threads } = await place;
  const figures = await MEASURE[cell.kind](workers, cell);
  return { images: IMAGES[cell.split], threads, ...figures };
}

async function end(): Promise<void> {
  (await place)?.workers.end();
  place = undefined;
}

async function start() {
  const workers = startWorkers();
  const place = { baseUrl: new URL('/', location.href).href, own: {} };
  const { threads } = await workers.train.start(place, 'wasm', proxy(replaced));
  await workers.engine.start(place);
  await workers.train.load(quiet());
  return { workers, threads };
}

type Measure = (workers: Workers, cell: Cell) => Promise<Omit<CellFigures, 'images'>>;

const MEASURE: Record<Cell['kind'], Measure> = {
  fp32: async ({ train }, { split }) => ({
    accuracy: (await train.evaluate({ kind: 'fp32' }, split, IMAGES[split], quiet())).accuracy,
  }),

  ptq: async ({ train, engine }, { recipe, split }) => {
    const { model, bytes } = await train.ptq(recipe, quiet());
    await engine.load('ptq', model, THREADS);
    const { accuracy } = await engine.evaluate('ptq', split, IMAGES[split], quiet());
    return { accuracy, bytes, ms: (await engine.latency('ptq', LATENCY_SAMPLES)).median_ms };
  },

  qat: async (workers, { recipe, split }) => {
    const { train, engine } = workers;
    const training = { id: TRAINING, recipe };
    const { minutes } = await trained(workers, recipe, 'qat');
    const { model, bytes } = await train.convert(training);
    await engine.load('qat', model, THREADS);
    const integer = await engine.evaluate('qat', split, IMAGES[split], quiet());
    const simulated = await train.evaluate({ kind: 'qat_simulated', training }, split, IMAGES[split], quiet());
    return {
      ...{ minutes, bytes, accuracy: integer.accuracy },
      agreement: agreement(integer.predictions, simulated.predictions),
      ms: (await engine.latency('qat', LATENCY_SAMPLES)).median_ms,
    };
  },

  // Each layer's among these, such that their weights take no more than where all have the recipe's.
  widths: async ({ train, engine }, { recipe }) => {
    const { fuseAddRelu, equalize, weightBits } = recipe;
    await engine.calibrated(await train.calibrate({ fuseAddRelu, equalize }, quiet()));
    const points: SearchPoint[] = [];
    const request = { weightBits: SEARCHED, budget: 'bytes', images: IMAGES_SEARCHED, threads: 2 } as const;
    await engine.searchWidths(
      recipe,
      request,
      proxy((point: SearchPoint) => void points.push(point)),
    );
    const uniform = points[SEARCHED.indexOf(weightBits)];
    const best = paretoFront(points.filter(({ cost }) => cost <= uniform.cost)).at(-1)!;
    console.info(
      `  one width for all: ${uniform.accuracy}, ${uniform.cost} bytes; the best: ${best.accuracy}, ${best.cost}`,
    );
    return { accuracy: best.accuracy, images: IMAGES_SEARCHED, layerBits: writeLayerBits(best.layers) };
  },

  control: async (workers, { recipe, split }) => {
    const { minutes } = await trained(workers, recipe, 'control');
    const subject = { kind: 'control', training: { id: TRAINING, recipe } } as const;
    return { minutes, accuracy: (await workers.train.evaluate(subject, split, IMAGES[split], quiet())).accuracy };
  },
};

/** Trains to the end. @throws Error where training diverged: such a cell has no figures */
async function trained({ train }: Workers, recipe: Recipe, kind: 'qat' | 'control') {
  const { steps, learningRate } = recipe;
  const replay = kind === 'control' ? { steps, schedule: [{ step: 0, rate: learningRate }] } : undefined;
  await train.discard(TRAINING);
  const began = performance.now();
  const options = { ...trainOptions(kind, recipe), replay };
  const { finished } = await train.train(options, { id: TRAINING, recipe }, proxy(tell));
  if (!finished) throw new Error('Training diverged.');
  return { minutes: (performance.now() - began) / 60_000 };
}

function tell(event: TrainEvent): void {
  if (event.type === 'validation') console.info(`  validation accuracy ${event.accuracy.toFixed(4)}`);
  if (event.type === 'step' && event.step % 200 === 0)
    console.info(`  step ${event.step} of ${event.steps}, ${event.imagesPerSecond.toFixed(0)} images/s`);
}

/** What a device falls back to is another device's cell. */
function replaced(): void {
  console.error('The backend was replaced: this cell is not what it says.');
}

const quiet = () => proxy(() => {});
