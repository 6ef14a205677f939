/**
 * One of two processes that race on a ledger: opens the store it is told, then does each command it reads at the
 * instant it is told and answers with what came of it. Knows only the write path.
 */
import { createInterface } from 'node:readline';
import { judge as realJudge } from '../../constraints/judge.ts';
import { LedgerCommand } from '../../ledger/commands.ts';
import { handle } from '../../ledger/handle.ts';
import { openPostgresStore } from '../../ledger/stores/postgres.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { testJudge } from './judge.ts';

/** What the parent writes, one JSON value a line. `startAt` is on the wall clock; `now` is the ledger's. */
export type RaceOrder = {
  readonly cutoverId: string;
  readonly command: unknown;
  readonly now: number;
  readonly startAt: number;
};

/** What the racer answers, one JSON value a line. */
export type RaceAnswer = {
  readonly code: string | null;
  readonly detail: string | null;
  readonly types: readonly string[];
};

const [address = '', which = 'test', name = 'x'] = process.argv.slice(2);
const open = address.startsWith('postgres') ? openPostgresStore : openSqliteStore;
const store = await open(address);
const judge = which === 'real' ? realJudge : testJudge();
let ids = 0;

async function race({ cutoverId, command, now, startAt }: RaceOrder): Promise<RaceAnswer> {
  const parsed = LedgerCommand.parse(command);
  const newId = (kind: string): string => `${kind}-${name}-${(ids += 1)}`;
  while (Date.now() < startAt) {
    // Waits without sleeping: the two have to start within a fraction of a millisecond.
  }
  const outcome = await handle({ store, judge, now: () => now, newId }, cutoverId, parsed);
  return {
    code: outcome.rejection?.code ?? null,
    detail: outcome.rejection?.detail ?? null,
    types: outcome.events.map((event) => event.body.type),
  };
}

process.stdout.write('"ready"\n');
for await (const line of createInterface({ input: process.stdin })) {
  const answer = await race(JSON.parse(line)).catch((error: unknown) => ({ error: String(error) }));
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await store.close();
