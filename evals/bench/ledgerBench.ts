/**
 * What keeping costs: one durable append beside one flushed commit of the same bytes, and a run or a load on a long
 * ledger beside the same on a short one. Everything is measured on files in a temporary folder, which it removes.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteFile from 'better-sqlite3';
import { run } from '../../graph/run.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { chain } from '../../ledger/chain.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { load, snapshotEvery, snapshotOf } from '../../ledger/load.ts';
import type { Actor, EventBody } from '../../ledger/events.ts';
import type { Reader } from '../../ledger/store.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { type Interlock, openInterlock } from '../../service/interlock.ts';
import { benchPlan, benchReport, lengthen, opensAt } from './longLedger.ts';
import { besides, type BenchRow } from './row.ts';

const short = 100;
const long = 10_000;
/** Half an interval: what a process that has just started has to fold on average. */
const sinceSnapshot = snapshotEvery / 2;
const quiet = { kind: 'forecast_finish', step: 1, lateMinutes: 0 } as const;
const lead: Actor = {
  kind: 'person',
  issuer: 'bench',
  subject: 'lead',
  role: 'release-lead',
  authenticatedAt: null,
  origin: 'bench',
};

/** Interlock on a ledger file of its own, declared and with packet 1 current, `length` events long. */
async function interlockOf(folder: string, cutoverId: string, length: number): Promise<Interlock> {
  let ids = 0;
  let readings = 0;
  const interlock = await openInterlock(
    { ledger: join(folder, `${cutoverId}.db`), checkpoints: ':memory:' },
    {
      now: () => opensAt - 5 * minuteMs + (readings += 1),
      newId: (kind) => `${kind}-${(ids += 1)}`,
    },
  );
  const plan = benchPlan(cutoverId);
  await handle(interlock.ledger, cutoverId, { type: 'DeclareCutover', plan, actor: lead });
  await run(interlock.graph, cutoverId);
  await lengthen(interlock.ledger.store, cutoverId, length - sinceSnapshot);
  const state = await load(interlock.ledger.store, cutoverId);
  if (state === null) throw new Error(`${cutoverId} could not be declared`);
  await interlock.ledger.store.saveSnapshot(cutoverId, snapshotOf(state));
  await lengthen(interlock.ledger.store, cutoverId, length);
  return interlock;
}

/** A plain table on a flushed SQLite file: the least a durable commit of a text can cost. */
function plainFile(path: string) {
  const file = new SqliteFile(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = FULL');
  file.exec('create table plain (id integer primary key, body text not null)');
  const insert = file.prepare('insert into plain (body) values (?)');
  return { commit: (body: string) => insert.run(body), close: () => file.close() };
}

const refused: EventBody = {
  type: 'ReportRefused',
  source: 'board',
  sourceEventId: 'again',
  bodyDigest: '0'.repeat(64),
  knownDigest: '1'.repeat(64),
  text: JSON.stringify(benchReport('again', quiet)),
  reason: 'source_event_reused',
};

async function appendRows(folder: string, { store, ...deps }: LedgerDeps): Promise<BenchRow[]> {
  const plain = plainFile(join(folder, 'plain.db'));
  const text = canonicalJson(refused);
  const goal = 'at most 2x one flushed commit of the same bytes to a plain table';
  try {
    return [
      await besides(
        { name: 'one durable append', goal, rounds: 400 },
        () =>
          store.transact('short', async (transaction) => {
            const head = await transaction.head('short');
            const events = chain(head, [refused], { cutoverId: 'short', recordedAt: opensAt });
            await transaction.append('short', head?.version ?? 0, events);
          }),
        () => plain.commit(text),
      ),
      await besides(
        { name: 'one report received (decided, chained, appended)', goal, rounds: 400 },
        (round) =>
          handle({ store, ...deps }, 'short', {
            type: 'ReceiveReport',
            body: benchReport(`append-${round}`, quiet),
          }),
        () => plain.commit(text),
      ),
    ];
  } finally {
    plain.close();
  }
}

/** The same store as a process that has just started sees it: nothing is remembered. */
const cold = (reader: Reader): Reader => ({ ...reader });

async function reportAndRun({ ledger, graph }: Interlock, cutoverId: string, round: number) {
  const body = benchReport(`late-${round}`, {
    kind: 'revised_start',
    step: 0,
    lateMinutes: 12 + ((round * 5) % 35),
  });
  await handle(ledger, cutoverId, { type: 'ReceiveReport', body });
  const { outcome } = await run(graph, cutoverId);
  if (outcome !== 'awaiting_decision') throw new Error(`a late step ended in ${outcome}`);
}

async function lengthRows(brief: Interlock, lengthy: Interlock): Promise<BenchRow[]> {
  const goal = `at most 1.3x the same on ${short} events`;
  const on = `${long.toLocaleString('en')} events`;
  return [
    await besides(
      { name: `load in a process just started, ${on}`, goal, rounds: 100 },
      () => load(cold(lengthy.ledger.store), 'long'),
      () => load(cold(brief.ledger.store), 'short'),
    ),
    await besides(
      { name: `load in a running process, ${on}`, goal, rounds: 1_000 },
      () => load(lengthy.ledger.store, 'long'),
      () => load(brief.ledger.store, 'short'),
    ),
    await besides(
      { name: `one report and its run, ${on}`, goal, rounds: 30 },
      (round) => reportAndRun(lengthy, 'long', round),
      (round) => reportAndRun(brief, 'short', round),
    ),
  ];
}

/** The rows about the ledger. Takes about a quarter of a minute on a quiet machine. */
export async function benchLedger(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'interlock-bench-'));
  const opened: Interlock[] = [];
  try {
    const brief = await interlockOf(folder, 'short', short);
    opened.push(brief);
    const lengthy = await interlockOf(folder, 'long', long);
    opened.push(lengthy);
    const lengths = await lengthRows(brief, lengthy);
    return [...(await appendRows(folder, brief.ledger)), ...lengths];
  } finally {
    for (const interlock of opened) await interlock.close();
    await rm(folder, { recursive: true, force: true });
  }
}
