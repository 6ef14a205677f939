/**
 * What processes ask of the kernel, seen by strace (Debian's, installed when it may be): which files they have written
 * through to the disk, and what else they wrote. It refuses to be skipped: when there is no strace and none may be
 * installed, it says what to install.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installed, isOnPath } from './debian.ts';

const missing =
  'strace is not on PATH, and what it checks is never skipped. Install it and run again: Debian or Ubuntu: ' +
  '`apt-get install strace`; elsewhere than on Linux there is none. As root on Debian this is done for you.';

/** One call in the order in which it was made: `sync` of a file, or `write` of these first bytes to one. */
export type Call = { readonly is: 'sync' | 'write'; readonly file: string; readonly text: string };

const line = /\b(fsync|fdatasync|write)\(\d+<([^>]*)>(?:, "((?:[^"\\]|\\.)*)")?/;

function callsIn(text: string): Call[] {
  return text.split('\n').flatMap((one): Call[] => {
    const [, name, file = '', written = ''] = line.exec(one) ?? [];
    if (name === undefined) return [];
    return [{ is: name === 'write' ? 'write' : 'sync', file, text: written }];
  });
}

export type Traced = {
  readonly child: ChildProcess;
  /** Lets go of what it watches and answers with every call, in order; a command that it started has to end first. */
  readonly calls: () => Promise<readonly Call[]>;
};

/** Starts strace on a command of its own, or with `-p` on processes that run and whatever they start from now on. */
function traced(words: readonly string[]): Traced {
  if (!isOnPath('strace') && !(installed('strace') && isOnPath('strace'))) throw new Error(missing);
  const folder = mkdtempSync(join(tmpdir(), 'interlock-strace-'));
  const output = join(folder, 'calls');
  const how = ['-f', '-y', '-s', '16', '-e', 'trace=fsync,fdatasync,write', '-e', 'signal=none'];
  const child = spawn('strace', [...how, '-o', output, ...words]);
  const ended = once(child, 'close');
  return {
    child,
    calls: async () => {
      if (words[0] === '-p') child.kill('SIGINT');
      await ended;
      const calls = callsIn(readFileSync(output, 'utf8'));
      rmSync(folder, { recursive: true });
      return calls;
    },
  };
}

/** Starts a command and watches it. */
export const watchedCommand = (...words: readonly string[]): Traced => traced(words);

/** Watches a process, those that it has started and all that it starts from now on. Throws when that is not allowed. */
export async function watchedProcess(pid: number): Promise<Traced> {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  const pids = [String(pid), ...children.filter((one) => one !== '')];
  const watching = traced(pids.flatMap((one) => ['-p', one]));
  let told = '';
  let attached = (): void => {};
  const all = new Promise<void>((resolve) => (attached = resolve));
  watching.child.stderr?.on('data', (part: Buffer) => {
    told += part.toString();
    if (told.split(' attached').length > pids.length) attached();
  });
  const failed = once(watching.child, 'close').then(() => {
    throw new Error(`strace could not watch: ${told}`);
  });
  failed.catch(() => undefined);
  await Promise.race([all, failed]);
  return watching;
}
