/**
 * Looks past the shape errors of a runbook file, so that what else is wrong with it can be said in the same breath.
 * Nothing read this way is ever declared.
 */
import type { z } from 'zod';
import { RunbookText } from './format.ts';
import type { FilePath } from './problems.ts';

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Stand-ins for head values of which nothing else depends. */
const standIns: Readonly<Record<string, unknown>> = {
  format: 'interlock-runbook/1',
  id: 'unnamed',
  name: 'unnamed',
  mode: 'rehearsal',
};

export type Lenient = {
  readonly text: RunbookText;
  /** Places in the original of the items of a list of which some were dropped. */
  readonly places: Readonly<Record<string, readonly number[]>>;
  /** Top-level places that were dropped, such as checkpoints/3 or people/analyst. */
  readonly dropped: readonly FilePath[];
};

const keyOf = (path: FilePath): string => path.slice(0, 2).join('/');

/** What has to go so that the rest has the right shape: unknown keys by themselves, else the whole item. */
function triage(issues: readonly z.core.$ZodIssue[]) {
  const keys = new Set<string>();
  const items = new Map<string, FilePath>();
  for (const issue of issues) {
    const path = issue.path.filter((step) => typeof step !== 'symbol');
    if (issue.code === 'unrecognized_keys' && path.length < 2) {
      for (const key of issue.keys) keys.add([...path, key].join('/'));
    } else items.set(keyOf(path), path.slice(0, 2));
  }
  return { keys, items };
}

/** A section without its dropped items; undefined when the section itself has to go. */
function pruned(
  section: string,
  value: unknown,
  drop: ReturnType<typeof triage>,
): { value: unknown; places: number[] } | null {
  if (drop.keys.has(section) || drop.items.has(section)) return null;
  const keeps = (key: string | number): boolean => !drop.items.has(`${section}/${key}`);
  if (Array.isArray(value)) {
    const kept = value.map((item: unknown, index) => ({ item, index }));
    const left = kept.filter(({ index }) => keeps(index));
    return { value: left.map(({ item }) => item), places: left.map(({ index }) => index) };
  }
  if (!isRecord(value)) return { value, places: [] };
  const left = Object.entries(value).filter(([key]) => keeps(key));
  return { value: Object.fromEntries(left), places: [] };
}

/** The file with everything of the wrong shape left out, or null when too little is left to look at. */
export function lenient(value: unknown, error: z.ZodError): Lenient | null {
  if (!isRecord(value)) return null;
  const drop = triage(error.issues);
  const sections = Object.entries(value).map(
    ([section, inner]) => [section, pruned(section, inner, drop)] as const,
  );
  const kept = Object.fromEntries(
    sections.flatMap(([section, part]) => (part === null ? [] : [[section, part.value]])),
  );
  const parsed = RunbookText.safeParse({ ...standIns, ...kept });
  if (!parsed.success) return null;
  return {
    text: parsed.data,
    places: Object.fromEntries(sections.map(([section, part]) => [section, part?.places ?? []])),
    dropped: [...drop.items.values()],
  };
}
