import { describe, expect, it } from 'vitest';
import { actor, checkpoint, nightAt, plan } from '../tests/support/build.ts';
import { testJudge } from '../tests/support/judge.ts';
import { bench } from '../tests/support/packets.ts';
import { digestOf } from './canonical.ts';
import type { LedgerCommand } from './commands.ts';
import { decide } from './decide.ts';

const night = plan([checkpoint('cut')]);
const context = {
  now: nightAt,
  judge: testJudge(),
  newId: (kind: string) => kind,
  knownReport: null,
};

describe('declaring', () => {
  it('puts the whole plan, its digest and the declarer into the ledger', () => {
    const decision = decide({ type: 'DeclareCutover', plan: night, actor: actor() }, null, context);
    expect(decision).toEqual({
      events: [
        {
          type: 'CutoverDeclared',
          plan: night,
          planDigest: digestOf('plan', night),
          actor: actor(),
          declaredByLead: true,
        },
      ],
      rejection: null,
    });
  });

  it.each([
    ['someone who is not the lead', actor('operator'), nightAt],
    ['the lead before their tenure', actor(), nightAt - 700 * 60_000],
    ['a machine with the name of the lead', actor('lead', { kind: 'machine' }), nightAt],
  ])('by %s does not make packet 1 stand on their word', (_who, by, now) => {
    const decision = decide({ type: 'DeclareCutover', plan: night, actor: by }, null, {
      ...context,
      now,
    });
    expect(decision.events).toMatchObject([{ type: 'CutoverDeclared', declaredByLead: false }]);
  });

  it('refuses a plan that contradicts itself with every problem and its fix', () => {
    const judge = testJudge({
      planProblems: () => [
        { code: 'cycle', path: 'checkpoints/a', message: 'waits for itself', fix: 'drop the edge' },
        { code: 'unknown', path: 'roles/x', message: 'is nobody', fix: 'name a role' },
      ],
    });
    const decision = decide({ type: 'DeclareCutover', plan: night, actor: actor() }, null, {
      ...context,
      judge,
    });
    expect(decision.events).toEqual([]);
    expect(decision.rejection?.code).toBe('plan_contradicts_itself');
    expect(decision.rejection?.detail).toBe(
      'checkpoints/a: waits for itself (drop the edge)\nroles/x: is nobody (name a role)',
    );
  });

  it('refuses a second declaration and names who made the first', () => {
    const ledger = bench(night);
    const again = ledger.give({ type: 'DeclareCutover', plan: night, actor: actor('dev') });
    expect(again.events).toEqual([]);
    expect(again.rejection?.code).toBe('cutover_already_declared');
    expect(again.rejection?.detail).toContain('declared by lead');
  });

  const binding = {
    packetId: 'p',
    packetVersion: null,
    packetHash: '',
    basisDigest: '',
    nonce: '',
  };
  it.each([
    { type: 'StartRun', runId: 'r', graphVersion: 'g' },
    { type: 'GateProposal', proposalId: 'p' },
    { type: 'EndRun', runId: 'r', outcome: 'no_change' },
    { type: 'ReviewRequest' },
    { type: 'AdoptPacket', binding, actor: actor() },
    { type: 'DeclinePacket', binding, actor: actor(), reason: 'r' },
    { type: 'AcknowledgePacket', packetId: 'p', person: 'operator', actor: actor('operator') },
  ] satisfies LedgerCommand[])('before it, $type has no cutover to speak of', (command) => {
    const decision = decide(command, null, context);
    expect(decision.events).toEqual([]);
    expect(decision.rejection?.code).toBe('cutover_unknown');
  });
});
