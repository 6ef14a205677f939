import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { route, type Standing, type Step, type View } from './route.ts';

const silent: Standing = { at: 'silent' };
const clean: Standing = { at: 'clean' };
const refused = (model: number, deterministic: number): Standing => ({
  at: 'refused',
  model,
  deterministic,
});

type Parts = Partial<Omit<View, 'standing'>> & { standing?: Partial<View['standing']> };
const view = ({ standing = {}, ...parts }: Parts = {}): View => ({
  open: true,
  waiting: false,
  pending: 'none',
  explained: true,
  differs: true,
  late: false,
  ...parts,
  standing: { readiness: silent, resequencing: silent, holds: silent, packet: silent, ...standing },
});
const agent = (name: keyof View['standing'], mind: 'own' | 'deterministic' = 'own'): Step => ({
  to: 'agent',
  name,
  mind,
});

describe('route', () => {
  const rows: readonly [string, Parts, Step][] = [
    ['waiting facts are read before anything is proposed', { waiting: true }, agent('readiness')],
    [
      'facts that arrive after a clean reading are read too',
      { waiting: true, standing: { readiness: clean, resequencing: clean } },
      agent('readiness'),
    ],
    ['with every fact ruled on, the timeline is next', {}, agent('resequencing')],
    [
      'an unjudged proposal goes to the gate before its agent speaks again',
      { standing: { resequencing: { at: 'unjudged' } } },
      { to: 'gate', name: 'resequencing' },
    ],
    ['a clean timeline needs its holds', { standing: { resequencing: clean } }, agent('holds')],
    [
      'a timeline that changes nothing ends the run without a packet',
      { differs: false, standing: { resequencing: clean, holds: clean } },
      { to: 'end', ending: 'no_change' },
    ],
    [
      'a timeline that changes something needs a packet',
      { standing: { resequencing: clean, holds: clean } },
      agent('packet'),
    ],
    [
      'a clean packet that neither waits nor ended the run was cleared: begin again',
      { standing: { resequencing: clean, holds: clean, packet: clean } },
      { to: 'end', ending: 'overtaken' },
    ],
    ['a pending packet of this run waits for a person', { pending: 'mine' }, { to: 'approval' }],
    [
      'its holds are explained once it is with its reader',
      { pending: 'mine', explained: false },
      { to: 'explain' },
    ],
    [
      'a report does not stop a question that still stands',
      { pending: 'mine', waiting: true },
      { to: 'approval' },
    ],
    [
      'a question that no longer stands is never asked',
      { pending: 'mine_lapsed' },
      { to: 'end', ending: 'over' },
    ],
    [
      'a packet of another run does not keep this one from its own work',
      { pending: 'other' },
      agent('resequencing'),
    ],
    [
      'a run that the ledger does not have open is over',
      { open: false },
      { to: 'end', ending: 'over' },
    ],
  ];
  it.each(rows)('%s', (_, parts, step) => {
    expect(route(view(parts))).toEqual(step);
  });

  const repairs: readonly [string, View['standing']['holds'], Step][] = [
    ['a model hears of its first refusal', refused(1, 0), agent('holds')],
    ['and of its second', refused(2, 0), agent('holds')],
    [
      'after the third the deterministic mind takes over',
      refused(3, 0),
      agent('holds', 'deterministic'),
    ],
    [
      'a refused deterministic mind ends the run',
      refused(3, 1),
      { to: 'end', ending: 'refused_by_gate' },
    ],
    [
      'with no model in place the first refusal ends it',
      refused(0, 1),
      { to: 'end', ending: 'refused_by_gate' },
    ],
  ];
  it.each(repairs)('%s', (_, holds, step) => {
    expect(route(view({ standing: { resequencing: clean, holds } }))).toEqual(step);
  });

  it('the resequencer has a second answer of its own', () => {
    expect(route(view({ standing: { resequencing: refused(0, 1) } }))).toEqual(
      agent('resequencing', 'deterministic'),
    );
    expect(route(view({ standing: { resequencing: refused(0, 2) } }))).toEqual({
      to: 'end',
      ending: 'refused_by_gate',
    });
  });

  it('a refusal that the clock explains begins again instead of giving up', () => {
    expect(route(view({ late: true, standing: { resequencing: refused(0, 2) } }))).toEqual({
      to: 'end',
      ending: 'overtaken',
    });
  });

  const standings = fc.oneof(
    fc.constant(silent),
    fc.constant<Standing>({ at: 'unjudged' }),
    fc.constant(clean),
    fc.record({ at: fc.constant('refused' as const), model: fc.nat(4), deterministic: fc.nat(3) }),
  );
  const views: fc.Arbitrary<View> = fc.record({
    open: fc.boolean(),
    waiting: fc.boolean(),
    pending: fc.constantFrom('none', 'mine', 'mine_lapsed', 'other'),
    explained: fc.boolean(),
    differs: fc.boolean(),
    late: fc.boolean(),
    standing: fc.record({
      readiness: standings,
      resequencing: standings,
      holds: standings,
      packet: standings,
    }),
  });

  it('stops for a person only when a packet of this run waits, and then always', () => {
    fc.assert(
      fc.property(views, (any) => {
        const asks = route(any).to === 'approval';
        expect(asks).toBe(any.open && any.pending === 'mine' && any.explained);
      }),
    );
  });

  it('makes a packet only on a clean timeline and clean holds, with no fact waiting', () => {
    fc.assert(
      fc.property(views, (any) => {
        const step = route(any);
        if (step.to !== 'agent' || step.name !== 'packet') return;
        expect([any.waiting, any.standing.resequencing.at, any.standing.holds.at]).toEqual([
          false,
          'clean',
          'clean',
        ]);
      }),
    );
  });

  it('never asks a mind more often than it may answer', () => {
    fc.assert(
      fc.property(views, (any) => {
        const step = route(any);
        if (step.to !== 'agent') return;
        const standing = any.standing[step.name];
        if (standing.at !== 'refused') return;
        expect(standing.deterministic).toBeLessThan(step.name === 'resequencing' ? 2 : 1);
        if (step.mind === 'own') expect(standing.model).toBeLessThanOrEqual(2);
      }),
    );
  });
});
