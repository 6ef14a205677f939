/**
 * Who calls: a person with a session, a machine with a token, or nobody known. It knows no roles: what a person may
 * do to a cutover is the ledger's authority mapping and nothing else.
 */
import { z } from 'zod';
import type { Id, Instant } from '../../ledger/vocabulary.ts';

/** What a token may do. There is none to decide: only people adopt, decline, acknowledge or grant. */
export const Scope = z.enum(['report', 'read']);
export type Scope = z.infer<typeof Scope>;

/** Why a credential that was shown does not count. */
export type Unproven =
  | 'token_malformed'
  | 'token_unknown'
  | 'token_revoked'
  | 'token_expired'
  | 'two_credentials'
  | 'session_unknown'
  | 'session_ended'
  | 'session_expired'
  | 'cross_site'
  | 'wrong_host';

export type Caller =
  | {
      readonly kind: 'person';
      readonly person: Id;
      readonly issuer: string;
      readonly authenticatedAt: Instant;
      readonly session: string;
    }
  | {
      readonly kind: 'machine';
      readonly token: Id;
      readonly source: Id;
      readonly scopes: readonly Scope[];
      readonly cutovers: readonly Id[] | 'any';
    }
  /** `because` is there when a credential was shown and does not count. */
  | { readonly kind: 'anonymous'; readonly because?: Unproven };

/** Finds out who sends a request. A credential that does not count makes an anonymous caller; only trouble of the store throws. */
export type Authenticate = (request: Request) => Promise<Caller>;
