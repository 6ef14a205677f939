/**
 * Finds the suites: every folder beside the engine that holds drills. A suite is added by adding a folder; nothing
 * else names it.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Drill, drillFiles, loadDrills } from '../../service/drill/load.ts';
import type { FileProblem } from '../../service/runbook/problems.ts';

export type Suite = { readonly name: string; readonly drills: readonly Drill[] };
export type FoundSuites = {
  readonly suites: readonly Suite[];
  /** A suite with a problem in any of its files is not played. */
  readonly problems: readonly FileProblem[];
};

/** The names of the suites in a folder, in order. */
export async function suiteNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const files = await Promise.all(names.map((name) => drillFiles(join(folder, name))));
  return names.filter((_, index) => (files[index]?.length ?? 0) > 0).toSorted();
}

/** Loads one folder of drills as a suite. */
export const loadSuite = async (name: string, folder: string): Promise<FoundSuites> =>
  suiteOf(name, await drillFiles(folder));

/** Loads these drills as a suite. */
export async function suiteOf(name: string, files: readonly string[]): Promise<FoundSuites> {
  const loaded = await loadDrills(files);
  const problems = loaded.flatMap((one) => one.problems);
  const drills = loaded.flatMap(({ drill }) => (drill === null ? [] : [drill]));
  return { suites: problems.length > 0 ? [] : [{ name, drills }], problems };
}

/** Loads the named suites of a folder. */
export async function loadSuites(folder: string, names: readonly string[]): Promise<FoundSuites> {
  const found = await Promise.all(names.map((name) => loadSuite(name, join(folder, name))));
  return {
    suites: found.flatMap(({ suites }) => suites),
    problems: found.flatMap(({ problems }) => problems),
  };
}
