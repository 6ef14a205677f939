/** The kinds of fact in the order of the ledger's closed union, for schemas and messages. */
import { Assertion } from '../../ledger/facts.ts';

export const factKinds = Assertion.options.map((option) => option.shape.kind.value);
