/**
 * A writer in a process of its own, on the compiled code: reports to one cutover one after another and says on
 * standard output what was acknowledged, so that what it said survives it. Arguments: folder of the compiled code,
 * address of the store. Standard input, when it may begin: prefix of its report ids, number of the first, how many.
 */
import { once } from 'node:events';

const [built, address] = process.argv.slice(2);
const from = (path) => import(new URL(path, `file://${built}/`).href);
const { handle } = await from('ledger/handle.js');
const open = address.startsWith('postgres')
  ? (await from('ledger/stores/postgres.js')).openPostgresStore
  : (await from('ledger/stores/sqlite.js')).openSqliteStore;

const store = await open(address);
const judge = {
  version: 'lenient',
  planProblems: () => [],
  check: () => [],
  checkPacket: () => [],
  basisDigest: () => '0'.repeat(64),
  mayDecide: () => null,
  isReleaseLead: () => true,
};
let ids = 0;
const deps = {
  store,
  judge,
  now: () => Date.now(),
  newId: (kind) => `${kind}-${process.pid}-${(ids += 1)}`,
};
const report = (sourceEventId) => ({
  type: 'ReceiveReport',
  body: {
    source: 'board',
    sourceEventId,
    sourceSequence: null,
    reporter: 'olga',
    occurredAt: 1_794_088_800_000,
    underPacketVersion: null,
    text: `told as ${sourceEventId}`,
    assertions: [{ text: 'late', assertion: { kind: 'statement', text: sourceEventId } }],
  },
});

process.stdout.write('ready\n');
const [order] = await once(process.stdin, 'data');
const [prefix, first, count] = order.toString().trim().split(' ');
process.stdin.destroy();
for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
  const id = `${prefix}-${index}`;
  const { events, repeated } = await handle(deps, 'payments', report(id));
  process.stdout.write(`ack ${id} ${events[0].version} ${repeated}\n`);
}
await store.close();
