// npm run build:engine: the package to embed, in dist/engine: src/embed bundled, its types, both WASM builds beside it.
// Not for compiling these: build-engine.ts.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import ts from 'typescript';

const NAME = 'qat-playground-engine';
/** The package's modules, by their names there. */
const INPUT = { index: 'src/embed/index.ts', thread: 'src/engine/thread.worker.ts' };
/** Whose types are the package's. */
const TYPED = ['src/embed/index.ts', 'src/core/errors.ts'];
/** What is taken as it is: where from, and its name there. The one package of others that is bundled keeps its licence. */
const TAKEN = {
  'public/wasm/engine-plain.wasm': 'engine-plain.wasm',
  'public/wasm/engine-relaxed.wasm': 'engine-relaxed.wasm',
  'docs/embedding.md': 'README.md',
  LICENSE: 'LICENSE',
  'node_modules/valibot/LICENSE.md': 'LICENSE-valibot.md',
};

/** @param out the package's folder, which is emptied first; public/wasm must be there */
export async function buildEnginePackage(root: string, out: string): Promise<void> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  await bundle(root, out);
  for (const file of TYPED) writeFileSync(join(out, `${basename(file, '.ts')}.d.ts`), declarations(join(root, file)));
  for (const [from, to] of Object.entries(TAKEN)) copyFileSync(join(root, from), join(out, to));
  writeFileSync(join(out, 'package.json'), JSON.stringify(manifest(root), null, 2) + '\n');
}

/** @throws when something is bundled whose licence is not taken along */
async function bundle(root: string, out: string): Promise<void> {
  // Schemas and tables that nothing asks for stay out.
  const treeshake = { moduleSideEffects: false };
  const bundled = await rolldown({ cwd: root, input: INPUT, treeshake, transform: { target: 'es2022' } });
  // With line breaks and quotes: what other bundlers look for addresses of workers and .wasm files by understands that.
  const { output } = await bundled.generate({
    ...{ format: 'es', comments: false, chunkFileNames: '[name].js' },
    minify: { compress: true, mangle: true, codegen: false },
  });
  await bundled.close();
  for (const chunk of output) {
    if (chunk.type !== 'chunk') throw new Error(`${chunk.fileName} is no module.`);
    const foreign = chunk.moduleIds.find((id) => /node_modules\/(?!valibot\/)/.test(id.replaceAll('\\', '/')));
    if (foreign) throw new Error(`The licence of ${foreign} is not taken along.`);
    writeFileSync(join(out, chunk.fileName), chunk.code.replace('./thread.worker.ts', './thread.js'));
  }
}

/** A module's types, all of the package in one folder. @throws when they do not follow from the module alone */
function declarations(file: string): string {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { isolatedDeclarations: true, target: ts.ScriptTarget.ES2022 },
    reportDiagnostics: true,
  });
  for (const { messageText } of diagnostics) throw new Error(`${file}: ${JSON.stringify(messageText)}`);
  return outputText.replace(/ from '.*\/([\w-]+)'/g, " from './$1.js'");
}

function manifest(root: string) {
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, string>;
  return {
    ...{ name: NAME, version, license, type: 'module' },
    description: 'Runs integer networks of the QAT Playground on WebAssembly SIMD, in a page or in Node.',
    exports: { '.': { types: './index.d.ts', default: './index.js' }, './package.json': './package.json' },
    files: ['*.js', '*.d.ts', '*.wasm', 'LICENSE-valibot.md'],
    // Of the worker, which begins by itself.
    sideEffects: ['./thread.js'],
    engines: { node: '>=20.16' },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(import.meta.dirname);
  await buildEnginePackage(root, join(root, 'dist/engine'));
}
