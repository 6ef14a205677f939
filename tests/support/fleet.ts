/**
 * Interlock's two halves as processes of their own, on the wall clock: started, stopped, killed and asked for their
 * figures from here. Also the night they work on, which is always tonight.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { judge } from '../../constraints/judge.ts';
import type { EventType, LedgerEvent } from '../../ledger/events.ts';
import type { ReportBody } from '../../ledger/facts.ts';
import { handle, type LedgerDeps } from '../../ledger/handle.ts';
import { Plan } from '../../ledger/plan.ts';
import type { Store } from '../../ledger/store.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { newId } from '../../service/openLedger.ts';
import { actor, nightAt, reading } from './build.ts';
import { night } from './lateNight.ts';

const shiftFromNow = (): number =>
  Math.ceil(Date.now() / minuteMs) * minuteMs + 30 * minuteMs - nightAt;
let shiftMs = shiftFromNow();
/** Minutes into tonight. */
export const tonight = (minutes: number): number => nightAt + shiftMs + minutes * minuteMs;

/** Every instant of the value moved by so much. */
export function moved(value: unknown, byMs: number): unknown {
  if (typeof value === 'number') return value > 946_684_800_000 ? value + byMs : value;
  if (Array.isArray(value)) return value.map((part) => moved(part, byMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, moved(part, byMs)]));
}

let tonightsPlan = Plan.parse(moved(night, shiftMs));

/**
 * It is half an hour before the first step of tonight, on a whole minute: from the start of the test file on, and again
 * from here, for tests that walk nights for longer than that.
 */
export function beginEvening(): void {
  shiftMs = shiftFromNow();
  tonightsPlan = Plan.parse(moved(night, shiftMs));
}

/** The small night of the graph's tests, tonight, under this name. */
export const fleetPlan = (cutoverId: string, change: Partial<Plan> = {}): Plan => ({
  ...tonightsPlan,
  cutoverId,
  ...change,
});

/** The first step is now to start so many minutes into the night. */
export const lateBy = (sourceEventId: string, minutes: number): ReportBody => ({
  source: 'board',
  sourceEventId,
  sourceSequence: null,
  reporter: 'operator',
  occurredAt: Date.now(),
  underPacketVersion: null,
  text: `${sourceEventId}: rollback starts at ${minutes}`,
  assertions: [
    {
      text: 'revised start',
      assertion: { kind: 'revised_start', checkpoint: 'rollback', at: reading(tonight(minutes)) },
    },
  ],
});

/** The ledger as the two halves see it: the real rule book on the wall clock. */
export const ledgerOn = (store: Store): LedgerDeps => ({
  store,
  judge,
  now: () => Date.now(),
  newId,
});

/** Declares tonight's plan. */
export async function declareTonight(ledger: LedgerDeps, plan: Plan): Promise<void> {
  const { cutoverId } = plan;
  const given = await handle(ledger, cutoverId, { type: 'DeclareCutover', plan, actor: actor() });
  if (given.rejection !== null) throw new Error(given.rejection.detail);
}

export const eventsOf = (store: Store, cutoverId: string): Promise<LedgerEvent[]> =>
  store.read(cutoverId, { after: 0 });

export const typesOf = (events: readonly LedgerEvent[]): EventType[] =>
  events.map(({ body }) => body.type);

/** Looks again and again until it holds; after two minutes the test fails with what was awaited. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | false | undefined>,
): Promise<T> {
  for (let waited = 0; waited < 120_000; waited += 50) {
    const found = await look();
    if (found !== null && found !== false && found !== undefined) return found;
    await pause(50);
  }
  throw new Error(`never came: ${what}`);
}

export type Half = {
  readonly pid: number;
  /** Where it listens; empty when it ended before it did. */
  readonly url: Promise<string>;
  readonly child: ChildProcess;
  /** What it wrote to its log so far. */
  readonly said: () => string;
  /** What it told the terminal so far. */
  readonly printed: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Waits until it has stopped itself at its point. */
  readonly stopped: () => Promise<unknown>;
  /** How it ended: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** SIGTERM, and its end. */
  readonly stop: () => Promise<number | NodeJS.Signals | null>;
  /** One figure of /metrics, with its labels if it has any; 0 when it is not there. */
  readonly figure: (name: string) => Promise<number>;
};

/** Settings under which things happen at once. Ports are taken by the system. */
export const quickly = {
  INTERLOCK_PORT: '0',
  INTERLOCK_WORK_PORT: '0',
  INTERLOCK_SWEEP_MS: '250',
  INTERLOCK_LEASE_MS: '1500',
  INTERLOCK_QUIET_MS: '50',
  INTERLOCK_LOG: 'warn',
} as const;

/** Starts `serve` or `work` from the compiled folder. */
export function startHalf(
  built: string,
  verb: 'serve' | 'work',
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): Half {
  const child = spawn(process.execPath, [join(built, 'service/main.js'), verb, ...words], {
    env: { PATH: process.env['PATH'], ...quickly, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let printed = '';
  child.stdout.on('data', (part: Buffer) => (printed += part.toString()));
  child.stderr.on('data', (part: Buffer) => (said += part.toString()));
  const ended = once(child, 'close').then(([code, signal]) => signal ?? code);
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, 'line').then(([line]) => String(line));
  const url = Promise.race([first, ended.then(() => '')]);
  const signal = (name: NodeJS.Signals): void => void child.kill(name);
  return {
    pid: child.pid ?? 0,
    url,
    child,
    said: () => said,
    printed: () => printed,
    signal,
    stopped: () =>
      eventually('a stopped process', async () =>
        spawnSync('ps', ['-o', 'state=', '-p', String(child.pid)], { encoding: 'utf8' })
          .stdout.trim()
          .startsWith('T'),
      ),
    ended,
    stop: () => {
      signal('SIGTERM');
      return ended;
    },
    figure: async (name) => {
      const text = await (await fetch(`${await url}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name} `));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };
}
