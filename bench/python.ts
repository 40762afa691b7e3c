// The Python that measures PyTorch: PYTHON, else python3 where it has the pinned torch, else an environment of our own
// in .cache, made once. Not needed by anything but benchmarks' native peers, and by tests that are skipped without it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const VENV = join('.cache', 'python');
const VENV_PYTHON = join(VENV, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const REQUIREMENTS = join('reference', 'requirements.txt');
/** Of one connection to an index: one that cannot be reached must not hold a benchmark up. */
const PIP = ['-m', 'pip', 'install', '--quiet', '--retries', '0', '--timeout', '20', '-r', REQUIREMENTS];

const works = (python: string, ...args: string[]): boolean =>
  spawnSync(python, args, { stdio: ['ignore', 'ignore', 'ignore'] }).status === 0;
const TORCH = 'import torch, numpy, PIL; assert torch.__version__.startswith("2.13.")';

/** A Python with torch, and what else is to be imported, that is there already. @param imports Python, e.g. 'import torchao' */
export const installedPython = (imports = ''): string | undefined =>
  [process.env.PYTHON ?? 'python3', VENV_PYTHON].find((python) => works(python, '-c', `${TORCH}\n${imports}`));

/** @returns the path of a Python with torch; undefined, after saying why, where there is none and none can be made */
export function findPython(): string | undefined {
  const { PYTHON } = process.env;
  if (PYTHON) return PYTHON;
  const installed = installedPython();
  if (installed) return installed;
  if (!works('python3', '--version')) return refuse('there is no python3');
  console.log(`Installing PyTorch for the comparison into ${VENV} (once; about 1 GB) ...`);
  if (!existsSync(VENV_PYTHON) && !works('python3', '-m', 'venv', VENV)) return refuse('python3 cannot make a venv');
  const pip = spawnSync(VENV_PYTHON, PIP, { encoding: 'utf8' });
  if (pip.status !== 0) return refuse(pip.stderr.trim().split('\n').at(-1) ?? 'pip failed');
  return VENV_PYTHON;
}

function refuse(reason: string): undefined {
  console.error(`No comparison with PyTorch: ${reason}. Set PYTHON to a Python with torch 2.13 (reference/README.md).`);
}
