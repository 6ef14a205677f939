/**
 * What a mind may ask a model, and what comes back: one question, one answer or one list of tool calls. It names no
 * vendor; model.ts is the one adapter.
 */
import type { ModelOutcome } from '../ledger/modelCost.ts';

/** One turn of the talk. `outside` text is only ever inside a `user` or `tool` turn. */
export type Turn =
  | { readonly by: 'system' | 'user'; readonly text: string }
  | { readonly by: 'model'; readonly text: string; readonly calls: readonly ToolCall[] }
  | { readonly by: 'tool'; readonly callId: string; readonly text: string };

export type ToolCall = { readonly id: string; readonly name: string; readonly input: unknown };

/** A JSON Schema in the subset that strict mode takes. */
export type StrictSchema = { readonly [key: string]: unknown };

export type ToolSpec = {
  readonly name: string;
  readonly description: string;
  readonly parameters: StrictSchema;
};

export type Question = {
  readonly turns: readonly Turn[];
  readonly schema: { readonly name: string; readonly json: StrictSchema };
  readonly tools: readonly ToolSpec[];
  readonly maxOutputTokens: number;
  /** Whether a text is an answer at all: one that is not counts against the endpoint like no answer. */
  readonly reads: (text: string) => boolean;
  readonly signal: AbortSignal;
};

/** What one call cost, as the endpoint tells it; null where it does not. */
export type Tokens = { readonly input: number; readonly output: number };

export type Reply = {
  readonly text: string;
  readonly calls: readonly ToolCall[];
  readonly tokens: Tokens | null;
};

export type ModelPort = {
  readonly model: string;
  /** False while the circuit is open (too many failures in a row, not long ago), or as many ask as may at a time. */
  available(): boolean;
  /** One request, never repeated. Throws ModelTrouble, whatever went wrong. */
  ask(question: Question): Promise<Reply>;
};

/** The model did not answer as it must. The turn goes to the deterministic mind. */
export class ModelTrouble extends Error {
  override readonly name = 'ModelTrouble';
  readonly outcome: ModelOutcome;
  readonly tokens: Tokens | null;
  constructor(outcome: ModelOutcome, message: string, tokens: Tokens | null = null) {
    super(message);
    this.outcome = outcome;
    this.tokens = tokens;
  }
}
