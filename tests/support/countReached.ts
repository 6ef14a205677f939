/**
 * Set-up of every test file in a counting run: each refusal that `decide` answers is counted, and each child process that
 * dies or stops at the crash point it was told to. The code that ships is the same.
 */
import type * as Children from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { vi } from 'vitest';
import type * as Decide from '../../ledger/decide.ts';
import { reached } from './reached.ts';

vi.mock('../../ledger/decide.ts', async (original) => {
  const real = await original<typeof Decide>();
  const decide: typeof real.decide = (...asked) => {
    const decision = real.decide(...asked);
    if (decision.rejection !== null) reached('refusal', decision.rejection.code);
    return decision;
  };
  return { ...real, decide };
});

/** The crash point a child is told of: in its environment, or in an order among its arguments. */
function pointOf(args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const told = env['INTERLOCK_CRASH'] ?? /"crash":"([^"]+)"/.exec(args.join(' '))?.[1] ?? '';
  return told.split(':')[0] ?? '';
}

vi.mock('node:child_process', async (original) => {
  const real = await original<typeof Children>();
  const spawn = (
    program: string,
    args: readonly string[] = [],
    options: SpawnOptions = {},
  ): ChildProcess => {
    const child = real.spawn(program, args, options);
    const point = pointOf(args, options.env ?? {});
    if (point === '') return child;
    // A signal that a test sends itself goes through `kill`: what died of that one says nothing.
    let killed = false;
    const kill = child.kill.bind(child);
    child.kill = (signal) => {
      killed ||= signal === 'SIGKILL';
      // Only one that stopped at its point is ever told to go on.
      if (signal === 'SIGCONT') reached('crash', point);
      return kill(signal);
    };
    child.once('exit', (_, signal) => {
      if (signal === 'SIGKILL' && !killed) reached('crash', point);
    });
    return child;
  };
  return { ...real, default: { ...real, spawn }, spawn };
});
