/** The generated nights as a suite: written to a folder and read back through the formats that people write in. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FoundSuites, suiteOf } from './suites.ts';
import { writeNights } from './write.ts';

/** How many nights of which seed, and where their files stay; null: nowhere. */
export type Generated = {
  readonly count: number;
  readonly seed: number;
  readonly keep: string | null;
};

export async function generatedSuite({ count, seed, keep }: Generated): Promise<FoundSuites> {
  const folder = keep ?? (await mkdtemp(join(tmpdir(), 'interlock-evals-')));
  try {
    return await suiteOf('generated', await writeNights(folder, count, seed));
  } finally {
    if (keep === null) await rm(folder, { recursive: true });
  }
}
