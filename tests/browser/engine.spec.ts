// The WASM integer engine in a real browser, with no tolerance: against PyTorch's codes, against the reference engine,
// and against itself with other builds, kernels, threads and batches. The plain build also runs in Node, beside src/engine.
import { expect, test, type Page } from '@playwright/test';
import { dequantizeOutput } from '../../src/convert/image';
import type { Int8Model } from '../../src/int8/int8-model';
import { serializeInt8Model } from '../../src/int8/serialize';
import type { KernelMode } from '../../src/engine/kernels';
import { MODES } from '../../src/engine/testing/agreement';
import { FEW_BITS_LENGTH, SWEEP_LENGTH } from '../../src/engine/testing/sweep';
import { predictions } from '../../src/report/accuracy';
import { HISTOGRAM_TOPIC, PTQ_TOPICS, QAT_TOPICS, loadConverted, type ConvertedTopic } from '../golden/converted';
import { testPixels } from '../golden/network';
import { noteComplaints } from '../complaints';

type Engine = typeof import('./engine');
const CLASSES = 10;
const OTHER_MODES = MODES.filter((mode) => mode !== 'wide');
const FEW_BITS_MODES: readonly KernelMode[] = ['chain', 'dot4', 'dot2', 'lookup'];
const BUILDS = ['relaxed', 'plain'] as const;

const complaints: string[] = [];
test.beforeEach(async ({ page }) => {
  complaints.length = 0;
  noteComplaints(page, complaints, ['error']);
  await page.goto('/tests/browser/blank.html');
});
test.afterEach(() => expect(complaints).toEqual([]));

/** Calls an export of engine.ts in the page; typed arrays go both ways. */
async function inPage<Name extends keyof Engine>(
  page: Page,
  name: Name,
  ...args: Parameters<Engine[Name]>
): Promise<Awaited<ReturnType<Engine[Name]>>> {
  return page.evaluate(
    async ([name, args]) => {
      const engine: Engine = await import('/tests/browser/engine.ts' as './engine');
      const call = engine[name as Name] as (...args: unknown[]) => unknown;
      return call(...(args as unknown[]));
    },
    [name, args] as const,
  ) as Promise<Awaited<ReturnType<Engine[Name]>>>;
}

const MODEL = '/engine-model';
const PIXELS = '/engine-pixels';
/** Gives the page a model, and images, under these addresses. */
async function serve(page: Page, model: Int8Model, images: number): Promise<void> {
  const give = (url: string, bytes: Uint8Array) =>
    page.route(url, (route) => route.fulfill({ body: Buffer.from(bytes), contentType: 'application/octet-stream' }));
  await give(MODEL, serializeInt8Model(model));
  await give(PIXELS, testPixels(images));
}

interface Variant {
  readonly topic: ConvertedTopic;
  readonly saturateAt: 'quint8' | 'qconfig';
}
const VARIANTS: readonly Variant[] = [
  ...([...PTQ_TOPICS, HISTOGRAM_TOPIC, ...QAT_TOPICS] as const).map(
    (topic) => ({ topic, saturateAt: 'quint8' }) as const,
  ),
  ...QAT_TOPICS.map((topic) => ({ topic, saturateAt: 'qconfig' }) as const),
];
for (const { topic, saturateAt } of VARIANTS)
  test(`PyTorch's codes, logits and predictions: ${topic}, saturating as ${saturateAt}`, async ({ page }) => {
    const { fixture, model } = loadConverted(topic, saturateAt);
    const { traced, predicted } = fixture.values.images;
    const at127 = saturateAt === 'qconfig';
    await serve(page, model, predicted);
    // Codes up to 255 are too large for the 7-bit operand: only the wide kernels are left, which both builds choose.
    const forced = at127 ? MODES : (['dot'] as const);
    const settings = [
      ...BUILDS.map((build) => ({ build, threads: 1, mode: undefined })),
      ...forced.map((mode) => ({ build: 'relaxed' as const, threads: 1, mode })),
    ];
    const runs = await inPage(page, 'runFile', [MODEL, PIXELS], predicted, traced, settings);
    const refused = settings.filter((_, i) => !runs[i]).map(({ mode }) => mode);
    // Four products of trained 8-bit weights are not sure to fit 16 bits.
    expect(refused).toEqual(at127 ? ['pair2', 'pair4', ...FEW_BITS_MODES] : ['dot']);
    runs.forEach((run, i) => {
      if (!run) return;
      const { build, mode } = settings[i];
      if (mode) expect(run.kernels.filter((kernel) => !kernel.startsWith(mode))).toEqual([]);
      const expected = at127 ? fixture.values.predictions_at_127! : fixture.values.predictions;
      expect([...predictions(run.output, CLASSES)]).toEqual(expected);
      if (!at127) expect(dequantizeOutput(run.output.slice(0, traced * CLASSES), model)).toEqual(fixture.f32('logits'));
      expect(run.traces.map((codes) => codes.length)).toEqual(Array(traced).fill(model.ops.length));
      const wrong = model.ops.filter(({ name }, op) => {
        const codes = Buffer.concat(run.traces.map((trace) => trace[op]));
        return !codes.equals(fixture.u8(`${at127 ? 'codes_at_127' : 'codes'}.${name}`));
      });
      expect({ build, mode, wrong: wrong.map(({ name }) => name) }).toEqual({ build, mode, wrong: [] });
    });
  });

for (const build of BUILDS) {
  test(`swept convolutions, every kernel that is exact: ${build}`, async ({ page }) => {
    const outcomes = await inPage(page, 'sweep', build);
    expect(outcomes.flatMap(({ name, wrong }) => wrong.map((where) => `${name}: ${where}`))).toEqual([]);
    for (const { name, pattern, largest, channels, planned, refused } of outcomes) {
      expect(planned, name).toContain('wide');
      // Which modes planning must take, and which it must not.
      if (build === 'plain' || largest > 127) expect(refused, name).toEqual(OTHER_MODES);
      else if (pattern === 'small')
        expect(
          refused.filter((mode) => !FEW_BITS_MODES.includes(mode)),
          name,
        ).toEqual([]);
      else expect(planned, name).toEqual(expect.arrayContaining(['dot', 'pair1']));
      const eightEqual = (pattern === 'lowest' || pattern === 'highest') && channels >= 16 && largest === 127;
      if (eightEqual) expect(refused, name).toEqual(expect.arrayContaining(['pair2', 'pair4']));
    }
    const planned = (mode: KernelMode) => outcomes.filter((outcome) => outcome.planned.includes(mode)).length;
    const least = {
      wide: SWEEP_LENGTH,
      dot: 50,
      pair1: 50,
      pair2: 25,
      pair4: 20,
      chain: 0,
      dot4: 0,
      dot2: 0,
      lookup: 0,
    };
    if (build === 'relaxed') for (const mode of MODES) expect(planned(mode), mode).toBeGreaterThanOrEqual(least[mode]);
  });

  test(`weights and activations of 2 to 8 bits, every kernel that is exact: ${build}`, async ({ page }) => {
    const outcomes = await inPage(page, 'fewBits', build);
    expect(outcomes.flatMap(({ name, wrong }) => wrong.map((where) => `${name}: ${where}`))).toEqual([]);
    for (const { name, weightBits, activationBits, planned } of outcomes) {
      const relaxed = build === 'relaxed' && activationBits < 8;
      const lookup = weightBits === 2 && activationBits === 2;
      expect(planned.includes('lookup'), name).toBe(lookup);
      expect(planned.includes('dot2'), name).toBe(relaxed && weightBits === 2);
      expect(planned.includes('dot4'), name).toBe(relaxed && weightBits <= 4);
      if (relaxed && weightBits + activationBits <= 8) expect(planned, name).toContain('chain');
    }
    expect(outcomes.length).toBe(FEW_BITS_LENGTH);
  });

  test(`200 random networks of every operation: ${build}`, async ({ page }) => {
    const outcomes = await inPage(page, 'networks', build, 200);
    expect(outcomes.flatMap(({ name, wrong }) => wrong.map((where) => `${name}: ${where}`))).toEqual([]);
    expect(outcomes.filter(({ planned }) => !planned.includes('wide'))).toEqual([]);
    expect(outcomes.filter(({ planned }) => planned.includes('pair4')).length).toBeGreaterThan(
      build === 'plain' ? -1 : 20,
    );
    expect(outcomes.filter(({ planned }) => planned.includes('dot4')).length).toBeGreaterThan(
      build === 'plain' ? -1 : 5,
    );
  });
}

test('batches of 1, 2, 5 and 300 with 1, 2 and 3 threads, both builds', async ({ page }) => {
  const settings = BUILDS.flatMap((build) => [1, 2, 3].map((threads) => ({ build, threads })));
  const outcomes = await inPage(page, 'batches', settings);
  expect(outcomes.filter(({ equal }) => !equal)).toEqual([]);
  expect(outcomes.length).toBe(settings.length * (4 + 4 + 3 + 3 + 3 + 3));
  for (const { build, threads } of settings)
    expect(outcomes.filter((outcome) => outcome.build === build && outcome.threads === threads).length).toBe(20);
});

test('two threads on one image, 25 random networks, 20 times each', async ({ page }) => {
  expect(await inPage(page, 'races', 25, 20)).toEqual({ runs: 500, wrong: [] });
});

const REFERENCE_IMAGES = 200;
test(`10,000 test images: one checksum for all builds and threads; ${REFERENCE_IMAGES} as the reference`, async ({
  page,
}) => {
  const { model } = loadConverted('int8_qat_add', 'qconfig');
  await serve(page, model, 1);
  const settings = [
    ...[1, 2, 3].map((threads) => ({ build: 'relaxed' as const, threads })),
    { build: 'plain' as const, threads: 2 },
  ];
  const { n, classes, checksums, equalImages } = await inPage(page, 'testSet', MODEL, settings, REFERENCE_IMAGES);
  expect([n, classes]).toEqual([10_000, CLASSES]);
  expect(checksums).toEqual(Array(settings.length).fill(checksums[0]));
  expect(equalImages).toEqual(Array(settings.length).fill(REFERENCE_IMAGES));
});

test('a page that is not cross-origin isolated runs on one thread', async ({ page }) => {
  await page.route('/not-isolated.html', (route) =>
    route.fulfill({ body: '<!doctype html><link rel="icon" href="data:," />', contentType: 'text/html' }),
  );
  await page.goto('/not-isolated.html');
  expect(await inPage(page, 'notIsolated')).toEqual({ isolated: false, threads: 1, same: true });
});
