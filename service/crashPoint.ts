/**
 * Crash points: named places at which a process kills or stops itself when INTERLOCK_CRASH says so, so that recovery at
 * each of them can be tested. Inert otherwise. They test a build; beside a live cutover nothing starts with one set.
 */
import { nodeNames } from '../graph/deps.ts';
import type { GraphDeps } from '../graph/run.ts';
import { EventBody } from '../ledger/events.ts';
import { migrationPoints } from '../ledger/stores/migrations.ts';
import type { Store, Transaction } from '../ledger/store.ts';
import type { Id } from '../ledger/vocabulary.ts';
import type { Doorbell } from './doorbell/doorbell.ts';

/** Where a worker may be told to die: around each commit, lease, step, checkpoint, ring, and around what is sent. */
export const workCrashPoints = [
  'lease.taking',
  'lease.taken',
  'lease.ending',
  'run.begins',
  'run.ended',
  'node.supervisor',
  'node.gate',
  'node.packet',
  'checkpoint.putting',
  'checkpoint.put',
  'commit.RunStarted',
  'committed.RunStarted',
  'commit.ProposalMade',
  'committed.ProposalMade',
  'notice.claiming',
  'commit.NoticeAttempted',
  'committed.NoticeAttempted',
  'notice.claimed',
  'notice.checking',
  'notice.checked',
  'notice.answered',
  'commit.NoticeSent',
  'committed.NoticeSent',
  'notice.recorded',
  'job.worked',
] as const;

/** Where a worker whose doorbell is the table of wakes may be told to die. */
export const wakeCrashPoints = ['wake.worked'] as const;

/** Where a server may be told to die. */
export const serveCrashPoints = [
  'commit.ReportReceived',
  'committed.ReportReceived',
  'ring.begins',
  'ring.ended',
  'commit.PacketAdopted',
  'committed.PacketAdopted',
  'resume.begins',
  'resume.ended',
] as const;

/** Where either may be told to die while it opens its ledger. */
export const openingCrashPoints = ['opening.begins', 'opening.ended'] as const;

/** The approval is an interrupt and nothing else: no point lies in it. */
const nodePoints = nodeNames.filter((name) => name !== 'approval').map((name) => `node.${name}`);

/** What `withCrashPoints` passes, by the first event of the commit. */
const eventPoints: ReadonlySet<string> = new Set(
  EventBody.options.flatMap(({ shape }) =>
    ['append', 'commit', 'committed'].map((place) => `${place}.${shape.type.value}`),
  ),
);

/** Every point but those around commits, of which each event has three. */
export const namedPoints: readonly string[] = [
  ...new Set<string>([
    ...openingCrashPoints,
    ...workCrashPoints,
    ...wakeCrashPoints,
    ...serveCrashPoints,
    ...nodePoints,
    ...migrationPoints,
  ]),
].filter((point) => !eventPoints.has(point));

type Armed = {
  readonly point: string;
  readonly nth: number;
  readonly signal: 'SIGKILL' | 'SIGSTOP';
};

let armed: Armed | null = null;
let passed = 0;
let onPass: ((point: string) => void) | null = null;

/**
 * Reads `point:nth`, or `point:nth:stop` to be stopped there and not killed. Throws when it is neither, and when no code
 * passes that point: a test that waits for its end would wait for ever.
 */
export function armedFrom(setting: string): Armed {
  const [, point = '', nth, stop] = /^([a-z]\w*\.\w+):([1-9]\d*)(:stop)?$/i.exec(setting) ?? [];
  if (nth === undefined) throw new Error('is not point:nth or point:nth:stop');
  if (!namedPoints.includes(point) && !eventPoints.has(point)) {
    throw new Error(
      `no code passes "${point}"; points: ${namedPoints.join(', ')}, and append.X, commit.X and committed.X for the ` +
        'first event X of a commit, such as commit.RunStarted',
    );
  }
  return { point, nth: Number(nth), signal: stop === undefined ? 'SIGKILL' : 'SIGSTOP' };
}

/** Arms one point for this process; `listen` hears the name of every point that is passed. */
export function armCrash(setting: string | null, listen: ((point: string) => void) | null): void {
  armed = setting === null ? null : armedFrom(setting);
  passed = 0;
  onPass = listen;
}

/** A place at which this process may be told to die or to stop. */
export function crashPoint(point: string): void {
  onPass?.(point);
  if (armed?.point !== point) return;
  passed += 1;
  if (passed === armed.nth) process.kill(process.pid, armed.signal);
}

/** The store with a point before, inside and after every commit, named after its first event. */
export function withCrashPoints(store: Store): Store {
  if (armed === null && onPass === null) return store;
  const transact = async <T>(
    cutoverId: Id,
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<T> => {
    const appended: string[] = [];
    const done = await store.transact(cutoverId, async (transaction) => {
      const append: Transaction['append'] = async (id, version, events) => {
        const name = events[0]?.body.type ?? 'Nothing';
        appended.push(name);
        crashPoint(`append.${name}`);
        await transaction.append(id, version, events);
      };
      const result = await work({ ...transaction, append });
      for (const name of appended.slice(0, 1)) crashPoint(`commit.${name}`);
      return result;
    });
    for (const name of appended.slice(0, 1)) crashPoint(`committed.${name}`);
    return done;
  };
  return { ...store, transact };
}

/** The saver of graph checkpoints with a point before and after each. */
export function withCheckpointPoints(saver: GraphDeps['checkpointer']): GraphDeps['checkpointer'] {
  if (armed === null && onPass === null) return saver;
  const put = saver.put.bind(saver);
  saver.put = async (...given) => {
    crashPoint('checkpoint.putting');
    const done = await put(...given);
    crashPoint('checkpoint.put');
    return done;
  };
  return saver;
}

/** The doorbell with a point before and after each ring. */
export const withRingPoints = (doorbell: Doorbell): Doorbell => ({
  ...doorbell,
  ring: async (cutoverId) => {
    crashPoint('ring.begins');
    await doorbell.ring(cutoverId);
    crashPoint('ring.ended');
  },
});
