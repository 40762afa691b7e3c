// The package to embed, as it is installed: its size and files, its answers in Node against the product's engine, against
// PyTorch's and the reference engine's, its types, its errors. In a page: tests/browser/embedded.spec.ts.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dequantizeOutput, imageCodes } from '../src/convert/image';
import { Rng } from '../src/core/rng';
import { CIFAR10 } from '../src/data/cifar10-spec';
import type * as Package from '../src/embed/index';
import { createReferenceEngine } from '../src/engine/reference';
import { ModelBuilder } from '../src/engine/testing/models';
import { engineOf } from '../src/engine/wasm-engine';
import { compileEngine } from '../src/engine/wasm-module';
import { serializeInt8Model } from '../src/int8/serialize';
import { predictions } from '../src/report/accuracy';
import { loadConverted } from '../tests/golden/converted';
import { testPixels } from '../tests/golden/network';
import { installEngine, PACKAGE, type Installed } from '../tests/installed-engine';

const KILOBYTES = 40;
const CLASSES = 10;

let installed: Installed;
let engine: typeof Package;
const path = (...names: string[]) => join(installed.folder, ...names);

beforeAll(async () => {
  installed = await installEngine();
  engine = (await import(
    /* @vite-ignore */ pathToFileURL(path('node_modules', PACKAGE, 'index.js')).href
  )) as typeof Package;
});
afterAll(() => rmSync(dirname(installed.folder), { recursive: true }));

describe('the package', () => {
  it(`has these files, less than ${KILOBYTES} KB of them gzip'd`, () => {
    const names = readdirSync(path('node_modules', PACKAGE)).sort();
    expect(names).toEqual([
      'LICENSE',
      'LICENSE-valibot.md',
      'README.md',
      'engine-plain.wasm',
      'engine-relaxed.wasm',
      'errors.d.ts',
      'index.d.ts',
      'index.js',
      'package.json',
      'thread.js',
      'wasm-module.js',
    ]);
    expect(installed.packed.files.map(({ path }) => path).sort()).toEqual(names);
    const bytes = names.map((name) => gzipSync(readFileSync(path('node_modules', PACKAGE, name))).length);
    expect(bytes.reduce((a, b) => a + b)).toBeLessThan(KILOBYTES * 1000);
    expect(installed.packed.size).toBeLessThan(KILOBYTES * 1000);
  });

  it('has types that hold where all checks are on', () => {
    const use = path('use.ts');
    writeFileSync(
      use,
      `import { loadModel, PlaygroundError, rgb, type Classification, type Engine, type ErrorCode } from '${PACKAGE}';
      const engine: Engine = await loadModel(new URL('file:///model'), { threads: 2, classes: ['a', 'b'] });
      const { classes, logits }: Classification = engine.classify(rgb({ data: new Uint8Array(4) }));
      export const told: [number, number, string, boolean] = [classes[0]!, logits[0]!, engine.info.name, engine.info.simd === 'plain'];
      export const code = (error: unknown): ErrorCode | undefined => (error instanceof PlaygroundError ? error.code : undefined);
      // @ts-expect-error No number is a model.
      await loadModel(7);
      // @ts-expect-error There is no such build.
      export const never = engine.info.simd === 'fast';
      `,
    );
    const program = ts.createProgram([use], {
      ...{ strict: true, noUncheckedIndexedAccess: true, noEmit: true, types: [] },
      ...{ target: ts.ScriptTarget.ES2022, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] },
      ...{ module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
    });
    const files = program.getSourceFiles().filter(({ fileName }) => fileName.includes('examples/'));
    expect(files.length).toBe(3);
    const faults = files.flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ]);
    expect(faults.map(({ messageText }) => messageText)).toEqual([]);
  });

  it('is bundled with its worker and both builds', async () => {
    writeFileSync(path('main.js'), `import { loadModel } from '${PACKAGE}';\nvoid loadModel('model.int8');\n`);
    const { output } = (await build({
      ...{ root: installed.folder, configFile: false, logLevel: 'warn' },
      build: { write: false, rolldownOptions: { input: path('main.js') } },
    })) as Rolldown.RolldownOutput;
    const names = output.map(({ fileName }) => fileName.replace(/^assets\/|-[\w-]{8}(?=\.)/g, ''));
    expect(names.sort()).toEqual(['engine-plain.wasm', 'engine-relaxed.wasm', 'main.js', 'thread.js']);
  });
});

describe('the answers in Node', () => {
  it("are the product's of the whole ResNet18, and PyTorch's", async () => {
    const { fixture, model } = loadConverted('int8_ptq_minmax_add_relu');
    const n = 64;
    const pixels = testPixels(n);
    writeFileSync(path('network.int8'), serializeInt8Model(model));
    writeFileSync(path('pictures.rgb'), pixels);
    const node = ['node.mjs', 'network.int8', 'pictures.rgb'];
    const lines = execFileSync(process.execPath, node, { cwd: installed.folder, encoding: 'utf8' }).trim().split('\n');
    const answers = lines.map((line) => JSON.parse(line) as { class: string; logits: number[] });

    expect(answers.map((answer) => answer.class)).toEqual(
      fixture.values.predictions.slice(0, n).map((i) => CIFAR10.classes[i]),
    );
    const product = await engineOf(model, () => compileEngine(readFileSync('public/wasm/engine-plain.wasm')), {
      ...{ threads: 1, build: 'plain' },
    });
    const codes = product.run(imageCodes(pixels, n, model, CIFAR10), n);
    expect(answers.map((answer) => CIFAR10.classes.indexOf(answer.class))).toEqual([...predictions(codes, CLASSES)]);
    expect(answers.flatMap(({ logits }) => logits)).toEqual([...dequantizeOutput(codes, model)]);
  });

  it("are the reference engine's of a small network of another shape, given what its file does not say", async () => {
    const builder = new ModelBuilder(new Rng(3));
    const image = builder.tensor(6, 9, 2, 40);
    builder.linear(builder.conv(image, 16, 6, 4, 0), 3);
    const model = builder.build('small');
    const spec = { h: 6, w: 9, c: 2, mean: [0.4, 0.6], std: [0.2, 0.3], classes: ['a', 'b', 'c'] };
    const rng = new Rng(4);
    const pixels = Uint8Array.from({ length: 50 * 6 * 9 * 2 }, () => rng.below(256));
    const codes = createReferenceEngine(model).run(imageCodes(pixels, 50, model, spec), 50);

    const loaded = await engine.loadModel(serializeInt8Model(model).buffer, spec);
    const { simd, ...info } = loaded.info;
    expect(info).toEqual({ name: 'small', width: 9, height: 6, channels: 2, classes: spec.classes, threads: 1 });
    expect(['plain', 'relaxed']).toContain(simd);
    const { classes, logits } = loaded.classify(pixels);
    expect(classes).toEqual([...predictions(codes, 3)]);
    expect(new Set(classes).size).toBeGreaterThan(1);
    expect(logits).toEqual(dequantizeOutput(codes, model));
    expect(loaded.classify(new Uint8ClampedArray(pixels).subarray(108, 324)).logits).toEqual(logits.slice(3, 9));
    expect(loaded.classify(new Uint8Array())).toEqual({ classes: [], logits: new Float32Array() });
  });

  it('are errors with a code where there can be none', async () => {
    const builder = new ModelBuilder(new Rng(5));
    builder.linear(builder.avgpool(builder.tensor(2, 2, 3, 40)), 4);
    const model = builder.build('four classes');
    const file = serializeInt8Model(model);
    const coded = async (work: () => unknown) => {
      const error = await (async () => work())().catch((error: unknown) => error);
      expect(error).toBeInstanceOf(engine.PlaygroundError);
      return (error as Package.PlaygroundError).code;
    };
    expect(await coded(() => engine.loadModel(file.subarray(0, -1)))).toBe('bad-file');
    expect(await coded(() => engine.loadModel('model.int8'))).toBe('bad-argument');
    expect(await coded(() => engine.loadModel(pathToFileURL(path('none.int8'))))).toBe('network');
    expect(await coded(() => engine.loadModel('data:text/html,none'))).toBe('bad-file');
    for (const options of [{ mean: [0, 0] }, { std: [1, 1, 0] }, { std: [1, NaN, 1] }, { classes: ['a', 'b'] }])
      expect(await coded(() => engine.loadModel(file, options))).toBe('bad-argument');
    // Bytes of another window are bytes, too.
    const Foreign = runInNewContext('Uint8Array') as typeof Uint8Array;
    const loaded = await engine.loadModel(Foreign.from(file));
    expect(loaded.info.classes).toEqual(['0', '1', '2', '3']);
    expect(await coded(() => loaded.classify(new Uint8Array(2 * 2 * 4)))).toBe('bad-argument');
    loaded.close();
    expect(await coded(() => loaded.classify(new Uint8Array(2 * 2 * 3)))).toBe('bad-argument');
  });
});
