/**
 * One run of the payments night in a process of its own, for tests that kill it. Arguments: ledger and
 * checkpoints (files or urls), the step at which it kills itself (`gate:2`; `never`). Says `ready` before the run and
 * its result after.
 */
import { deterministicAgents } from '../../agents/deterministic.ts';
import { judge } from '../../constraints/judge.ts';
import { run, type StepSeen } from '../../graph/run.ts';
import { openPostgresStore } from '../../ledger/stores/postgres.ts';
import { openSqliteStore } from '../../ledger/stores/sqlite.ts';
import { openCheckpoints } from '../../service/checkpoints.ts';
import { isUrl } from '../../service/places.ts';
import { minute } from './build.ts';

const [ledgerFile = '', checkpointFile = '', dieAt = 'never'] = process.argv.slice(2);
const [dieNode, nth = '1'] = dieAt.split(':');

let seen = 0;
const onStep = ({ node }: StepSeen): void => {
  if (node === dieNode) seen += 1;
  if (node === dieNode && seen === Number(nth)) process.kill(process.pid, 'SIGKILL');
};

let ids = 0;
const store = await (isUrl(ledgerFile) ? openPostgresStore : openSqliteStore)(ledgerFile);
const checkpoints = await openCheckpoints(checkpointFile);
const ledger = {
  store,
  judge,
  now: () => minute(10),
  newId: (kind: string) => `${kind}-${process.pid}${(ids += 1)}`,
};
process.stdout.write('ready\n');
const result = await run(
  { ledger, checkpointer: checkpoints.saver, agents: deterministicAgents, onStep },
  'payments',
);
process.stdout.write(`${JSON.stringify(result)}\n`);
await checkpoints.close();
await store.close();
