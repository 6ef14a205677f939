/**
 * The link with which a person acknowledges from a message: signed, of one person and one packet version, and over
 * after some hours. What makes it single-use is the ledger, which takes each acknowledgement once.
 */
import { jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { Id, type Instant, minuteMs, secondMs } from '../../ledger/vocabulary.ts';
import type { Letter } from './letter.ts';

export type AckSettings = {
  /** Where people reach this service: `https://interlock.example.test`. */
  readonly publicUrl: string;
  /** At least 32 characters. */
  readonly secret: string;
  readonly validMinutes: number;
};

const Claims = z.strictObject({
  iss: z.literal('interlock'),
  aud: z.literal('interlock-ack'),
  sub: Id,
  jti: Id,
  iat: z.int(),
  exp: z.int(),
  cutover: Id,
  packet: Id,
  version: z.int().min(1),
});

/** What a link stands for. */
export type AckClaim = {
  readonly cutoverId: Id;
  readonly person: Id;
  readonly packetId: Id;
  readonly version: number;
  readonly noticeId: Id;
  /** When the message was written: its link, and any that follows from it, ends a fixed time after. */
  readonly issuedAt: Instant;
};

const keyOf = (secret: string): Uint8Array => new TextEncoder().encode(secret);

/** The token of a claim. The same claim gives the same token. */
export function ackToken(
  { cutoverId, person, packetId, version, noticeId, issuedAt }: AckClaim,
  { secret, validMinutes }: Pick<AckSettings, 'secret' | 'validMinutes'>,
): Promise<string> {
  const from = Math.floor(issuedAt / secondMs);
  return new SignJWT({ cutover: cutoverId, packet: packetId, version })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('interlock')
    .setAudience('interlock-ack')
    .setSubject(person)
    .setJti(noticeId)
    .setIssuedAt(from)
    .setExpirationTime(from + (validMinutes * minuteMs) / secondMs)
    .sign(keyOf(secret));
}

/** The link that goes into a message. */
export async function ackUrlOf(letter: Letter, settings: AckSettings): Promise<string> {
  const token = await ackToken({ ...letter, issuedAt: letter.queuedAt }, settings);
  return `${settings.publicUrl.replace(/\/+$/, '')}/ack/${token}`;
}

/** What a token stands for, or why it stands for nothing. Never throws. */
export async function readAckToken(
  token: string,
  now: number,
  { secret }: Pick<AckSettings, 'secret'>,
): Promise<AckClaim | 'expired' | 'invalid'> {
  try {
    const { payload } = await jwtVerify(token, keyOf(secret), {
      algorithms: ['HS256'],
      issuer: 'interlock',
      audience: 'interlock-ack',
      currentDate: new Date(now),
    });
    const { cutover, sub, packet, version, jti, iat } = Claims.parse(payload);
    const issuedAt = iat * secondMs;
    return { cutoverId: cutover, person: sub, packetId: packet, version, noticeId: jti, issuedAt };
  } catch (error) {
    const isLate = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
    return isLate ? 'expired' : 'invalid';
  }
}
