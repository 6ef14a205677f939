/**
 * What a test asks the global set-up for (supplies.ts): a PostgreSQL server, a fresh database with the ledger's
 * tables, the compiled programs. When it cannot be had the test fails with the reason; nothing is skipped.
 */
import { inject } from 'vitest';

async function ask(what: string): Promise<string> {
  const response = await fetch(`${inject('supplies')}${what}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** Url of the superuser of the test server. */
export const postgresUrl = (): Promise<string> => ask('/postgres');

/** Url of a database of its own, tables made. */
export const freshDatabase = (): Promise<string> => ask('/database');

/** Url of a database of its own without anything in it. */
export const emptyDatabase = (): Promise<string> => ask('/empty-database');

/** Folder of the compiled code, for child processes that run plain Node. */
export const builtFolder = (): Promise<string> => ask('/build');
