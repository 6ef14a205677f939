/**
 * Counts what a run of the tests reached (C55): refusals, crash points, faults. It counts only in a run that asks for it
 * (vitest.reached.config.ts), into one file that every worker adds lines to.
 */
import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file that counts; without it nothing is counted. */
    reached: string;
  }
}

export type ReachedKind = 'refusal' | 'crash' | 'fault';

const told = new Set<string>();

/** Once a worker is enough: the question is whether it was reached at all. */
export function reached(kind: ReachedKind, name: string): void {
  const file = inject('reached');
  const line = `${kind} ${name}\n`;
  if (file === undefined || file === '' || told.has(line)) return;
  told.add(line);
  appendFileSync(file, line);
}
