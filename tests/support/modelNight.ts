/**
 * The night of the model tests, on the real loop with minds that ask the test endpoint: replication runs late, traffic is
 * protected and then misses its boundary, a person stopped the audit, and two notices hang on what is held.
 */
import type { EventOf, EventType, LedgerEvent } from '../../ledger/events.ts';
import type { Checkpoint, Plan } from '../../ledger/plan.ts';
import { type MindSettings, modelMinds } from '../../service/modelMinds.ts';
import { authority, checkpoint, minute, person, plan, reading } from './build.ts';
import type { Endpoint } from './endpoint.ts';
import { type Given, givenIn } from './endpointPolicy.ts';
import { type Loop, loopOn } from './loop.ts';

export const bodiesOf = <T extends EventType>(
  events: readonly LedgerEvent[],
  type: T,
): EventOf<T>[] => events.flatMap(({ body }) => (body.type === type ? [body as EventOf<T>] : []));

export const follows = (of: string): Checkpoint['predecessors'] => [
  { checkpoint: of, type: 'finish_to_start', gapSeconds: 0, maxGapSeconds: null },
];

/** Long enough for a machine with much else to do. */
export const patientTurn = { calls: 3, tokens: 60_000, milliseconds: 40_000, outputTokens: 2_000 };

/** Minds on this endpoint whose circuit stays closed unless a test asks for another. */
export const mindsOn = ({ baseUrl }: Endpoint, change: Partial<MindSettings> = {}) =>
  modelMinds({
    baseUrl,
    apiKey: 'test-key',
    model: 'test-model',
    price: { input: 150, output: 600 },
    turn: patientTurn,
    breaker: { failures: 1_000, halfOpenAfterMs: 60_000 },
    ...change,
  });

const spanOf = (who: string) => ({
  person: who,
  opensAt: minute(-600),
  closesAt: minute(1200),
});

/** `guarded`: whether traffic, which misses its boundary, is a protected checkpoint. */
export function heldPlan(guarded: boolean, change: Partial<Plan> = {}): Plan {
  return plan(
    [
      checkpoint('replication', { name: 'Database replication', approvedStartAt: minute(0) }),
      checkpoint('traffic', {
        name: 'Traffic shift',
        approvedStartAt: minute(60),
        predecessors: follows('replication'),
        protected: guarded,
      }),
      checkpoint('notice', {
        name: 'Customer notice',
        approvedStartAt: minute(120),
        predecessors: follows('traffic'),
        role: 'talk',
        approvedOwner: 'dev',
      }),
      checkpoint('audit', { name: 'Audit trail', approvedStartAt: minute(180) }),
      checkpoint('archive', {
        name: 'Archive',
        approvedStartAt: minute(240),
        predecessors: follows('replication'),
        observers: ['writer'],
      }),
    ],
    {
      boundaries: [
        {
          id: 'quiet',
          name: 'Quiet hour',
          kind: 'maintenance',
          level: 'service',
          opensAt: minute(50),
          closesAt: minute(110),
          binds: ['traffic'],
          exemptRoles: [],
          statedAt: minute(-600),
        },
      ],
      roles: [
        { id: 'release-lead', name: 'Release lead' },
        { id: 'ops', name: 'Operations' },
        { id: 'talk', name: 'Communication' },
      ],
      people: [person('lead'), person('operator'), person('dev'), person('writer')],
      authority: [
        authority('lead-authority', { role: 'release-lead', holders: [spanOf('lead')] }),
        authority('ops-authority'),
        authority('talk-authority', { role: 'talk', holders: [spanOf('dev')] }),
      ],
      ...change,
    },
  );
}

/** The night declared and packet 1 current, half an hour in, on the deterministic minds. */
export async function declaredNight(of: Plan): Promise<Loop> {
  const loop = await loopOn(of);
  await loop.run();
  loop.clock.at = minute(30);
  return loop;
}

/** What holds traffic, its notice and the audit: a late finish and a person's hold. */
export async function lateAndStopped(loop: Loop): Promise<void> {
  await loop.report([
    { kind: 'actual_start', checkpoint: 'replication', owner: null, at: reading(minute(5)) },
    { kind: 'forecast_finish', checkpoint: 'replication', at: reading(minute(100)) },
  ]);
  await loop.report(
    [{ kind: 'hold_placed', hold: 'stop', checkpoint: 'audit', reason: 'wait for the auditor' }],
    { reporter: 'lead' },
  );
}

/** What the endpoint was asked for one agent, in order. */
export const askedFor = ({ asked }: Endpoint, agent: string): Given[] =>
  asked.map(givenIn).filter((given) => given.agent === agent);

/** The minds of one agent's proposals, in order. */
export const mindsFor = (events: readonly LedgerEvent[], agent: string) =>
  bodiesOf(events, 'ProposalMade').flatMap(({ proposal }) =>
    proposal.agent === agent ? [proposal.mind] : [],
  );

/** What the gate found on one agent's proposals, one list of codes for each refusal. */
export const refusalsOf = (events: readonly LedgerEvent[], agent: string): string[][] =>
  bodiesOf(events, 'VerdictGiven')
    .filter((verdict) => verdict.agent === agent && !verdict.clean)
    .map(({ violations }) => violations.map(({ code }) => code));
