/**
 * The global set-up of the tests: what is dear to make is made once, when the first test asks for it, and taken
 * away at the end. Workers ask over a loopback port, so that a run that needs no PostgreSQL starts none.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../service/migrate.ts';
import { asSuperuser, type Postgres, startPostgres } from './postgres.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    supplies: string;
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const template = 'interlock_template';

const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
};

/** The url of another database on the same server. */
export function onDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
}

async function startWithTemplate(): Promise<Postgres> {
  const server = await startPostgres();
  try {
    await asSuperuser(server.url, `create database ${template}`);
    const place = onDatabase(server.url, template);
    await migrate({ ledger: place, checkpoints: place }, null);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Compiles once to dist/, for tests that start processes. Types are checked elsewhere; a missing file is told here. */
async function build(): Promise<string> {
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const child = spawn(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root });
  let told = '';
  child.stdout.on('data', (part: Buffer) => (told += part.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  if (!existsSync(`${dist}/ledger/handle.js`)) throw new Error(`nothing was built:\n${told}`);
  return dist;
}

/** Serves `/postgres`, `/database` (of its own, tables made), `/empty-database` and `/build` to the workers until the run ends. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  let server: Postgres | null = null;
  let databases = 0;
  const postgres = once(async () => (server = await startWithTemplate()));
  const create = async (from: string): Promise<string> => {
    const { url } = await postgres();
    const name = `case_${(databases += 1)}`;
    await asSuperuser(url, `create database ${name}${from}`);
    return onDatabase(url, name);
  };
  const supplies: Readonly<Record<string, () => Promise<string>>> = {
    '/postgres': async () => (await postgres()).url,
    '/database': () => create(` template ${template}`),
    '/empty-database': () => create(''),
    '/build': once(build),
  };
  const http = createServer((request, response) => {
    const supply = supplies[request.url ?? ''];
    const answer = supply === undefined ? Promise.reject(new Error('no such supply')) : supply();
    answer.then(
      (text) => response.end(text),
      (error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      },
    );
  });
  // A worker that was busy for a while must not find its connection closed as it asks again.
  http.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port to serve on');
  project.provide('supplies', `http://127.0.0.1:${address.port}`);
  return async () => {
    http.close();
    http.closeAllConnections();
    await server?.stop();
  };
}
