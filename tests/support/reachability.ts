/**
 * The global set-up of a counting run (C55): hands out the file that counts, and at the end names what was never reached
 * and fails the run. What has to be reached is read from the closed lists and from the code itself.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { RejectionCode } from '../../ledger/codes.ts';
import { migrationPoints } from '../../ledger/stores/migrations.ts';
import { faults } from './endpointFaults.ts';
import type { ReachedKind } from './reached.ts';

const service = fileURLToPath(new URL('../../service', import.meta.url));

/** The crash points that are written in the code by name. */
export const crashPointsInCode = (): readonly string[] =>
  readdirSync(service, { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [
      ...readFileSync(join(service, name), 'utf8').matchAll(/crashPoint\('([^']+)'\)/g),
    ])
    .map(([, point = '']) => point);

/** Faults of what lies around the process, beside those of the model's endpoint. */
const aroundUs = ['PostgreSQL crashes', 'the reply to a commit is lost'];

const wanted = (): Readonly<Record<ReachedKind, readonly string[]>> => ({
  refusal: RejectionCode.options,
  crash: [...crashPointsInCode(), ...migrationPoints],
  fault: [...Object.values(faults).map(({ name }) => name), ...aroundUs],
});

/** Names what the lines do not hold, by kind. */
export function neverReached(lines: ReadonlySet<string>): readonly string[] {
  return Object.entries(wanted()).flatMap(([kind, names]) =>
    names.filter((name) => !lines.has(`${kind} ${name}`)).map((name) => `${kind} ${name}`),
  );
}

/** Hands out the file, and fails the run at its end when anything was never reached. */
export function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'interlock-reached-'));
  const file = join(folder, 'reached');
  project.provide('reached', file);
  return () => {
    const lines = new Set(readFileSync(file, { encoding: 'utf8', flag: 'a+' }).split('\n'));
    rmSync(folder, { recursive: true });
    const never = neverReached(lines);
    const all = Object.values(wanted()).reduce((sum, names) => sum + names.length, 0);
    process.stdout.write(`\nreached ${all - never.length} of ${all}\n`);
    if (never.length === 0) return;
    // Thrown, it would keep the other set-ups from taking away what they brought.
    process.stderr.write(`never reached:\n  ${never.join('\n  ')}\n`);
    process.exitCode = 1;
  };
}
