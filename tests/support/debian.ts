/** Programs that tests cannot do without: taken from Debian's packages when they are missing and that may be. */
import { spawnSync } from 'node:child_process';

/** Whether a program of this name is on PATH and says its version. */
export const isOnPath = (program: string): boolean =>
  spawnSync(program, ['--version']).status === 0;

/** Installs a package. False when this is no root on Debian, or it cannot be had. */
export function installed(name: string): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...words: string[]) => spawnSync('apt-get', words, { env }).status === 0;
  if (process.getuid?.() !== 0 || !apt('update', '-qq')) return false;
  return apt('install', '-y', '-qq', '--no-install-recommends', name);
}
