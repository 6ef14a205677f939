/**
 * Random nights: a word for each thing that anyone can do to a cutover, honest and hostile, and a driver that does
 * them one after another and counts what it was refused.
 */
import fc from 'fast-check';
import type { RejectionCode } from '../../ledger/codes.ts';
import type { Actor, DecisionBinding } from '../../ledger/events.ts';
import type { Assertion } from '../../ledger/facts.ts';
import { minuteMs } from '../../ledger/vocabulary.ts';
import { actor, minute, reading } from './build.ts';
import { type Bench, packetOn } from './packets.ts';

const words = [
  'report',
  'talk',
  'chat',
  'repeat',
  'reuse',
  'tick',
  'jump',
  'run',
  'rule',
  'packet',
  'bad_packet',
  'borrowed_packet',
  'adopt',
  'adopt_altered',
  'adopt_old',
  'adopt_as_other',
  'decline',
  'decline_altered',
  'acknowledge',
  'review',
  'end',
] as const;
export type Word = (typeof words)[number];
export type Step = { readonly word: Word; readonly pick: number };

export const steps = (most: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ word: fc.constantFrom(...words), pick: fc.nat(999) }), {
    maxLength: most,
    size: 'max',
  });

const others: readonly Actor[] = [
  actor('operator'),
  actor('dev'),
  actor('nobody'),
  actor('lead', { kind: 'machine' }),
  actor('lead', { kind: 'agent' }),
  actor('lead', { kind: 'system' }),
  actor('Lead'),
  actor('lead '),
];

const alterations: readonly Partial<DecisionBinding>[] = [
  { packetHash: 'f'.repeat(64) },
  { packetHash: '' },
  { packetVersion: 99 },
  { basisDigest: 'f'.repeat(64) },
  { nonce: 'nonce-1' },
  { nonce: 'forged' },
  { packetId: 'packet-99' },
  { packetId: '__proto__' },
];

const at = <T>(list: readonly T[], pick: number): T => {
  const item = list[pick % list.length];
  if (item === undefined) throw new Error('an empty list');
  return item;
};

export type Storm = {
  readonly bench: Bench;
  /** Refusals of decisions and of reports that the driver was given, by code. */
  readonly refused: Map<RejectionCode, number>;
  readonly bindings: DecisionBinding[];
};

export const stormOn = (bench: Bench): Storm => ({ bench, refused: new Map(), bindings: [] });

const revised = (pick: number): Assertion => ({
  kind: 'revised_start',
  checkpoint: at(['cut', 'check'], pick),
  at: reading(minute(120 + (pick % 50) * 5)),
});

/** Does one thing. Every refusal that has to be on record is counted. */
// eslint-disable-next-line max-lines-per-function -- one word each is the clearest form of this table
export function take({ bench, refused, bindings }: Storm, { word, pick }: Step): void {
  const count = ({ rejection }: ReturnType<Bench['give']>): void => {
    if (rejection === null) return;
    refused.set(rejection.code, (refused.get(rejection.code) ?? 0) + 1);
  };
  const decideOn = (
    type: 'AdoptPacket' | 'DeclinePacket',
    binding: DecisionBinding,
    by: Actor = actor(),
  ): void => {
    bindings.push(bench.binding());
    count(
      type === 'AdoptPacket'
        ? bench.give({ type, binding, actor: by })
        : bench.give({ type, binding, actor: by, reason: at(['wait', ' '], pick) }),
    );
  };
  const propose = (change: Parameters<typeof packetOn>[2] = {}): void => {
    if (bench.state().run === null) return;
    const packet = packetOn(bench.state(), bench.judge, change);
    bench.gate(bench.propose({ agent: 'packet', packet }));
  };
  switch (word) {
    case 'report':
      return count(bench.report([revised(pick)]));
    case 'talk':
      return count(bench.report([{ kind: 'statement', text: `word ${pick}` }]));
    case 'chat':
      return count(bench.report([revised(pick)], { source: 'chat', reporter: 'stranger' }));
    case 'repeat':
      return count(bench.report([revised(1)], { sourceEventId: 'again', text: 'same' }));
    case 'reuse':
      return count(bench.report([revised(1)], { sourceEventId: 'again', text: `${pick % 3}` }));
    case 'tick':
      return bench.at(bench.now() + pick * 100);
    case 'jump':
      return bench.at(bench.now() + (pick % 30) * minuteMs);
    case 'run':
      return void bench.give({
        type: 'StartRun',
        runId: `run-x${bench.events().length}`,
        graphVersion: 'g',
      });
    case 'rule':
      return bench.state().run === null ? undefined : bench.ruleAll();
    case 'packet':
      return propose();
    case 'bad_packet':
      return propose(
        at(
          [{ version: 77 }, { basisDigest: 'e'.repeat(64) }, { cutoverId: 'other', version: 1 }],
          pick,
        ),
      );
    case 'borrowed_packet':
      return propose({ packetId: 'packet-1' });
    case 'adopt':
      return decideOn('AdoptPacket', bench.binding());
    case 'adopt_altered':
      return decideOn('AdoptPacket', bench.binding(at(alterations, pick)));
    case 'adopt_old':
      return decideOn('AdoptPacket', at([...bindings, bench.binding()], pick));
    case 'adopt_as_other':
      return decideOn('AdoptPacket', bench.binding(), at(others, pick));
    case 'decline':
      return decideOn('DeclinePacket', bench.binding());
    case 'decline_altered':
      return decideOn('DeclinePacket', bench.binding(at(alterations, pick)), at(others, pick));
    case 'acknowledge': {
      const who = at(['operator', 'dev', 'nobody'], pick);
      const packetId = at(
        [bench.state().current?.packet.packetId ?? 'none', 'packet-1', 'packet-2', 'valueOf'],
        pick,
      );
      const by = at([actor(who), actor(who), actor('lead'), actor(who, { kind: 'agent' })], pick);
      return count(bench.give({ type: 'AcknowledgePacket', packetId, person: who, actor: by }));
    }
    case 'review':
      return void bench.give({ type: 'ReviewRequest' });
    case 'end': {
      const runId = bench.state().run?.runId;
      const outcome = at(['no_change', 'overtaken', 'refused_by_gate'] as const, pick);
      return runId === undefined ? undefined : void bench.give({ type: 'EndRun', runId, outcome });
    }
  }
}

/** Refusals given by the driver that the ledger has to hold: those of decisions and of reused event ids. */
export const refusalsGiven = ({ refused }: Storm): number =>
  [...refused.values()].reduce((sum, count) => sum + count, 0);
