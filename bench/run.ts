// npm run bench -- NAME [--json FILE]: runs bench/NAME.ts, prints its table, writes its JSON.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { formatTable } from '../src/report/text-table';
import type { BenchResult } from './harness';

const folder = dirname(fileURLToPath(import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && !['run.ts', 'harness.ts', 'python.ts'].includes(file))
  .map((file) => file.replace('.ts', ''));
const usage = `Usage: npm run bench -- NAME [--json FILE], NAME one of: ${names.join(', ')}.`;

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const [name] = positionals;
if (!name || !existsSync(join(folder, `${name}.ts`)) || !names.includes(name)) {
  console.error(usage);
  process.exit(2);
}
const { run } = (await import(`./${name}.ts`)) as { run(): Promise<BenchResult> };
const result = await run();
console.log(`\n${formatTable(result.table)}`);
if (values.json) {
  writeFileSync(values.json, JSON.stringify(result.json, null, 2) + '\n');
  console.log(`\nWritten: ${values.json}`);
}
