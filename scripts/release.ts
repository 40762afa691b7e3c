// npm run release: the built page in a zip in build/, ready for any static host, with licences, a list of packages and sums.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeSbom } from './licences';
import { sha256, zipWithSums } from './release-zip';

const HOW = `QAT Playground

Put the contents of the folder "site" in any folder of any host that serves files over https; no header has to be set.
To try it here: npx serve site (a page opened from a file cannot start).

SHA256SUMS: sha256sum --check SHA256SUMS
sbom.cdx.json: all packages it was built with (CycloneDX). site/licences.txt: what it holds of others.
`;

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const [built] = /(?<=<meta name="version" content=")\w+/.exec(readFileSync('dist/index.html', 'utf8'))!;

const files = new Map<string, Uint8Array>([['README.txt', new TextEncoder().encode(HOW)]]);
for (const path of ['LICENSE', 'NOTICE', writeSbom()]) files.set(basename(path), readFileSync(path));
for (const path of readdirSync('dist', { recursive: true, encoding: 'utf8' }))
  if (statSync(join('dist', path)).isFile())
    files.set(`site/${path.replaceAll('\\', '/')}`, readFileSync(join('dist', path)));

const zip = zipWithSums(files);
const name = `qat-playground-${version}-${built}.zip`;
writeFileSync(`build/${name}`, zip);
writeFileSync(`build/${name}.sha256`, `${sha256(zip)}  ${name}\n`);
console.log(`build/${name}: ${files.size} files, ${(zip.length / 2 ** 20).toFixed(1)} MiB\nSHA-256 ${sha256(zip)}`);
