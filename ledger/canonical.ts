/**
 * Canonical bytes and digests: RFC 8785 JSON, SHA-256, each digest in its own domain so that no digest of one
 * kind can ever pass for another. Numbers that JSON cannot carry are refused, never rounded.
 */
import canonicalize from 'canonicalize';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Digest } from './vocabulary.ts';

export type DigestDomain =
  | 'event'
  | 'packet'
  | 'basis'
  | 'report'
  | 'plan'
  | 'state'
  | 'proposal'
  | 'rules'
  | 'prompt'
  | 'checkpoint-of-ledger';

/** A lone surrogate is the only thing that JSON text escapes in this way; an escaped backslash is not one. */
const loneSurrogate = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;

/** RFC 8785 text of a JSON value. Throws on NaN, infinities, cycles and lone surrogates. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('this value has no canonical JSON');
  if (loneSurrogate.test(text)) throw new TypeError('a lone surrogate has no canonical JSON');
  return text;
}

/** SHA-256 of `interlock/v1/<domain>` + newline + text that is canonical JSON already, as lower-case hex. */
export const digestOfText = (domain: DigestDomain, canonical: string): Digest =>
  bytesToHex(sha256(utf8ToBytes(`interlock/v1/${domain}\n${canonical}`)));

/** The same of a JSON value. */
export const digestOf = (domain: DigestDomain, value: unknown): Digest =>
  digestOfText(domain, canonicalJson(value));

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight Crockford base-32 letters (40 bits of the hash), to read back on a bridge call: `K7QF-2M9D`. */
export function checkCodeOf(packetHash: Digest): string {
  const bits = BigInt(`0x${packetHash.slice(0, 10)}`);
  const code = Array.from(
    { length: 8 },
    (_, index) => letters[Number((bits >> BigInt(35 - 5 * index)) & 31n)],
  );
  return `${code.slice(0, 4).join('')}-${code.slice(4).join('')}`;
}
