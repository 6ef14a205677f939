/**
 * The tables on PostgreSQL, step by step, and the application role that may add events and never change or remove one.
 */
import { auditRefused, doesNotFollow, type Migration, refused } from './migrations.ts';

/** What the store acts as, whoever it logged in as. It owns nothing. */
export const applicationRole = 'interlock_app';

const tables: Migration = {
  name: 'events and snapshots',
  statements: [
    `create table interlock.events (
      cutover_id text collate "C" not null check (length(cutover_id) between 1 and 100),
      version bigint not null check (version >= 1),
      recorded_at bigint not null,
      source text collate "C",
      source_event_id text collate "C",
      body text not null,
      previous_hash text not null check (length(previous_hash) = 64),
      hash text not null unique check (length(hash) = 64),
      primary key (cutover_id, version),
      unique (cutover_id, source, source_event_id),
      check ((source is null) = (source_event_id is null))
    )`,
    `create table interlock.snapshots (
      cutover_id text collate "C" not null primary key,
      version bigint not null,
      head_hash text not null,
      state_digest text not null,
      code_version text not null,
      state text not null
    )`,
    `create function interlock.refuse_change() returns trigger language plpgsql as $$
      begin raise exception '${refused}'; end $$`,
    `create function interlock.follow_head() returns trigger language plpgsql
      set search_path = interlock, pg_temp as $$
      declare head record;
      begin
        select version, hash into head from interlock.events
          where cutover_id = new.cutover_id order by version desc limit 1;
        if new.version <> coalesce(head.version, 0) + 1
          or new.previous_hash <> coalesce(head.hash, '${'0'.repeat(64)}') then
          raise exception '${doesNotFollow}';
        end if;
        return new;
      end $$`,
    `create trigger events_are_not_changed before update or delete or truncate on interlock.events
      for each statement execute function interlock.refuse_change()`,
    `create trigger events_follow_the_head before insert on interlock.events
      for each row execute function interlock.follow_head()`,
    'alter table interlock.events enable always trigger events_are_not_changed',
    'alter table interlock.events enable always trigger events_follow_the_head',
  ],
};

/** Roles belong to the whole server: two databases may be made at once. */
export const makeApplicationRole = `do $$ begin
      create role ${applicationRole} nologin noinherit nosuperuser nocreatedb nocreaterole;
      exception when duplicate_object or unique_violation then null;
    end $$`;

const role: Migration = {
  name: 'the application role',
  statements: [
    makeApplicationRole,
    `do $$ begin
      if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
        execute format('grant ${applicationRole} to %I', current_user);
      end if;
    end $$`,
    'revoke all on schema interlock from public',
    `grant usage on schema interlock to ${applicationRole}`,
    `grant select, insert on interlock.events to ${applicationRole}`,
    `grant select, insert, update, delete on interlock.snapshots to ${applicationRole}`,
    `grant select on interlock.migrations to ${applicationRole}`,
  ],
};

const identity: Migration = {
  name: 'tokens, sessions and their audit',
  statements: [
    `create table interlock.tokens (
      id text collate "C" not null primary key,
      hash text not null unique check (length(hash) = 64),
      name text not null,
      source text not null,
      scopes text not null,
      cutovers text not null,
      created_at bigint not null,
      created_by text not null,
      expires_at bigint not null,
      revoked_at bigint,
      last_used_at bigint
    )`,
    `create table interlock.sessions (
      id text collate "C" not null primary key,
      hash text not null unique check (length(hash) = 64),
      person text not null,
      issuer text not null,
      subject text not null,
      strength text not null,
      authenticated_at bigint not null,
      opened_at bigint not null,
      seen_at bigint not null,
      expires_at bigint not null,
      ended_at bigint
    )`,
    `create table interlock.logins (
      hash text not null primary key check (length(hash) = 64),
      kind text not null,
      details text not null,
      expires_at bigint not null
    )`,
    `create table interlock.identity_audit (
      id text collate "C" not null primary key,
      at bigint not null,
      action text not null,
      subject text not null,
      actor text not null,
      origin text not null,
      detail text not null
    )`,
    `create function interlock.refuse_audit_change() returns trigger language plpgsql as $$
      begin raise exception '${auditRefused}'; end $$`,
    `create trigger identity_audit_is_not_changed
      before update or delete or truncate on interlock.identity_audit
      for each statement execute function interlock.refuse_audit_change()`,
    'alter table interlock.identity_audit enable always trigger identity_audit_is_not_changed',
    `grant select, insert, update on interlock.tokens to ${applicationRole}`,
    `grant select, insert, update, delete on interlock.sessions, interlock.logins to ${applicationRole}`,
    `grant select, insert on interlock.identity_audit to ${applicationRole}`,
  ],
};

const work: Migration = {
  name: 'leases and wakes',
  statements: [
    `create table interlock.leases (
      cutover_id text collate "C" not null primary key,
      holder text not null,
      epoch bigint not null check (epoch >= 1),
      until_at bigint not null
    )`,
    `create function interlock.keep_epoch() returns trigger language plpgsql as $$
      begin
        if new.epoch < old.epoch then
          raise exception 'interlock: the epoch of a lease never shrinks';
        end if;
        return new;
      end $$`,
    `create trigger lease_epochs_only_grow before update on interlock.leases
      for each row execute function interlock.keep_epoch()`,
    `create table interlock.wakes (
      cutover_id text collate "C" not null primary key,
      asked bigint not null,
      answered bigint not null
    )`,
    `grant select, insert, update on interlock.leases to ${applicationRole}`,
    `grant select, insert, update, delete on interlock.wakes to ${applicationRole}`,
  ],
};

const requests: Migration = {
  name: 'keys of requests',
  statements: [
    `create table interlock.request_keys (
      caller text collate "C" not null,
      key text collate "C" not null,
      digest text not null check (length(digest) = 64),
      status integer,
      headers text,
      body text,
      claimed_until bigint not null,
      created_at bigint not null,
      primary key (caller, key)
    )`,
    'create index request_keys_by_age on interlock.request_keys (created_at)',
    `grant select, insert, update, delete on interlock.request_keys to ${applicationRole}`,
  ],
};

/** What lets an older build go on beside newer tables, or tells it to stop. */
const oldest: Migration = {
  name: 'the oldest build that may work on each step',
  statements: ['alter table interlock.migrations add column oldest integer'],
};

export const postgresMigrations: readonly Migration[] = [
  tables,
  role,
  identity,
  work,
  requests,
  oldest,
];
