// npm run licences: what the built page holds of others, and build/sbom.cdx.json, a CycloneDX list of all packages of the lock
// file. Which packages the page holds: scripts/vite-licences.ts.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { FILE } from './vite-licences';

interface Sbom {
  serialNumber?: string;
  metadata: { timestamp?: string };
  components: unknown[];
}

/** Writes it, the same bytes each time. @returns where */
export function writeSbom(): string {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const options = { encoding: 'utf8', maxBuffer: 64 * 2 ** 20, shell: process.platform === 'win32' } as const;
  const sbom = JSON.parse(execFileSync('npm', args, options)) as Sbom;
  delete sbom.serialNumber;
  delete sbom.metadata.timestamp;
  mkdirSync('build', { recursive: true });
  const file = 'build/sbom.cdx.json';
  writeFileSync(file, JSON.stringify(sbom, null, 1) + '\n');
  console.log(`${file}: ${sbom.components.length} packages, those of development among them`);
  return file;
}

if (process.argv[1]?.endsWith('licences.ts')) {
  writeSbom();
  const shipped = readFileSync(`dist/${FILE}`, 'utf8').matchAll(/(?<=^-+\n).* \(.*\)$/gm);
  console.log(`dist/${FILE}: the page holds\n${Array.from(shipped, ([line]) => `  ${line}`).join('\n')}`);
}
