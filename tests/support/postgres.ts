/**
 * Brings a throw-away PostgreSQL: finds the server's binaries (installs Debian's package when it may), makes a
 * cluster in a temporary folder and runs it on a socket there, with fsync on. It refuses to be skipped: when there
 * is no server and none may be installed, it says exactly what to install.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export type Postgres = {
  /** Url of the superuser on the database `postgres`. */
  readonly url: string;
  readonly folder: string;
  /** Ends it as a crash would and starts it again on the same folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

/** One statement on a connection of its own. */
export async function asSuperuser(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const debianFolder = '/usr/lib/postgresql';
const readyLimitMs = 30_000;

const missing =
  'PostgreSQL server programs (initdb and postgres) are neither on PATH nor in /usr/lib/postgresql/*/bin, and the ' +
  'tests of the PostgreSQL store are never skipped. Install them and run again: Debian or Ubuntu: ' +
  '`apt-get install postgresql`; Fedora: `dnf install postgresql-server`; macOS: `brew install postgresql`. ' +
  'As root on Debian this is done for you.';

const hasServer = (folder: string): boolean =>
  existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres'));

/** The folder with the server's programs: from `path` (as in PATH) first, then Debian's newest; null when there is none. */
export function findServer(path: string, debian = debianFolder): string | null {
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const newestFirst = versions.sort((left, right) => Number(right) - Number(left));
  const folders = [
    ...path.split(delimiter).filter((folder) => folder !== ''),
    ...newestFirst.map((version) => join(debian, version, 'bin')),
  ];
  return folders.find(hasServer) ?? null;
}

function run(program: string, args: readonly string[], how: { uid?: number; gid?: number } = {}) {
  const done = spawnSync(program, args, {
    ...how,
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
  });
  if (done.status !== 0) {
    throw new Error(`${program} ${args.join(' ')}: ${done.stderr || String(done.error)}`);
  }
  return done.stdout;
}

/** Debian's server, without the cluster that the package would make and start by itself. */
function installOnDebian(): void {
  const install = (name: string) =>
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name]);
  run('apt-get', ['update', '-qq']);
  install('postgresql-common');
  const settings = '/etc/postgresql-common/createcluster.conf';
  if (existsSync(settings)) {
    const kept = readFileSync(settings, 'utf8').replace(/^\s*#?\s*create_main_cluster.*$/m, '');
    writeFileSync(settings, `${kept}\ncreate_main_cluster = false\n`);
  }
  install('postgresql');
}

function serverFolder(): string {
  const path = process.env['PATH'] ?? '';
  const found = findServer(path);
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(missing);
  }
  installOnDebian();
  const installed = findServer(path);
  if (installed === null) throw new Error(missing);
  return installed;
}

/** Root may not run PostgreSQL, so root runs it as `postgres`, or `nobody` where that user is missing. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const uid = spawnSync('id', ['-u', name], { encoding: 'utf8' });
    const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' });
    if (uid.status === 0 && gid.status === 0) {
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    }
  }
  throw new Error('neither a user postgres nor nobody to run PostgreSQL as');
}

/**
 * Runs the server, and again each time it is told a line. When its standard input closes, which it does however this
 * process ends, it stops the server and removes the folder.
 */
const keeper = `start() { "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= </dev/null & server=$!; }
start "$1" "$2"
while read -r line; do kill -QUIT $server; wait $server; start "$1" "$2"; done
kill -INT $server 2>/dev/null
wait $server
rm -rf "$2"`;

/** When the server that answers was started; null while none does. */
async function startOf(url: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url });
  // It may end under the question.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('select pg_postmaster_start_time()::text as at');
    return String(rows[0]?.at);
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Waits for a server that answers, other than the one that was started `before`. */
async function untilReady(
  url: string,
  { kept, log, before }: { kept: ChildProcess; log: string; before: string | null },
): Promise<void> {
  for (let waited = 0; waited < readyLimitMs; waited += 50) {
    const at = await startOf(url);
    if (at !== null && at !== before) return;
    if (kept.exitCode !== null) break;
    await pause(50);
  }
  throw new Error(`PostgreSQL did not start:\n${existsSync(log) ? readFileSync(log, 'utf8') : ''}`);
}

/**
 * Starts a server of its own; `stop` ends it and removes everything. It also ends when this process dies. A standby
 * follows nobody and only lets itself be read.
 */
export async function startPostgres(how: { standby?: boolean } = {}): Promise<Postgres> {
  const programs = serverFolder();
  const who = account();
  const folder = mkdtempSync(join(tmpdir(), 'interlock-pg-'));
  if (who.uid !== undefined && who.gid !== undefined) chownSync(folder, who.uid, who.gid);
  const cluster = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  run(join(programs, 'initdb'), ['-D', join(folder, 'data'), '--no-sync', ...cluster], who);
  if (how.standby === true) writeFileSync(join(folder, 'data', 'standby.signal'), '');
  const log = join(folder, 'log');
  const output = openSync(log, 'a');
  const kept = spawn('/bin/sh', ['-c', keeper, 'keeper', programs, folder], {
    ...who,
    cwd: folder,
    detached: true,
    stdio: ['pipe', output, output],
  });
  const ended = new Promise<void>((resolve) => kept.once('exit', () => resolve()));
  const stop = async () => {
    kept.stdin?.end();
    await ended;
  };
  const url = `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(folder)}`;
  try {
    await untilReady(url, { kept, log, before: null });
  } catch (error) {
    await stop();
    throw error;
  }
  const restart = async () => {
    const before = await startOf(url);
    kept.stdin?.write('again\n');
    await untilReady(url, { kept, log, before });
  };
  return { url, folder, restart, stop };
}
