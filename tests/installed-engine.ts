// The engine's package as somebody else has it: built, packed by npm, installed beside the examples in a folder of its own.
// For tests in Node and in browsers.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildEnginePackage } from '../scripts/build-engine-package';

/** What npm tells of an archive. */
interface Packed {
  readonly filename: string;
  /** Of the archive, in bytes. */
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

export interface Installed {
  /** Holds the examples, and the package in node_modules. */
  readonly folder: string;
  readonly packed: Packed;
}

export const PACKAGE = 'qat-playground-engine';
const OFFLINE = ['--offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** Takes some seconds. The folder is the caller's to remove. */
export async function installEngine(): Promise<Installed> {
  const at = mkdtempSync(join(tmpdir(), 'engine-'));
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, encoding: 'utf8' });
  await buildEnginePackage(process.cwd(), join(at, 'built'));
  const [packed] = JSON.parse(npm(join(at, 'built'), 'pack', '--json', '--pack-destination', at)) as [Packed];
  const folder = join(at, 'examples');
  cpSync('examples', folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  npm(folder, 'install', ...OFFLINE, join(at, packed.filename));
  return { folder, packed };
}
