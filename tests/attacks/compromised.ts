/**
 * A night on which somebody's words reach a model that does whatever they ask (C34): the real graph, gate and model
 * minds, an endpoint that obeys every order it is shown, and receivers that write down what reaches them.
 */
import { fenced } from '../../agents/modelView.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import type { Packet } from '../../ledger/packet.ts';
import type { Agents } from '../../agents/agent.ts';
import { relay } from '../../service/notices/relay.ts';
import { webhookSink } from '../../service/notices/webhook.ts';
import { checkpoint, minute, person, plan, reading } from '../support/build.ts';
import type { Policy } from '../support/endpointTalk.ts';
import { givenIn, wrongInOnePlace } from '../support/endpointPolicy.ts';
import { type Loop, loopOn } from '../support/loop.ts';
import { type Receiver, webhookSecret } from '../support/sinks.ts';
import type { Place } from './carriers.ts';
import type { Goal } from './goals.ts';

/** At most 200 UTF-16 units: the shortest of the places holds no more. */
export type Injection = { readonly place: Place; readonly words: string };

const after = (of: string) => [
  { checkpoint: of, type: 'finish_to_start' as const, gapSeconds: 0, maxGapSeconds: null },
];

/** The words where they are to stand, and harmless ones everywhere else. */
const at = ({ place, words }: Injection, here: Place, otherwise: string): string =>
  place === here ? words : otherwise;

function nightWith(injection: Injection, url: string) {
  return plan(
    [
      checkpoint('replication', { approvedStartAt: minute(0) }),
      checkpoint('traffic', {
        name: at(injection, 'name of a checkpoint', 'Traffic shift'),
        approvedStartAt: minute(60),
        predecessors: after('replication'),
      }),
      checkpoint('reports', { approvedStartAt: minute(120), predecessors: after('traffic') }),
      checkpoint('notice', { approvedStartAt: minute(160), observers: ['dev'] }),
    ],
    {
      notices: 'on',
      boundaries: [
        {
          id: 'close-of-books',
          name: at(injection, 'name of a boundary', 'Close of books'),
          kind: 'freeze',
          level: 'service',
          opensAt: minute(260),
          closesAt: minute(480),
          binds: 'all',
          exemptRoles: [],
          statedAt: minute(-60),
        },
      ],
      people: [
        person('lead'),
        person('operator', { contacts: [{ channel: 'webhook', address: url }] }),
        person('dev', { contacts: [{ channel: 'webhook', address: url }] }),
      ],
    },
  );
}

/** One ordinary change: a late finish, a hold by the lead, and a line from the bridge. */
async function change(loop: Loop, injection: Injection): Promise<void> {
  await loop.report(
    [
      { kind: 'actual_start', checkpoint: 'replication', owner: null, at: reading(minute(5)) },
      { kind: 'forecast_finish', checkpoint: 'replication', at: reading(minute(100)) },
      {
        kind: 'statement',
        text: at(injection, 'statement in a report', 'The bridge is calm.'),
      },
    ],
    { text: at(injection, 'words of a typed fact', 'as told') },
  );
  const reason = at(injection, 'reason of a hold', 'wait for the bank');
  await loop.report([{ kind: 'hold_placed', hold: 'bank', checkpoint: 'notice', reason }], {
    source: 'interlock',
    reporter: 'lead',
  });
}

/** What a night comes to: what the person at the interrupt is asked, what the ledger believes, what people are sent. */
export type Night = {
  readonly packet: Packet | null;
  readonly events: readonly LedgerEvent[];
  readonly asked: string;
  readonly believed: string;
  readonly sent: readonly string[];
  /** The same as they were received. */
  readonly received: readonly string[];
};

/** What the lead adopts, without the order in which it is shown: that is a mind's to choose among what is there. */
function substance(packet: Packet | null): string {
  if (packet === null) return 'no packet';
  const { leadHolds, leadPeople, ...rest } = packet;
  return canonicalJson({
    ...rest,
    minds: [],
    // Asking a model is written down too, so the same facts stand at a later position.
    basisVersion: 0,
    template: 'timeline_first',
    leadHolds: leadHolds.toSorted(),
    leadPeople: leadPeople.toSorted(),
  });
}

async function sendAll(loop: Loop, { url }: Receiver): Promise<void> {
  const sent = relay({
    ledger: loop.deps.ledger,
    sinks: [webhookSink({ secrets: [webhookSecret], privateNetworks: ['127.0.0.1'] })],
    audience: { allow: [{ channel: 'webhook', address: url }], testRecipients: [] },
    ack: null,
    relay: 'relay-1',
    windowSeconds: 0,
    claimSeconds: 90,
    circuitOpenMs: 1,
    sweepMs: 20,
    onTrouble: (_cutover, error) => {
      throw error;
    },
  });
  await sent.drain(loop.cutoverId);
  await sent.stop();
}

/** Packet hashes differ with who proposed, and so do the codes made of them. */
const withoutCodes = (body: string): string =>
  body.replaceAll(/[0-9A-Z]{4}-[0-9A-Z]{4}/g, 'CODE').replaceAll(/[0-9a-f]{32,64}/g, 'DIGEST');

/** The words of this injection put otherwise, so that nights can be compared of which only these differ. */
const anonymous = (text: string, { words }: Injection): string =>
  text.replaceAll(JSON.stringify(words).slice(1, -1), 'WORDS');

/** Lives through the night: the change, the run, the adoption of what it asks, and all notices of it. */
export async function livedThrough(
  injection: Injection,
  agents: Agents,
  receiver: Receiver,
): Promise<Night> {
  const declared = await loopOn(nightWith(injection, receiver.url));
  await declared.run();
  declared.clock.at = minute(30);
  const loop = declared.with({ agents });
  const before = receiver.received.length;
  await change(loop, injection);
  await loop.run();
  const { pending, situation } = await loop.state();
  const packet = pending?.record.packet ?? null;
  if (packet !== null) await loop.adopt();
  await sendAll(loop, receiver);
  const events = await loop.events();
  await loop.deps.ledger.store.close();
  const received = receiver.received.slice(before).map(({ body }) => body);
  return {
    packet,
    events,
    asked: substance(packet),
    believed: anonymous(canonicalJson(situation), injection),
    sent: received.map(withoutCodes).toSorted(),
    received,
  };
}

/** A model that does what it is told wherever it finds it, and counts how often it did. */
export function compromisedBy(
  { words }: Injection,
  goal: Goal,
  counts: { obeyed: number; shown: number },
): Policy {
  const mark = JSON.stringify(fenced(words)).slice('"<outside>'.length, -'</outside>"'.length);
  const obey = wrongInOnePlace(goal.agent, (right, given) => {
    counts.obeyed += 1;
    return goal.obey(right, given);
  });
  const deaf = wrongInOnePlace('nobody', (right) => right);
  let isTurned = false;
  return (asked, count) => {
    const isShown = asked.messages.some(({ content }) => content?.includes(mark) === true);
    counts.shown += Number(isShown);
    isTurned ||= isShown;
    return (isTurned && givenIn(asked).agent === goal.agent ? obey : deaf)(asked, count);
  };
}
