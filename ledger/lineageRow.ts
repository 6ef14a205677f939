/**
 * The rows of the lineage: what each thing that happened says of itself. How events become rows is in lineage.ts.
 */
import type { Report } from './facts.ts';
import type { Use } from './modelCost.ts';
import type { Id, Instant } from './vocabulary.ts';

/** What a row says besides where and when. Ids link rows to each other. */
export type LineageItem =
  | { readonly kind: 'declaration'; readonly by: string; readonly asLead: boolean }
  | {
      readonly kind: 'report';
      readonly reportId: Id;
      readonly source: Id;
      readonly sourceEventId: string;
      readonly reporter: Id;
      /** Made while acting on a packet that was no longer the current one. */
      readonly underOldOrders: boolean;
      readonly text: string;
    }
  | {
      readonly kind: 'fact';
      readonly factId: Id;
      readonly reportId: Id;
      readonly subject: string;
      readonly assertion: Report['facts'][number]['assertion']['kind'];
      readonly text: string;
    }
  | {
      readonly kind: 'ruling';
      readonly factId: Id;
      readonly proposalId: Id;
      readonly ruling: string;
      readonly code: string | null;
    }
  | {
      /** It was accepted once; `against` is the fact through which that proved wrong. */
      readonly kind: 'held_again';
      readonly factId: Id;
      readonly code: string;
      readonly against: Id | null;
    }
  | {
      /** It was held for want of authority; `against` is the fact that shows it was there. It is ruled on anew. */
      readonly kind: 'heard_again';
      readonly factId: Id;
      readonly against: Id | null;
    }
  | { readonly kind: 'run'; readonly runId: Id; readonly became: string }
  | {
      readonly kind: 'proposal';
      readonly proposalId: Id;
      readonly runId: Id;
      readonly agent: string;
      readonly attempt: number;
      /** `model`, `deterministic`, or `model_failed`: the deterministic one in a model's place. */
      readonly mind: 'model' | 'deterministic' | 'model_failed';
    }
  | {
      readonly kind: 'model';
      readonly askId: Id;
      /** `asked`, or how it ended. */
      readonly became: string;
      /** Known when it is asked. */
      readonly about: { readonly runId: Id; readonly agent: string; readonly model: string } | null;
      /** Known when it has ended. */
      readonly used: Use | null;
    }
  | {
      readonly kind: 'verdict';
      readonly proposalId: Id;
      readonly clean: boolean;
      readonly codes: readonly string[];
    }
  | {
      readonly kind: 'packet';
      readonly packetId: Id;
      readonly became: string;
      readonly version: number | null;
      readonly checkCode: string | null;
    }
  | {
      readonly kind: 'explanation';
      readonly packetHash: string;
      readonly holds: number;
      /** What was untrue in it; empty when it is shown. */
      readonly codes: readonly string[];
    }
  | {
      readonly kind: 'decision';
      readonly packetId: Id;
      readonly decision: 'adopted' | 'declined';
      readonly by: string;
      readonly reason: string | null;
    }
  | {
      readonly kind: 'refusal';
      readonly of: 'report' | 'adopt' | 'decline' | 'acknowledge';
      readonly named: string;
      readonly code: string;
      readonly by: string;
    }
  | {
      readonly kind: 'notice';
      readonly noticeId: Id;
      readonly became: 'queued' | 'attempted' | 'sent' | 'failed' | 'suppressed';
      readonly version: number;
      readonly person: Id;
      /** Null before a channel is chosen. */
      readonly channel: string | null;
      /** Why it failed or is not sent; null otherwise. */
      readonly reason: string | null;
      /** It may have got through although nobody knows, or twice. */
      readonly doubtful: boolean;
    }
  | {
      readonly kind: 'acknowledgement';
      readonly packetId: Id;
      readonly version: number;
      readonly person: Id;
    };

export type LineageRow = {
  readonly version: number;
  readonly recordedAt: Instant;
  /** When it became true: what the source says of a report or fact, else when it was recorded. */
  readonly occurredAt: Instant;
  readonly item: LineageItem;
};
