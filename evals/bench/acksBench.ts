/**
 * Acknowledgements: from sending a report over HTTP to its 2xx, against the compiled `serve` with standard settings, on
 * a file and on PostgreSQL (there with one worker process), beside one bare durable commit on the same disk. With nothing
 * wrong; with model, Redis and sink hanging; and while a plan of 1,000 checkpoints is asked about and worked on besides.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import pg from 'pg';
import { run } from '../../graph/run.ts';
import { handle } from '../../ledger/handle.ts';
import { openSession } from '../../service/identity/sessions.ts';
import { createToken } from '../../service/identity/tokens.ts';
import { openInterlock } from '../../service/interlock.ts';
import { migrate } from '../../service/migrate.ts';
import { openBeside } from '../../service/openBeside.ts';
import { newId } from '../../service/openLedger.ts';
import { packageFile } from '../../service/packageRoot.ts';
import { actor } from '../../tests/support/build.ts';
import { type Half, startHalf } from '../../tests/support/fleet.ts';
import { startPostgres } from '../../tests/support/postgres.ts';
import { asking, callers, type Proofs, report, silence, tonight, working } from './acksTalk.ts';
import { benchPlan, widePlan } from './longLedger.ts';
import { besides, type BenchRow } from './row.ts';

const standard = {
  INTERLOCK_SWEEP_MS: '2000',
  INTERLOCK_LEASE_MS: '30000',
  INTERLOCK_QUIET_MS: '700',
};
/** Two nights declared, with packet 1 current: `small` of 24 checkpoints and `large` of 1,000. */
async function prepare(ledger: string): Promise<Proofs> {
  const interlock = await openInterlock({ ledger, checkpoints: ':memory:' });
  for (const plan of [tonight(benchPlan('small')), tonight(widePlan('large'))]) {
    const { cutoverId } = plan;
    const declare = { type: 'DeclareCutover', plan, actor: actor() } as const;
    const { rejection } = await handle(interlock.ledger, cutoverId, declare);
    if (rejection !== null) throw new Error(rejection.detail);
    await run(interlock.graph, cutoverId);
  }
  await interlock.close();
  const beside = await openBeside({ ledger });
  const deps = { beside, now: () => Date.now(), newId };
  const by = { name: 'bench', origin: 'bench' };
  const expiresAt = Date.now() + 4 * 3_600_000;
  const tokens: string[] = [];
  const cookies: string[] = [];
  for (let count = 0; count < callers; count += 1) {
    const wanted = { name: 'bench', source: 'board', scopes: ['report', 'read'] } as const;
    tokens.push((await createToken(deps, { ...wanted, cutovers: 'any', expiresAt }, by)).secret);
    const person = `owner-${count + 1}`;
    const who = { person, issuer: 'embedded', subject: person, strength: 'bench' };
    const session = await openSession(
      deps,
      { who: { ...who, authenticatedAt: Date.now() }, expiresAt },
      by,
    );
    cookies.push(`interlock-embedded-session=${session.secret}`);
  }
  await beside.close();
  return { tokens, cookies };
}

type Bare = { readonly commit: () => unknown; readonly close: () => Promise<void> };

type Site = {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Whether another process has to do the work. */
  readonly worker: boolean;
  readonly proofs: Proofs;
  readonly bare: Bare;
};

type Load = 'nothing else' | 'what-if of 1,000' | 'runs of 1,000';

async function rowOn(
  site: Site,
  { hanging, load, rounds }: { hanging: number | null; load: Load; rounds: number },
): Promise<BenchRow> {
  const silent = `127.0.0.1:${hanging}`;
  const hang = {
    INTERLOCK_REDIS: `redis://${silent}`,
    INTERLOCK_MODEL: 'silent',
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: `http://${silent}/v1`,
    INTERLOCK_SLACK_TOKEN: 'none',
    INTERLOCK_SLACK_URL: `http://${silent}/`,
  };
  const environment = { ...standard, ...site.environment, ...(hanging === null ? {} : hang) };
  const folder = packageFile('dist');
  const halves: Half[] = [startHalf(folder, 'serve', environment)];
  if (site.worker) halves.push(startHalf(folder, 'work', environment));
  for (const half of halves) {
    if ((await half.url) === '') throw new Error(`it did not start: ${half.said()}`);
  }
  const talk = { url: (await halves[0]?.url) ?? '', proofs: site.proofs };
  const beginnings = { 'what-if of 1,000': asking, 'runs of 1,000': working };
  const end = load === 'nothing else' ? null : beginnings[load](talk);
  try {
    const words = hanging === null ? 'all well' : 'all hangs';
    const row = await besides(
      { name: '', goal: 'p99 at most 50 ms; a bare commit', rounds },
      (round) => report(talk, 'small', 20 + (round % 200)),
      site.bare.commit,
    );
    const count = (await end?.()) ?? 0;
    const beside = load === 'nothing else' ? '' : `, ${count} ${load}`;
    return { ...row, name: `${site.name}, ${words}${beside}` };
  } finally {
    for (const half of halves) half.signal('SIGKILL');
    await Promise.all(halves.map((half) => half.ended));
  }
}

const bareText = 'x'.repeat(1_000);

/** One row in one durable commit on a file of its own on the same disk. */
function bareFile(path: string): Bare {
  const file = new SqliteFile(path);
  file.pragma('journal_mode = WAL');
  file.exec('create table bare (id integer primary key, text text)');
  file.pragma('synchronous = FULL');
  const insert = file.prepare('insert into bare (text) values (?)');
  return { commit: () => insert.run(bareText), close: async () => void file.close() };
}

/** One row in one durable commit on the same server. */
async function bareTable(url: string): Promise<Bare> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table bare (id serial primary key, text text)');
  return {
    commit: () => client.query('insert into bare (text) values ($1)', [bareText]),
    close: () => client.end(),
  };
}

async function rowsOn(site: Site, hanging: number, rounds: number): Promise<BenchRow[]> {
  const wanted = [
    { hanging: null, load: 'nothing else' },
    { hanging, load: 'nothing else' },
    { hanging, load: 'what-if of 1,000' },
    { hanging, load: 'runs of 1,000' },
  ] as const;
  const rows: BenchRow[] = [];
  for (const one of wanted) {
    const row = await rowOn(site, { ...one, rounds });
    process.stderr.write(`${row.name}: p99 ${row.ours.p99.toFixed(1)} ms\n`);
    rows.push(row);
  }
  await site.bare.close();
  return rows;
}

async function onFile(folder: string, hanging: number, rounds: number): Promise<BenchRow[]> {
  const ledger = join(folder, 'ledger.db');
  const checkpoints = join(folder, 'checkpoints.db');
  const proofs = await prepare(ledger);
  const environment = { INTERLOCK_LEDGER: ledger, INTERLOCK_CHECKPOINTS: checkpoints };
  const bare = bareFile(join(folder, 'bare.db'));
  return rowsOn({ name: 'file', environment, worker: false, proofs, bare }, hanging, rounds);
}

async function onPostgres(hanging: number, rounds: number): Promise<BenchRow[]> {
  const server = await startPostgres();
  try {
    const { url: ledger } = server;
    await migrate({ ledger, checkpoints: ledger }, null);
    const proofs = await prepare(ledger);
    const environment = { INTERLOCK_LEDGER: ledger };
    const bare = await bareTable(ledger);
    return await rowsOn({ name: 'PG', environment, worker: true, proofs, bare }, hanging, rounds);
  } finally {
    await server.stop();
  }
}

/** A row for each database and each kind of trouble; so many reports each. Takes about two minutes. */
export async function benchAcks(rounds = 300): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-acks-bench-'));
  const hanging = await silence();
  try {
    return [
      ...(await onFile(folder, hanging.port, rounds)),
      ...(await onPostgres(hanging.port, rounds)),
    ];
  } finally {
    hanging.close();
    await rm(folder, { recursive: true, force: true });
  }
}
