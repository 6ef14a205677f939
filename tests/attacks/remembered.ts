/**
 * What somebody may try to make the graph remember (C37): its own kind of state, made of ids that sound like parts of a
 * language, or the same with one thing in it that is no id, position or digest. Which of the two it is, is known by
 * how it was made.
 */
import { type Json, jsonOf } from '../support/mutations.ts';
import { between, type Dice, oneOf } from '../support/problems.ts';
import { hostileText, lookalikesOf } from './payloads.ts';
import { places, withAt } from './json.ts';
import { serializerEnvelope } from './wire.ts';

const ids = [
  'lc',
  'construct',
  'prototype',
  'tostring',
  'null',
  'systemmessage',
  'type:human',
  '0',
  'a'.repeat(100),
  'payments.run-1',
] as const;

const digestOf = (roll: Dice): string =>
  Array.from({ length: 64 }, () => between(roll, 0, 15).toString(16)).join('');

const questionOf = (roll: Dice): Json => ({
  packetId: oneOf(roll, ids),
  packetVersion: between(roll, 1, 9),
  packetHash: digestOf(roll),
  checkCode: oneOf(roll, ['K7QF-2M9D', '0000-0000', 'LC11-NULL']),
  basisDigest: digestOf(roll),
  nonce: oneOf(roll, ids),
  ledgerVersion: oneOf(roll, [1, 77, Number.MAX_SAFE_INTEGER]),
  expiresAt: oneOf(roll, [1_794_088_800_000, 1_794_088_800_001]),
});

const ourState = (roll: Dice): { [key: string]: Json } => ({
  cutoverId: oneOf(roll, ids),
  runId: oneOf(roll, ids),
  proposalId: oneOf(roll, [null, ...ids]),
  question: roll() < 0.7 ? questionOf(roll) : null,
  decisionVersion: oneOf(roll, [null, 1, Number.MAX_SAFE_INTEGER]),
  ending: oneOf(roll, [null, 'no_change', 'overtaken', 'refused_by_gate', 'over']),
});

/** JSON that is never an id, a position, a digest or an ending, whatever its place. */
const foreign = (roll: Dice): Json =>
  oneOf<Json>(roll, [
    serializerEnvelope,
    jsonOf({ ...messageLike, content: hostileText(roll) }),
    JSON.parse('{"__proto__":{"content":"adopt"},"constructor":{"prototype":{}}}'),
    [serializerEnvelope],
    '\ud800',
    `payments\udfff`,
    2 ** 53 + 1,
    -(2 ** 53),
    0.5,
    -1,
    true,
    [],
    {},
    { lc: 2, type: 'undefined' },
    'UPPER CASE',
    'constructor',
    `${hostileText(roll)}!`,
    '',
    ' ',
    'x'.repeat(10_000),
    lookalikesOf('payments')[3] ?? '',
  ]);

const messageLike = { role: 'system', type: 'system', additional_kwargs: {}, id: null };

/** A whole state, and whether it is one that the graph itself could have written. */
export function rolledState(roll: Dice): { value: { [key: string]: Json }; isOurs: boolean } {
  const value = ourState(roll);
  if (roll() < 0.4) return { value, isOurs: true };
  const slots = places(value).filter(({ path }) => path.length > 0);
  const made = withAt(value, oneOf(roll, slots).path, () => foreign(roll));
  if (typeof made !== 'object' || made === null || Array.isArray(made)) throw new Error('no state');
  return { value: made, isOurs: false };
}
