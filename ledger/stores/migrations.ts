/**
 * The forward-only steps that build the tables, per database, and the rule by which builds of several versions share
 * them. A step that has run anywhere is never edited; a new one is added at the end. SQLite takes its steps by itself
 * when a file is opened; on PostgreSQL their owner takes them with `interlock migrate`.
 */
import { z } from 'zod';
import { StoreTrouble } from '../trouble.ts';

export type Migration = {
  readonly name: string;
  readonly statements: readonly string[];
  /**
   * How many steps a build must know to go on working on the tables as this step leaves them. Left out: this one too,
   * so that older builds stop. A step that only adds says from which build on others may run beside it.
   */
  readonly oldest?: number;
};

/** The places of a step at which a test lets the process die. */
export const migrationPoints = [
  'migration.begin',
  'migration.statement',
  'migration.commit',
  'migration.committed',
] as const;
export type MigrationPoint = (typeof migrationPoints)[number];

/** How many steps a database has taken, and how many a build must know to work on it. Both 0 when it is empty. */
export type Progress = { readonly version: number; readonly oldest: number };

const StepRow = z.object({
  version: z.coerce.number().int(),
  oldest: z.coerce.number().int().nullish(),
});

/** Reads the rows of the migrations table. A row that names no oldest build was not written as an addition. */
export function progressOf(stored: readonly unknown[]): Progress {
  const rows = stored.map((row) => StepRow.parse(row));
  return {
    version: Math.max(0, ...rows.map(({ version }) => version)),
    oldest: Math.max(0, ...rows.map(({ version, oldest }) => oldest ?? version)),
  };
}

/** Throws StoreTrouble `wrong_schema` when a build that knows `known` steps would not understand the tables. */
export function assertUnderstood({ version, oldest }: Progress, known: number): void {
  if (oldest <= known) return;
  throw new StoreTrouble(
    'wrong_schema',
    `the tables are at version ${version} and need a build that knows ${oldest}, this one knows ${known}: ` +
      'start a newer build',
  );
}

/** Throws StoreTrouble `wrong_schema` unless a build that knows `known` steps can work on the tables as they are. */
export function assertReady(progress: Progress, known: number): void {
  assertUnderstood(progress, known);
  if (progress.version >= known) return;
  throw new StoreTrouble(
    'wrong_schema',
    `the tables are at version ${progress.version}, this build needs ${known}: ` +
      'run `interlock migrate` as their owner first',
  );
}

/** The steps still to take; none on tables that a newer build has added to. Throws as `assertUnderstood` does. */
export function stepsAfter(progress: Progress, all: readonly Migration[]): readonly Migration[] {
  assertUnderstood(progress, all.length);
  return all.slice(progress.version);
}

export const refused = 'interlock: events are never changed or removed';

/** Told when somebody changes what was written down about tokens and sessions. */
export const auditRefused = 'interlock: the audit of identities is never changed or removed';

/** Told when an insert does not extend the chain by exactly one; explained as VersionMoved. */
export const doesNotFollow = 'interlock: the event does not follow the head';

const sqliteEvents: Migration = {
  name: 'events and snapshots',
  statements: [
    // Without a rowid there is no second key by which a row could be replaced.
    `create table events (
      cutover_id text not null check (length(cutover_id) between 1 and 100),
      version integer not null check (version >= 1),
      recorded_at integer not null,
      source text,
      source_event_id text,
      previous_hash text not null check (length(previous_hash) = 64),
      hash text not null unique check (length(hash) = 64),
      body text not null,
      primary key (cutover_id, version),
      unique (cutover_id, source, source_event_id),
      check ((source is null) = (source_event_id is null))
    ) strict, without rowid`,
    `create table snapshots (
      cutover_id text not null primary key,
      version integer not null,
      head_hash text not null,
      state_digest text not null,
      code_version text not null,
      state text not null
    ) strict`,
    `create trigger events_are_not_updated before update on events
      begin select raise(abort, '${refused}'); end`,
    `create trigger events_are_not_deleted before delete on events
      begin select raise(abort, '${refused}'); end`,
    // INSERT OR REPLACE deletes the row it conflicts with and fires no delete trigger: refused before it can.
    `create trigger events_are_not_replaced before insert on events
      when exists (
        select 1 from events where hash = new.hash or (
          cutover_id = new.cutover_id and source = new.source and source_event_id = new.source_event_id
        )
      )
      begin select raise(abort, '${refused}'); end`,
    `create trigger events_follow_the_head before insert on events
      when new.version is not 1 + coalesce(
        (select max(version) from events where cutover_id = new.cutover_id), 0
      ) or new.previous_hash is not coalesce(
        (select hash from events where cutover_id = new.cutover_id order by version desc limit 1),
        '${'0'.repeat(64)}'
      )
      begin select raise(abort, '${doesNotFollow}'); end`,
  ],
};

/** Secrets are kept as hashes only. What was done to them is added to and never changed. */
const sqliteIdentity: Migration = {
  name: 'tokens, sessions and their audit',
  statements: [
    `create table tokens (
      id text not null primary key,
      hash text not null unique check (length(hash) = 64),
      name text not null,
      source text not null,
      scopes text not null,
      cutovers text not null,
      created_at integer not null,
      created_by text not null,
      expires_at integer not null,
      revoked_at integer,
      last_used_at integer
    ) strict`,
    `create table sessions (
      id text not null primary key,
      hash text not null unique check (length(hash) = 64),
      person text not null,
      issuer text not null,
      subject text not null,
      strength text not null,
      authenticated_at integer not null,
      opened_at integer not null,
      seen_at integer not null,
      expires_at integer not null,
      ended_at integer
    ) strict`,
    `create table logins (
      hash text not null primary key check (length(hash) = 64),
      kind text not null,
      details text not null,
      expires_at integer not null
    ) strict`,
    `create table identity_audit (
      id text not null primary key,
      at integer not null,
      action text not null,
      subject text not null,
      actor text not null,
      origin text not null,
      detail text not null
    ) strict`,
    `create trigger identity_audit_is_not_updated before update on identity_audit
      begin select raise(abort, '${auditRefused}'); end`,
    `create trigger identity_audit_is_not_deleted before delete on identity_audit
      begin select raise(abort, '${auditRefused}'); end`,
  ],
};

/** Both can be emptied at any time: whoever works takes a new lease, and a sweep finds what was not rung for. */
const sqliteWork: Migration = {
  name: 'leases and wakes',
  statements: [
    `create table leases (
      cutover_id text not null primary key,
      holder text not null,
      epoch integer not null check (epoch >= 1),
      until_at integer not null
    ) strict`,
    `create trigger lease_epochs_only_grow before update on leases when new.epoch < old.epoch
      begin select raise(abort, 'interlock: the epoch of a lease never shrinks'); end`,
    `create table wakes (
      cutover_id text not null primary key,
      asked integer not null,
      answered integer not null
    ) strict`,
  ],
};

/** Can be emptied at any time: a request that comes again is then known by what the ledger keeps of it. */
const sqliteRequests: Migration = {
  name: 'keys of requests',
  statements: [
    `create table request_keys (
      caller text not null,
      key text not null,
      digest text not null check (length(digest) = 64),
      status integer,
      headers text,
      body text,
      claimed_until integer not null,
      created_at integer not null,
      primary key (caller, key)
    ) strict, without rowid`,
    'create index request_keys_by_age on request_keys (created_at)',
  ],
};

/** What lets an older build go on beside newer tables, or tells it to stop. */
const sqliteOldest: Migration = {
  name: 'the oldest build that may work on each step',
  statements: ['alter table migrations add column oldest integer'],
};

export const sqliteMigrations: readonly Migration[] = [
  sqliteEvents,
  sqliteIdentity,
  sqliteWork,
  sqliteRequests,
  sqliteOldest,
];
