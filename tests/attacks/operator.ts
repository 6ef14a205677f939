/**
 * What an attack is made of: one operator changes one thing of a proposal. It answers null where there is nothing of
 * the kind to change. No operator knows whether its result is safe: the oracle does.
 */
import type { Proposal } from '../../ledger/proposal.ts';
import type { Dice } from '../support/problems.ts';
import type { Stage } from './stage.ts';

export type Family = 'order' | 'window' | 'authority' | 'binding' | 'scope' | 'protocol';

export type Operator<Draft> = {
  readonly name: string;
  readonly family: Family;
  readonly apply: (
    draft: Draft,
    at: { readonly stage: Stage; readonly roll: Dice },
  ) => Draft | null;
};

/** An operator on one agent's body as one on the whole proposal; null for the bodies of others. */
export const onBody =
  <Agent extends Proposal['body']['agent']>(
    agent: Agent,
    apply: Operator<Extract<Proposal['body'], { agent: Agent }>>['apply'],
  ): Operator<Proposal>['apply'] =>
  (proposal, at) => {
    const body = apply(bodyOf(proposal, agent) ?? failed(agent), at);
    return body === null ? null : { ...proposal, body };
  };

const failed = (agent: string): never => {
  throw new Error(`an operator on ${agent} was used on another body`);
};

function bodyOf<Agent extends Proposal['body']['agent']>(
  { body }: Proposal,
  agent: Agent,
): Extract<Proposal['body'], { agent: Agent }> | null {
  return isOf(body, agent) ? body : null;
}

function isOf<Agent extends Proposal['body']['agent']>(
  body: Proposal['body'],
  agent: Agent,
): body is Extract<Proposal['body'], { agent: Agent }> {
  return body.agent === agent;
}

/** One item of a list, or undefined when it is empty. */
export const some = <T>(roll: Dice, list: readonly T[]): T | undefined =>
  list[Math.floor(roll() * list.length)];

/** The list with one item made into another, or left out. */
export const withOne = <T>(list: readonly T[], chosen: T, made: T | null): T[] =>
  list.flatMap((item) => (item === chosen ? (made === null ? [] : [made]) : [item]));

/** What an operator of this name attacks, in a table of operators that attack several things. */
export const familyOf = (name: string): Family => {
  if (/version|supersede|hash|id|night|instant|basis|position|mind|replay|another$/.test(name)) {
    return 'binding';
  }
  return /owner|believe|read_|lifted|acknowledge|tell|silence/.test(name) ? 'authority' : 'order';
};
