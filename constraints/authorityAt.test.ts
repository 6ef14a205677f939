import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Authority } from '../ledger/plan.ts';
import { authority, checkpoint, minute, plan } from '../tests/support/build.ts';
import {
  authorisedInRow,
  authorisedSpans,
  isAuthorisedAt,
  mappedPeople,
  rowsFor,
} from './authorityAt.ts';
import { containsInstant } from './intervals.ts';

const span = (from: number, to: number) => ({ opensAt: minute(from), closesAt: minute(to) });
const withRows = (...rows: readonly Authority[]) =>
  plan([checkpoint('a')], { authority: [...rows] });
const ops = { role: 'ops', checkpoint: 'a' };

describe('rowsFor', () => {
  const all = authority('all-row');
  const named = authority('named-row', { checkpoint: 'a' });
  const otherRole = authority('other-role', { role: 'security', checkpoint: 'a' });

  it('takes the rows for all when none names the checkpoint', () => {
    expect(rowsFor(withRows(all, otherRole), ops)).toEqual([all]);
  });
  it('takes only the rows that name the checkpoint when there are any', () => {
    expect(rowsFor(withRows(all, named, otherRole), ops)).toEqual([named]);
  });
  it('takes the rows for all when asked for the role as such', () => {
    expect(rowsFor(withRows(all, named), { role: 'ops', checkpoint: 'all' })).toEqual([all]);
  });
});

describe('authorisedSpans', () => {
  const row = (change: Partial<Authority>) =>
    withRows(authority('row', { holders: [{ person: 'operator', ...span(0, 100) }], ...change }));

  it('authorises a holder during the tenure, its opening included and its close not', () => {
    const of = row({});
    const at = (minutes: number) =>
      isAuthorisedAt(of, { person: 'operator', ...ops, at: minute(minutes) });
    expect([-1, 0, 99, 100].map(at)).toEqual([false, true, true, false]);
  });

  it('authorises nobody who is not mapped', () => {
    expect(authorisedSpans(row({}), 'dev', ops)).toEqual([]);
  });

  it('merges tenures that touch and keeps those apart that do not', () => {
    const holders = [span(60, 100), span(0, 30), span(30, 50)].map((part) => ({
      person: 'operator',
      ...part,
    }));
    expect(authorisedSpans(row({ holders }), 'operator', ops)).toEqual([
      span(0, 50),
      span(60, 100),
    ]);
  });

  it('cuts a delegate to the time in which its granter holds', () => {
    const delegates = [{ person: 'dev', grantedBy: 'operator', ...span(50, 150) }];
    expect(authorisedSpans(row({ delegates }), 'dev', ops)).toEqual([span(50, 100)]);
  });

  const chain = [
    { person: 'dev', grantedBy: 'operator', ...span(10, 90) },
    { person: 'standin', grantedBy: 'dev', ...span(0, 200) },
    { person: 'keeper', grantedBy: 'standin', ...span(20, 80) },
  ];

  it('lets a delegate grant nothing where chains are not allowed', () => {
    expect(authorisedSpans(row({ delegates: chain }), 'standin', ops)).toEqual([]);
    expect(authorisedSpans(row({ delegates: chain }), 'dev', ops)).toEqual([span(10, 90)]);
  });

  it('follows a chain of any length where the row allows it, each link cut to the one before', () => {
    const of = row({ delegates: chain, chainsAllowed: true });
    expect(authorisedSpans(of, 'standin', ops)).toEqual([span(10, 90)]);
    expect(authorisedSpans(of, 'keeper', ops)).toEqual([span(20, 80)]);
  });

  it('gives nothing to delegates who grant each other in a circle', () => {
    const delegates = [
      { person: 'standin', grantedBy: 'keeper', ...span(0, 100) },
      { person: 'keeper', grantedBy: 'standin', ...span(0, 100) },
    ];
    const of = row({ delegates, chainsAllowed: true });
    expect(authorisedSpans(of, 'standin', ops)).toEqual([]);
  });

  it('adds what a person holds to what the person is delegated, within one row and over several', () => {
    const first = authority('first', {
      holders: [
        { person: 'operator', ...span(0, 50) },
        { person: 'dev', ...span(50, 60) },
      ],
      delegates: [{ person: 'dev', grantedBy: 'operator', ...span(40, 50) }],
    });
    const second = authority('second', { holders: [{ person: 'dev', ...span(60, 70) }] });
    expect(authorisedSpans(withRows(first, second), 'dev', ops)).toEqual([span(40, 70)]);
  });

  it('keeps two grants of one person that lie apart', () => {
    const delegates = [span(0, 10), span(20, 30)].map((part) => ({
      person: 'dev',
      grantedBy: 'operator',
      ...part,
    }));
    expect(authorisedSpans(row({ delegates }), 'dev', ops)).toEqual([span(0, 10), span(20, 30)]);
  });

  it('never authorises a delegate when no holder stands, however grants are chained', () => {
    const part = fc
      .tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 1, max: 50 }))
      .map(([from, length]) => span(from, from + length));
    const people = fc.constantFrom('operator', 'dev', 'standin', 'keeper');
    const rows = fc.record({
      holders: fc.array(fc.tuple(people, part), { maxLength: 3 }),
      grants: fc.array(fc.tuple(people, people, part), { maxLength: 5 }),
      chainsAllowed: fc.boolean(),
    });
    fc.assert(
      fc.property(
        rows,
        fc.integer({ min: 0, max: 100 }),
        ({ holders, grants, chainsAllowed }, at) => {
          const mapped = authority('row', {
            holders: holders.map(([person, tenure]) => ({ person, ...tenure })),
            delegates: grants.map(([person, grantedBy, grant]) => ({
              person,
              grantedBy,
              ...grant,
            })),
            chainsAllowed,
          });
          const held = containsInstant(mapped.holders, minute(at));
          const anyone = [...authorisedInRow(mapped).values()].some((spans) =>
            containsInstant(spans, minute(at)),
          );
          expect(anyone).toBe(held);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('mappedPeople', () => {
  it('names holders and delegates once, in order of id', () => {
    const row = authority('row', {
      holders: [
        { person: 'operator', ...span(0, 10) },
        { person: 'operator', ...span(20, 30) },
      ],
      delegates: [{ person: 'dev', grantedBy: 'operator', ...span(0, 10) }],
    });
    expect(mappedPeople(withRows(row), ops)).toEqual(['dev', 'operator']);
  });
});
