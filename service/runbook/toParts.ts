/**
 * People, authority, boundaries, guardrails and the other parts of a runbook file as the plan has them. A part with
 * something unreadable in it is left out of the plan and found, so that the rest is still looked at.
 */
import {
  Contact,
  type Authority,
  type Boundary,
  type Guardrail,
  type Person,
  type Plan,
  type Policy,
  type ReviewSpacing,
} from '../../ledger/plan.ts';
import { Instant } from '../../ledger/vocabulary.ts';
import type { z } from 'zod';
import { type Desk, instant, intervalOf, spanOf } from './clock.ts';
import type { FilePath } from './problems.ts';
import type { RunbookText } from './format.ts';
import { minutesOf, whole } from './toCheckpoint.ts';

/** The earliest instant there is: a boundary without "stated" is in force from the beginning. */
const beginning: z.infer<typeof Instant> = Instant.minValue ?? 0;

type ContactsText = NonNullable<RunbookText['people'][string]['contacts']>;

/** Contacts in the order in which the file lists them. */
const contactsOf = (given: ContactsText): Person['contacts'] =>
  Object.entries(given).flatMap(([key, address]) => {
    const channel = Contact.shape.channel.options.find((known) => known === key);
    return channel === undefined ? [] : [{ channel, address }];
  });

type PersonText = RunbookText['people'][string];

function personOf(id: string, { name, contacts, working }: PersonText, desk: Desk): Person | null {
  const path = ['people', id, 'working'];
  const given = working === undefined ? [] : Array.isArray(working) ? working : [working];
  const spans = given.map((item, index) =>
    spanOf(
      item,
      {
        file: Array.isArray(working) ? [...path, index] : path,
        plan: `people/${id}/working/${index}`,
      },
      desk,
    ),
  );
  const read = whole(spans);
  return read === null ? null : { id, name, contacts: contactsOf(contacts ?? {}), working: read };
}

type AuthorityText = RunbookText['authority'][number];

/** The id a row has when the file gives it none. */
export const authorityIdOf = ({ id, role, checkpoint }: AuthorityText): string =>
  id ?? (checkpoint === undefined || checkpoint === 'all' ? role : `${role}:${checkpoint}`);

function authorityOf(text: AuthorityText, index: number, desk: Desk): Authority | null {
  const id = authorityIdOf(text);
  const base = ['authority', index];
  const given = typeof text.holders === 'string' ? [text.holders] : text.holders;
  const holders = given.map((item, at) => {
    const { person, ...span } = typeof item === 'string' ? { person: item } : item;
    const place = { file: [...base, 'holders', at], plan: `authority/${id}/holders/${at}` };
    const interval = intervalOf(span, place, { desk });
    return interval === null ? null : { person, ...interval };
  });
  const delegates = (text.delegates ?? []).map(({ person, grantedBy, ...span }, at) => {
    const place = { file: [...base, 'delegates', at], plan: `authority/${id}/delegates/${at}` };
    const interval = intervalOf(span, place, { desk });
    return interval === null ? null : { person, grantedBy, ...interval };
  });
  const [held, delegated] = [whole(holders), whole(delegates)];
  if (held === null || delegated === null) return null;
  return {
    id,
    role: text.role,
    checkpoint: text.checkpoint ?? 'all',
    holders: held,
    delegates: delegated,
    chainsAllowed: text.chains ?? false,
  };
}

type BoundaryText = NonNullable<RunbookText['boundaries']>[string];

function boundaryOf(id: string, text: BoundaryText, desk: Desk): Boundary | null {
  const file = ['boundaries', id];
  const interval = intervalOf(text, { file, plan: `boundaries/${id}` }, { desk });
  const statedAt =
    text.stated === undefined
      ? beginning
      : instant(
          text.stated,
          { file: [...file, 'stated'], plan: `boundaries/${id}/statedAt` },
          desk,
        );
  if (interval === null || statedAt === null) return null;
  return {
    id,
    name: text.name ?? id,
    kind: text.kind,
    level: text.level ?? 'cutover',
    ...interval,
    binds: text.binds ?? 'all',
    exemptRoles: text.exemptRoles ?? [],
    statedAt,
  };
}

type GuardrailText = NonNullable<RunbookText['guardrails']>[string];

function guardrailOf(id: string, text: GuardrailText, desk: Desk): Guardrail | null {
  const file = ['guardrails', id];
  const rollbackMinutes = minutesOf(text.rollback, [...file, 'rollback'], desk);
  const mustEndAt = instant(
    text.mustEnd,
    { file: [...file, 'mustEnd'], plan: `guardrails/${id}/mustEndAt` },
    desk,
  );
  return rollbackMinutes === null || mustEndAt === null
    ? null
    : { id, pointOfNoReturn: text.pointOfNoReturn, rollbackMinutes, mustEndAt };
}

function spacingsOf(text: RunbookText, desk: Desk): (ReviewSpacing | null)[] {
  return Object.entries(text.reviewSpacings ?? {}).map(([id, { checkpoints, apart }]) => {
    const minutes = minutesOf(apart, ['reviewSpacings', id, 'apart'], desk);
    return minutes === null ? null : { id, checkpoints, minutes };
  });
}

function policyOf(given: RunbookText['policy'], desk: Desk): Policy {
  const minutes = (length: string | number | undefined, key: string, otherwise: number): number => {
    const path: FilePath = ['policy', key];
    return length === undefined ? otherwise : (minutesOf(length, path, desk) ?? otherwise);
  };
  return {
    slipToleranceMinutes: minutes(given?.slipTolerance, 'slipTolerance', 10),
    reviewMinutes: minutes(given?.review, 'review', 0),
    requestValidMinutes: minutes(given?.requestValid, 'requestValid', 60),
    exceptions: given?.exceptions ?? [],
  };
}

const readable = <T>(items: readonly (T | null)[]): T[] => items.filter((item) => item !== null);

/** Every part of the plan but its head and its checkpoints. */
export function partsOf(text: RunbookText, desk: Desk) {
  const entries = <T>(record: Readonly<Record<string, T>> | undefined): [string, T][] =>
    Object.entries(record ?? {});
  return {
    boundaries: readable(entries(text.boundaries).map(([id, item]) => boundaryOf(id, item, desk))),
    guardrails: readable(entries(text.guardrails).map(([id, item]) => guardrailOf(id, item, desk))),
    roles: entries(text.roles).map(([id, name]) => ({ id, name })),
    people: readable(entries(text.people).map(([id, item]) => personOf(id, item, desk))),
    authority: readable(text.authority.map((item, index) => authorityOf(item, index, desk))),
    separations: entries(text.separations).map(([id, checkpoints]) => ({ id, checkpoints })),
    reviewSpacings: readable(spacingsOf(text, desk)),
    sources: entries(text.sources).map(([id, { name, rank, facts, reporters }]) => ({
      id,
      name,
      rank,
      facts: facts === 'all' ? ['all'] : [...facts],
      reporters,
    })),
    conditions: entries(text.conditions).map(([id, { name, met, settledBy }]) => ({
      id,
      name,
      met: met ?? false,
      settledBy,
    })),
    policy: policyOf(text.policy, desk),
  } satisfies Partial<Plan>;
}
