/** History cannot be rewritten through the database: statement forms that all fail and change no row (claim C3). */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handle } from '../ledger/handle.ts';
import { openPostgresStore } from '../ledger/stores/postgres.ts';
import { verify } from '../ledger/verify.ts';
import { declare, depsOn, report } from './support/ledger.ts';
import { kinds, type Place } from './support/stores.ts';

const zeros = '0'.repeat(64);
const ones = '1'.repeat(64);
/** Values of a row that names an event that is already there in one way or another. */
const row = (version: number | string, hash = `'${ones}'`, key = 'null, null') =>
  `('payments', ${version}, 1, ${key}, '{}', '${zeros}', ${hash})`;
const columns =
  'cutover_id, version, recorded_at, source, source_event_id, body, previous_hash, hash';
const firstHash = '(select hash from events where version = 1)';
const lastHash = '(select hash from events order by version desc limit 1)';

const everywhere = [
  "update events set body = '{}'",
  'update events set body = body where version = 1',
  'update events set version = version + 100',
  "update events set cutover_id = 'other' where version = 3",
  'update events set hash = previous_hash where version = 2 returning *',
  'update events set recorded_at = 0 from (select 2 as at) as one where version = one.at',
  'update events set source_event_id = null, source = null',
  'delete from events',
  'delete from events where version = 3',
  'delete from events where version in (select max(version) from events) returning *',
  'with last as (select max(version) as at from events) delete from events where version = (select at from last)',
  `insert into events (${columns}) values ${row(3)}`,
  `insert into events (${columns}) values ${row(2)} on conflict (cutover_id, version) do update set body = excluded.body`,
  `insert into events (${columns}) values ${row(4, firstHash)} on conflict (hash) do update set body = '{}'`,
  `insert into events (${columns}) values ${row(5)}`,
  `insert into events (${columns}) values ${row(0)}`,
  `insert into events (${columns}) values ${row(-1)}`,
  `insert into events (${columns}) values ${row(4)}`,
  `insert into events (${columns}) select cutover_id, 4, recorded_at, source, source_event_id, body, ${lastHash}, '${ones}' from events where version = 2`,
  `insert into events (${columns}) select cutover_id, 4, recorded_at, null, null, body, ${lastHash}, hash from events where version = 2`,
  `insert into events (${columns}) select 'other', version, recorded_at, source, source_event_id, body, previous_hash, '${ones}' from events where version = 2`,
];

const sqliteOnly = [
  'update or replace events set version = 2 where version = 3',
  "update or ignore events set body = '{}'",
  `replace into events (${columns}) values ${row(2)}`,
  `insert or replace into events (${columns}) values ${row(3)}`,
  `insert or replace into events (${columns}) select cutover_id, 4, recorded_at, null, null, body, ${lastHash}, hash from events where version = 2`,
  `insert or replace into events (${columns}) select cutover_id, 4, recorded_at, source, source_event_id, body, ${lastHash}, '${ones}' from events where version = 2`,
  `insert or replace into events (rowid, ${columns}) select version, cutover_id, 4, recorded_at, null, null, body, ${lastHash}, '${ones}' from events where version = 2`,
  'insert into events select * from events',
];

const postgresOnly = [
  'truncate events',
  'truncate events, snapshots cascade',
  "merge into events using (select 2 as at) as one on version = one.at when matched then update set body = '{}'",
  'merge into events using (select 2 as at) as one on version = one.at when matched then delete',
  'with gone as (delete from events returning *) select count(*) from gone',
  "with changed as (update events set body = '{}' returning *) select count(*) from changed",
  'select * from events for update',
  'select * from events for share',
  'do $$ begin lock table events in access exclusive mode; end $$',
  'drop table events',
  'alter table events rename to past',
  'alter table events drop column body',
  'alter table events alter column body type varchar(1)',
  'alter table events disable trigger all',
  'alter table events disable trigger events_are_not_changed',
  'alter table events owner to current_user',
  'alter table events set schema public',
  'alter table events enable row level security',
  'drop trigger events_are_not_changed on events',
  'drop function interlock.refuse_change() cascade',
  'create or replace function interlock.refuse_change() returns trigger language plpgsql as $$ begin return new; end $$',
  'create or replace function interlock.follow_head() returns trigger language plpgsql as $$ begin return new; end $$',
  'create rule quiet as on insert to events do instead nothing',
  'create trigger mine before insert on events for each row execute function interlock.refuse_change()',
  'create policy nobody on events using (false)',
  'drop schema interlock cascade',
  'create table interlock.mine (x int)',
  'set session_replication_role = replica',
  "do $$ begin execute 'delete from interlock.events'; end $$",
  "copy events from program 'true'",
  "delete from pg_catalog.pg_trigger where tgname = 'events_are_not_changed'",
  "update pg_catalog.pg_class set relname = 'past' where relname = 'events'",
  'update migrations set version = 0',
  'delete from migrations',
];

/** SQLSTATE: not permitted, raised by a guard, against a constraint. */
const refused = /^(42501|P0001|23...)$/;
/** PostgreSQL 14 and older know no MERGE. */
const mergeRefused = /^(42501|42601)$/;

describe.each(kinds)('history on $name', (kind) => {
  let place: Place;
  let before: unknown;
  const rows = () => place.sql('select * from events order by cutover_id, version');
  beforeAll(async () => {
    place = await kind.fresh();
    const store = await place.open();
    const deps = depsOn(store);
    await handle(deps, 'payments', declare());
    await handle(deps, 'payments', report('r-1'));
    await handle(deps, 'payments', report('r-2'));
    await store.close();
    before = await rows();
    expect(before).toHaveLength(3);
  });
  afterAll(() => place.remove());

  it.each(everywhere)('the owner of the tables is refused: %s', async (statement) => {
    await expect(place.sql(statement)).rejects.toThrow(/interlock|unique|check|constraint/i);
    expect(await rows()).toEqual(before);
  });

  if (kind.name === 'SQLite') {
    it.each(sqliteOnly)('SQLite refuses: %s', async (statement) => {
      await expect(place.sql(statement)).rejects.toThrow(
        /interlock|constraint|no column named rowid/,
      );
      expect(await rows()).toEqual(before);
    });
    return;
  }

  it('the owner of the tables may not truncate either', async () => {
    await expect(place.sql('truncate events')).rejects.toThrow(/never changed or removed/);
    await place.sql('begin');
    await place.sql('set local session_replication_role = replica');
    await expect(place.sql('delete from events')).rejects.toThrow(/never changed or removed/);
    await place.sql('rollback');
    expect(await rows()).toEqual(before);
  });

  describe('as the application role', () => {
    let login: string;
    let application: pg.Client;
    beforeAll(async () => {
      const url = new URL(place.address);
      const name = `app_${url.pathname.slice(1)}`;
      await place.sql(`create role ${name} login in role interlock_app`);
      url.username = name;
      login = url.href;
      application = new pg.Client({ connectionString: login });
      await application.connect();
      await application.query('set role interlock_app; set search_path = interlock');
    });
    afterAll(() => application.end());

    it.each([...everywhere, ...postgresOnly])('is refused: %s', async (statement) => {
      await expect(application.query(statement)).rejects.toMatchObject({
        code: expect.stringMatching(statement.startsWith('merge') ? mergeRefused : refused),
      });
      expect(await rows()).toEqual(before);
    });

    it('is enough to run the store on tables that are there', async () => {
      const store = await openPostgresStore(login);
      const { events } = await handle(depsOn(store, 'app'), 'payments', report('r-3'));
      expect(events[0]?.version).toBe(4);
      expect((await verify(store)).ok).toBe(true);
      await store.close();
    });
  });
});
