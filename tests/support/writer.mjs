/**
 * Writers in a process of their own, on the compiled code: each reports to one cutover one after another and says on
 * standard output what was acknowledged and when (nanoseconds of the machine's one monotonic clock), so that what it said
 * survives it. Arguments: folder of the compiled code, address of the store. Standard input, when they may begin: the
 * cutover, the prefix of their report ids, number of the first, how many each, how many writers.
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
const [cutoverId, prefix, first, count, writers] = order.toString().trim().split(' ');
process.stdin.destroy();
const write = async (writer) => {
  for (let index = Number(first); index < Number(first) + Number(count); index += 1) {
    const id = `${prefix}${writer}-${index}`;
    const asked = process.hrtime.bigint();
    const { events, repeated } = await handle(deps, cutoverId, report(id));
    const answered = process.hrtime.bigint();
    process.stdout.write(`ack ${id} ${events[0].version} ${repeated} ${asked} ${answered}\n`);
  }
};
await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => write(writer)));
await store.close();
