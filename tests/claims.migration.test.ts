/**
 * Migrations: killed anywhere they leave a step taken or not (C13), builds of two versions write at once and lose
 * nothing, a build that would not understand the tables stops, and the program can neither make nor unmake a table (C3).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { basisOf } from '../constraints/basis.ts';
import { digestOf } from '../ledger/canonical.ts';
import type { CutoverState } from '../ledger/cutover.ts';
import { EventBody } from '../ledger/events.ts';
import { evolve } from '../ledger/evolve.ts';
import { handle } from '../ledger/handle.ts';
import type { Store } from '../ledger/store.ts';
import { type Migration, migrationPoints, sqliteMigrations } from '../ledger/stores/migrations.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { migratePostgres } from '../ledger/stores/postgresMigrate.ts';
import { postgresMigrations } from '../ledger/stores/postgresSchema.ts';
import { openSqliteStore } from '../ledger/stores/sqlite.ts';
import { verify } from '../ledger/verify.ts';
import { migrate, missing } from '../service/migrate.ts';
import { openBeside } from '../service/openBeside.ts';
import { anyHistory } from './support/arbitrary.ts';
import { declare, depsOn, report } from './support/ledger.ts';
import { kinds, type Place } from './support/stores.ts';
import { builtFolder, emptyDatabase, freshDatabase, postgresUrl } from './support/supplied.ts';

const nameOf = (url: string): string => new URL(url).pathname.slice(1);
const bothIn = (url: string) => ({ ledger: url, checkpoints: url });

async function asOwner(url: string, ...statements: readonly string[]) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const rows: unknown[] = [];
    for (const statement of statements) rows.push(...(await client.query(statement)).rows);
    return rows;
  } finally {
    await client.end();
  }
}

/** Every table, column, trigger and grant of our schemas, as text. */
const shapeOf = (url: string) =>
  asOwner(
    url,
    `select table_schema, table_name, column_name, data_type, is_nullable from information_schema.columns
      where table_schema like 'interlock%' order by 1, 2, 3`,
    `select event_object_table, trigger_name, event_manipulation from information_schema.triggers
      where trigger_schema like 'interlock%' order by 1, 2, 3`,
    `select table_schema, table_name, privilege_type from information_schema.role_table_grants
      where grantee = 'interlock_app' and table_schema like 'interlock%' order by 1, 2, 3`,
    'select version, name, oldest from interlock.migrations order by version',
  );

describe('C13: interlock migrate killed', () => {
  const run = async (url: string, crash: string) => {
    const child = spawn(
      process.execPath,
      [join(await builtFolder(), 'service/main.js'), 'migrate'],
      {
        env: { ...process.env, INTERLOCK_LEDGER: url, INTERLOCK_CRASH: crash },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [code, signal] = await once(child, 'close');
    return { code, signal };
  };
  const whole = async () => {
    const url = await emptyDatabase();
    await migrate(bothIn(url), null);
    return shapeOf(url);
  };
  const cases = migrationPoints.flatMap((point) => [`${point}:1`, `${point}:4`]);

  it.each(cases)('at %s leaves whole steps, and running it again takes the rest', async (crash) => {
    const url = await emptyDatabase();
    const all = await missing(bothIn(url));
    expect((await run(url, crash)).signal).toBe('SIGKILL');
    const left = await missing(bothIn(url));
    expect(left).toEqual(all.slice(all.length - left.length));
    expect(await migrate(bothIn(url), null)).toEqual(left);
    expect(await shapeOf(url)).toEqual(await whole());
    expect(await missing(bothIn(url))).toEqual([]);
    expect(await migrate(bothIn(url), null)).toEqual([]);
  });

  it('is refused beside a live cutover', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    const command = declare();
    if (command.type !== 'DeclareCutover') throw new Error('it declares');
    const plan = { ...command.plan, mode: 'live' } as const;
    await handle(depsOn(store), 'payments', { ...command, plan });
    await store.close();
    await expect(migrate(bothIn(url), 'migration.begin:1')).rejects.toThrow(/is live/);
  });
});

/** How each database is brought to the next version by a test, and opened as this build or the next knows it. */
const builds = {
  SQLite: {
    known: sqliteMigrations,
    trigger: [
      `create trigger tally_events after insert on events begin
        insert into tallies values (new.cutover_id, 1)
          on conflict (cutover_id) do update set events = tallies.events + 1; end`,
    ],
    schema: '',
    migrate: async (address: string, steps: readonly Migration[]) =>
      (await openSqliteStore(address, { steps })).close(),
    open: (address: string, steps: readonly Migration[]) => openSqliteStore(address, { steps }),
  },
  PostgreSQL: {
    known: postgresMigrations,
    trigger: [
      `create function interlock.tally() returns trigger language plpgsql security definer as $$ begin
        insert into interlock.tallies values (new.cutover_id, 1)
          on conflict (cutover_id) do update set events = tallies.events + 1;
        return null; end $$`,
      `create trigger tally_events after insert on interlock.events
        for each row execute function interlock.tally()`,
    ],
    schema: 'interlock.',
    migrate: async (address: string, steps: readonly Migration[]) =>
      void (await migratePostgres(address, { steps })),
    open: (address: string, steps: readonly Migration[]) => openPostgresStore(address, { steps }),
  },
};

describe.each(kinds)('two versions on $name', (kind) => {
  const build = builds[kind.name];
  const { known, schema } = build;
  /** The next version as it would be written: a table kept by a trigger, filled from what is there, for both builds. */
  const added: Migration = {
    name: 'a tally of events',
    oldest: known.length,
    statements: [
      `create table ${schema}tallies (cutover_id text not null primary key, events integer not null)`,
      `insert into ${schema}tallies select cutover_id, count(*) from ${schema}events group by cutover_id`,
      ...build.trigger,
    ],
  };
  const changed: Migration = { name: 'a promise older builds do not know', statements: [] };
  const next = [...known, added];
  const beyond = [...next, changed];

  const withPlace = async (work: (place: Place) => Promise<void>): Promise<void> => {
    const place = await kind.fresh();
    try {
      await work(place);
    } finally {
      await place.remove();
    }
  };

  it('write at once while the next one’s tables are made, and nothing is lost', () =>
    withPlace(async (place) => {
      const stores: Store[] = [await place.open(), await place.open()];
      const ids = ['payments', 'billing', 'mail'];
      const [first] = stores;
      if (first === undefined) throw new Error('two were opened');
      for (const id of ids) await handle(depsOn(first), id, declare(id));
      const acknowledged = new Map<string, string>();
      let over = false;
      const writer = async (store: Store, name: string): Promise<number> => {
        let written = 0;
        for (; !over || written < 10; written += 1) {
          const id = ids[written % ids.length] ?? '';
          const key = `${name}-${written}`;
          const { events } = await handle(depsOn(store, name), id, report(key));
          acknowledged.set(`${id} ${key}`, events[0]?.hash ?? '');
          // SQLite answers without ever leaving this process: timers need their turn.
          await nextTurn();
        }
        return written;
      };
      const old = stores.map((store, index) => writer(store, `old${index}`));
      await build.migrate(place.address, next);
      const newer = [await build.open(place.address, next), await place.open()];
      stores.push(...newer);
      const young = newer.map((store, index) => writer(store, `new${index}`));
      await pause(300);
      over = true;
      const counts = await Promise.all([...old, ...young]);
      expect(Math.min(...counts)).toBeGreaterThan(0);
      const stored = new Map<string, string>();
      let total = 0;
      for (const id of ids) {
        const events = await first.read(id, { after: 0 });
        total += events.length;
        for (const { body, hash } of events) {
          if (body.type === 'ReportReceived')
            stored.set(`${id} ${body.report.sourceEventId}`, hash);
        }
        const [tally] = await place.sql('select events from tallies where cutover_id = ?', [id]);
        expect(Number(tally?.['events'])).toBe(events.length);
      }
      expect(stored).toEqual(acknowledged);
      expect(await verify(first)).toEqual({ ok: true, firstBroken: null, events: total });
      await Promise.all(stores.map((store) => store.close()));
    }));

  it('an older build stops, and writes nothing, once the tables promise what it does not know', () =>
    withPlace(async (place) => {
      const old = await place.open();
      await handle(depsOn(old), 'payments', declare());
      await build.migrate(place.address, next);
      expect((await handle(depsOn(old), 'payments', report('r-1'))).events[0]?.version).toBe(2);
      await build.migrate(place.address, beyond);
      const refused = { name: 'StoreTrouble', code: 'wrong_schema', outcome: 'nothing_written' };
      await expect(handle(depsOn(old), 'payments', report('r-2'))).rejects.toMatchObject(refused);
      await expect(place.open()).rejects.toMatchObject(refused);
      expect((await old.head('payments'))?.version).toBe(2);
      const young = await build.open(place.address, beyond);
      expect((await handle(depsOn(young), 'payments', report('r-2'))).events[0]?.version).toBe(3);
      await Promise.all([old.close(), young.close()]);
    }));

  it('an older build lets nobody in by tables that promise what it does not know', () =>
    withPlace(async (place) => {
      const beside = await openBeside({ ledger: place.address });
      const database = beside.database.withTables<{ wakes: { cutover_id: string } }>();
      const count = () =>
        beside.ask(() =>
          database
            .selectFrom('wakes')
            .select(({ fn }) => fn.countAll().as('all'))
            .execute(),
        );
      expect(await count()).toHaveLength(1);
      await build.migrate(place.address, beyond);
      // What it has just asked it believes for a second.
      await pause(1_100);
      await expect(count()).rejects.toMatchObject({ code: 'wrong_schema' });
      await beside.close();
    }));

  it('a build whose step the tables have not taken yet either takes it or names the fix', () =>
    withPlace(async (place) => {
      const opening = build.open(place.address, next);
      if (kind.name === 'SQLite') await (await opening).close();
      else await expect(opening).rejects.toThrow(/run `interlock migrate`/);
    }));
});

describe('builds beside each other', () => {
  /**
   * When this fails, an older build that runs beside this one could not read its events, or would find every question of
   * its moved and ask again without end. Add a step to both lists of migrations, with no statements and no `oldest`, so
   * that older builds stop once it is taken, and write down here what it goes with. (Only the schema of another zod may
   * be written down without a step.)
   */
  it('agree on the shape of events and on what the basis counts, or a step tells the older one to stop', () => {
    const histories = fc.sample(anyHistory(25), { numRuns: 200, seed: 20_261_107 });
    const bases = histories.flatMap((events) => {
      const state = events.reduce<CutoverState | null>(evolve, null);
      return state === null ? [] : [basisOf(state.situation)];
    });
    expect(bases).toHaveLength(histories.length);
    expect({
      steps: [sqliteMigrations.length, postgresMigrations.length],
      events: digestOf('event', z.toJSONSchema(EventBody)),
      basis: digestOf('basis', bases),
    }).toEqual({
      steps: [5, 6],
      events: '9067e60b8309ce1ecc987aaed1239dd15af922f06bea0abb094ebe4e49efa902',
      basis: '2ed8cd7b94845fa857df88659b24c37c887e30b6f0faf4fc9c82609043f2dc11',
    });
  });
});

describe('a step on PostgreSQL', () => {
  const step: Migration = { name: 'a step', statements: [] };
  const beyond = [...postgresMigrations, step];

  it('waits for a writer in the middle of its transaction, and lets the others go on meanwhile', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    let taken = false;
    let migrating: Promise<unknown> = Promise.resolve();
    await store.transact('payments', async (transaction) => {
      migrating = migratePostgres(url, { steps: beyond }).then(() => (taken = true));
      await handle(depsOn(store, 'b'), 'billing', declare('billing')).catch(() => undefined);
      expect((await transaction.head('payments'))?.version).toBe(1);
      expect(taken).toBe(false);
    });
    await migrating;
    expect(taken).toBe(true);
    await store.close();
  });

  it('that a writer waited for is seen by that writer: it looks only after it may write', async () => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    await handle(depsOn(store), 'payments', declare());
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query(
      "begin; select pg_advisory_xact_lock(hashtextextended('interlock:schema', 0))",
    );
    const writing = handle(depsOn(store), 'payments', report('r-1')).catch(
      (error: unknown) => error,
    );
    await expect
      .poll(async () => {
        const [row] = await asOwner(
          url,
          `select count(*)::int as waiting from pg_stat_activity
            where datname = current_database() and wait_event = 'advisory'`,
        );
        return row;
      })
      .toEqual({ waiting: 1 });
    await owner.query(
      `insert into interlock.migrations (version, name) values (${beyond.length}, 'a step'); commit`,
    );
    expect(await writing).toMatchObject({ code: 'wrong_schema', outcome: 'nothing_written' });
    expect((await store.head('payments'))?.version).toBe(1);
    await owner.end();
    await store.close();
  });
});

describe('C3: roles on PostgreSQL', () => {
  it('an owner without other powers migrates; the service writes, and can make or unmake no table', async () => {
    const empty = await emptyDatabase();
    const owner = `owner_${nameOf(empty)}`;
    const service = `service_${nameOf(empty)}`;
    await asOwner(
      await postgresUrl(),
      `create role ${owner} login createrole`,
      `alter database ${nameOf(empty)} owner to ${owner}`,
    );
    const as = (login: string): string => {
      const url = new URL(empty);
      url.username = login;
      return url.href;
    };
    // The role is the whole server's and was made by another test's owner: only it may give it away.
    await asOwner(await postgresUrl(), `grant interlock_app to ${owner} with admin option`);
    expect((await migrate(bothIn(as(owner)), null)).length).toBe(postgresMigrations.length + 1);
    await asOwner(as(owner), `create role ${service} login in role interlock_app`);
    const store = await openPostgresStore(as(service));
    await handle(depsOn(store), 'payments', declare());
    expect((await handle(depsOn(store), 'payments', report('r-1'))).events[0]?.version).toBe(2);
    await store.close();
    await expect(
      migratePostgres(as(service), {
        steps: [
          ...postgresMigrations,
          { name: 'x', statements: ['create table interlock.x (y int)'] },
        ],
      }),
    ).rejects.toMatchObject({ code: 'unreachable' });
    for (const statement of [
      'drop table interlock.events',
      'alter table interlock.events disable trigger all',
      "update interlock.events set body = '{}'",
      'truncate interlock.events',
      "insert into interlock.migrations (version, name) values (99, 'x')",
      'create table interlock.mine (x int)',
      'drop schema interlock_checkpoints cascade',
    ]) {
      await expect(asOwner(as(service), statement)).rejects.toThrow(
        /permission denied|must be owner/,
      );
    }
  });
});
