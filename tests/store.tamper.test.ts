/** History that was tampered with behind the store's back is found, at the position where it begins (claim C9). */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handle } from '../ledger/handle.ts';
import type { Head, Store } from '../ledger/store.ts';
import { verify } from '../ledger/verify.ts';
import { auditedHash, type AuditRow, firstBrokenRow } from './support/auditor.ts';
import { declare, depsOn, report } from './support/ledger.ts';
import { kinds, type Place } from './support/stores.ts';

type EventRow = AuditRow & {
  readonly source: string | null;
  readonly source_event_id: string | null;
};
const columns = [
  'cutover_id',
  'version',
  'recorded_at',
  'source',
  'source_event_id',
  'body',
  'previous_hash',
  'hash',
] as const;
const length = 24;

async function rowsOf(place: Place): Promise<EventRow[]> {
  const rows = await place.sql('select * from events order by version');
  return rows.map((row) => ({
    ...(row as EventRow),
    version: Number(row['version']),
    recorded_at: Number(row['recorded_at']),
  }));
}

async function writeRows(place: Place, rows: readonly EventRow[]): Promise<void> {
  await place.sql('delete from events');
  if (rows.length === 0) return;
  const one = `(${columns.map(() => '?').join(', ')})`;
  await place.sql(
    `insert into events (${columns.join(', ')}) values ${rows.map(() => one).join(', ')}`,
    rows.flatMap((row) => columns.map((column) => row[column])),
  );
}

/** What was done to the rows, and the first position at which they are no longer what was written. */
type Tampered = { readonly rows: EventRow[]; readonly from: number };
type Dice = {
  readonly how: (typeof ways)[number];
  readonly at: number;
  readonly other: number;
  readonly where: number;
};
const ways = [
  'edit recorded_at',
  'edit body',
  'respace body',
  'edit previous_hash',
  'edit hash',
  'edit report key',
  'drop report key',
  'edit and rehash',
  'move to another position',
  'delete',
  'insert',
  'swap bodies',
  'swap positions',
  'cut the tail',
  'roll everything back',
  'put another history in its place',
] as const;

const flip = (text: string, where: number): string => {
  const at = where % text.length;
  const changed = text[at] === '0' ? '1' : '0';
  return `${text.slice(0, at)}${changed}${text.slice(at + 1)}`;
};
const edit = (rows: readonly EventRow[], at: number, change: Partial<EventRow>): EventRow[] =>
  rows.map((row) => (row.version === at ? { ...row, ...change } : row));
/** Links and hashes every row anew, as a forger who knows the scheme would. */
const rechain = (rows: readonly EventRow[]): EventRow[] => {
  let previous = '0'.repeat(64);
  return rows.map((row) => {
    const linked = { ...row, previous_hash: previous };
    previous = auditedHash(linked);
    return { ...linked, hash: previous };
  });
};
const reworded = (row: EventRow): string => row.body.replace(/told as/, 'TOLD as');

function tamper(rows: readonly EventRow[], { how, at, other, where }: Dice): Tampered {
  const row = rows[at - 1];
  const second = rows[other - 1];
  if (row === undefined || second === undefined) throw new Error('the dice fell off the table');
  switch (how) {
    case 'edit recorded_at':
      return { rows: edit(rows, at, { recorded_at: row.recorded_at + 1 + where }), from: at };
    case 'edit body':
      return { rows: edit(rows, at, { body: flip(row.body, where) }), from: at };
    case 'respace body':
      return { rows: edit(rows, at, { body: row.body.replace(':', ': ') }), from: at };
    case 'edit previous_hash':
      return { rows: edit(rows, at, { previous_hash: flip(row.previous_hash, where) }), from: at };
    case 'edit hash':
      return { rows: edit(rows, at, { hash: flip(row.hash, where) }), from: at };
    case 'edit report key':
      return { rows: edit(rows, at, { source_event_id: 'another', source: 'board' }), from: at };
    case 'drop report key': {
      const from = row.source === null ? 2 : at;
      return { rows: edit(rows, from, { source_event_id: null, source: null }), from };
    }
    case 'edit and rehash': {
      const changed = { ...row, body: reworded(row), recorded_at: row.recorded_at + 1 };
      const forged = edit(rows, at, { ...changed, hash: auditedHash(changed) });
      return { rows: forged, from: at === length ? at : at + 1 };
    }
    case 'move to another position':
      return { rows: edit(rows, at, { version: length + 1 + where }), from: at };
    case 'delete':
      return { rows: rows.filter((kept) => kept !== row), from: at };
    case 'insert': {
      const shifted = rows.map((kept) =>
        kept.version >= at ? { ...kept, version: kept.version + 1 } : kept,
      );
      const key = row.source === null ? {} : { source_event_id: 'inserted' };
      const forged = { ...row, ...key, body: reworded(row), hash: flip(row.hash, where) };
      return { rows: [...shifted, forged], from: at };
    }
    case 'swap bodies': {
      const keyOf = (from: EventRow) => ({
        body: from.body,
        source: from.source,
        source_event_id: from.source_event_id,
      });
      return {
        rows: edit(edit(rows, at, keyOf(second)), other, keyOf(row)),
        from: Math.min(at, other),
      };
    }
    case 'swap positions': {
      const swapped = rows.map((kept) => {
        if (kept === row) return { ...kept, version: other };
        return kept === second ? { ...kept, version: at } : kept;
      });
      return { rows: swapped, from: Math.min(at, other) };
    }
    case 'cut the tail':
      return { rows: rows.slice(0, at - 1), from: at };
    case 'roll everything back':
      return { rows: rows.slice(0, 1), from: 2 };
    case 'put another history in its place': {
      const changed = rows.map((kept) =>
        kept.version >= at ? { ...kept, recorded_at: kept.recorded_at + 1 } : kept,
      );
      return { rows: rechain(changed), from: length };
    }
  }
}

/** These look whole to anyone who has kept nothing outside the store. */
const needsHead = (dice: Dice): boolean =>
  ['cut the tail', 'roll everything back', 'put another history in its place'].includes(dice.how) ||
  (dice.at === length && ['edit and rehash', 'delete'].includes(dice.how));

const dice: fc.Arbitrary<Dice> = fc
  .record({
    how: fc.constantFrom(...ways),
    at: fc.integer({ min: 1, max: length }),
    other: fc.integer({ min: 1, max: length }),
    where: fc.nat(4_000),
  })
  .filter(({ at, other }) => at !== other);

describe.each(kinds)('tampering on $name', (kind) => {
  let place: Place;
  let store: Store;
  let rows: EventRow[];
  let head: Head;
  beforeAll(async () => {
    place = await kind.fresh();
    store = await place.open();
    const deps = depsOn(store);
    await handle(deps, 'payments', declare());
    await handle(deps, 'payments', report('r-2'));
    await handle(deps, 'payments', report('r-2', { text: 'told as something else' }));
    await handle(deps, 'payments', { type: 'StartRun', runId: 'run-1', graphVersion: 'g' });
    for (let index = 3; (await store.head('payments'))?.version !== length; index += 1) {
      await handle(deps, 'payments', report(`r-${index}`));
    }
    await place.unguard();
    rows = await rowsOf(place);
    const last = rows.at(-1);
    if (last === undefined) throw new Error('nothing was written');
    head = { version: last.version, hash: last.hash };
  });
  afterAll(async () => {
    await store.close();
    await place.remove();
  });

  it('finds nothing where nothing was done, and neither does the auditor', async () => {
    const whole = { ok: true, firstBroken: null, events: length };
    expect(await verify(store, { payments: head })).toEqual(whole);
    expect(firstBrokenRow(rows)).toBeNull();
    expect(rows).toHaveLength(length);
  });

  it('is found in 200 of 200 random cases, at the position where it begins', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(dice, async (thrown) => {
        const { rows: forged, from } = tamper(rows, thrown);
        seen.add(thrown.how);
        await writeRows(place, forged);
        const found = await verify(store, { payments: head });
        expect(found).toMatchObject({
          ok: false,
          firstBroken: { cutoverId: 'payments', version: from },
        });
        const alone = await verify(store);
        expect(alone.ok).toBe(needsHead(thrown));
      }),
      { numRuns: 200, seed: 20_261_107 },
    );
    expect([...seen].sort()).toEqual([...ways].sort());
    await writeRows(place, rows);
    expect((await verify(store, { payments: head })).ok).toBe(true);
  });

  it('is found when a whole cutover is gone or bears another name', async () => {
    await writeRows(place, []);
    expect((await verify(store, { payments: head })).firstBroken).toMatchObject({
      version: 1,
      what: 'missing',
    });
    await writeRows(
      place,
      rows.map((row) => ({ ...row, cutover_id: 'renamed' })),
    );
    expect((await verify(store)).firstBroken).toMatchObject({
      cutoverId: 'renamed',
      version: 1,
      what: 'altered',
    });
    await writeRows(place, rows);
  });
});
