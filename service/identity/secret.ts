/**
 * Secrets of 256 random bits, kept as their SHA-256 only. A slow hash is for words that people choose; nobody can
 * guess one of these. Looking a secret up by its hash compares nothing that an attacker can time.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Digest } from '../../ledger/vocabulary.ts';

/** Every machine token begins with it, so that scanners of code and logs can find one that leaked. */
const tokenPrefix = 'interlock_token_';

/** 32 random bytes are 43 characters of base64url. */
const tokenForm = new RegExp(`^${tokenPrefix}[A-Za-z0-9_-]{43}$`);

/** A fresh secret of 256 random bits as base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');

export const newTokenSecret = (): string => `${tokenPrefix}${newSecret()}`;

/** Whether this could be a machine token at all, so that other text is never looked up. */
export const isTokenSecret = (text: string): boolean => tokenForm.test(text);

/** What is kept of a secret. */
export const hashOfSecret = (secret: string): Digest =>
  createHash('sha256').update(secret, 'utf8').digest('hex');
