/**
 * Who speaks next: a pure, exhaustive function of where the run stands in the ledger. It knows no rule of any
 * runbook and reads nothing; look.ts makes the view, the supervisor node obeys the answer.
 */
import type { AgentName } from '../ledger/vocabulary.ts';

/**
 * Where one agent stands on the facts as they are now. `refused` counts its refused proposals on them, by mind;
 * proposals made on facts that have since moved do not count.
 */
export type Standing =
  | { readonly at: 'silent' }
  | { readonly at: 'unjudged' }
  | { readonly at: 'clean' }
  | { readonly at: 'refused'; readonly model: number; readonly deterministic: number };

export type View = {
  /** Whether the ledger has this run open, or a request of it waiting. */
  readonly open: boolean;
  /** Whether facts wait for a ruling. */
  readonly waiting: boolean;
  /** The packet before the lead: none, this run's and still true, this run's and no longer so, or another run's. */
  readonly pending: 'none' | 'mine' | 'mine_lapsed' | 'other';
  readonly standing: { readonly [Name in AgentName]: Standing };
  /** Whether the holds of this run's packet have been explained, or have nothing to explain. */
  readonly explained: boolean;
  /** Whether the clean timeline and holds change a time, order, owner or hold of what is pending or current. */
  readonly differs: boolean;
  /** Whether the clock has moved a whole tick since the instant this run reasons about. */
  readonly late: boolean;
};

/** `over`: nothing is left for this run to say; the ledger tells how it ended or starts another. */
export type Ending = 'no_change' | 'overtaken' | 'refused_by_gate' | 'over';

/** `mind` says whom to ask: the agent in place, or the deterministic mind that takes over from a failed model. */
export type Step =
  | { readonly to: 'agent'; readonly name: AgentName; readonly mind: 'own' | 'deterministic' }
  | { readonly to: 'gate'; readonly name: AgentName }
  | { readonly to: 'explain' }
  | { readonly to: 'approval' }
  | { readonly to: 'end'; readonly ending: Ending };

/** A model is told what the gate refused at most this often; then the deterministic mind takes over. */
const modelRepairs = 2;
/** The resequencer's second answer is the order-keeping list schedule; the other minds have only one. */
const deterministicTries: { readonly [Name in AgentName]: number } = {
  readiness: 1,
  resequencing: 2,
  holds: 1,
  packet: 1,
};

/** The next step of an agent; null when it has a clean proposal. */
function turnOf(name: AgentName, { standing, late }: View): Step | null {
  const at = standing[name];
  switch (at.at) {
    case 'clean':
      return null;
    case 'silent':
      return { to: 'agent', name, mind: 'own' };
    case 'unjudged':
      return { to: 'gate', name };
    case 'refused': {
      if (at.deterministic >= deterministicTries[name]) {
        // What was true when the run began may be in the past by now: a new run looks again.
        return { to: 'end', ending: late ? 'overtaken' : 'refused_by_gate' };
      }
      const stillOwn = at.deterministic === 0 && at.model <= modelRepairs;
      return { to: 'agent', name, mind: stillOwn ? 'own' : 'deterministic' };
    }
  }
}

/** The timeline and the packet, once every fact is ruled on. */
function build(view: View): Step {
  const timeline = turnOf('resequencing', view) ?? turnOf('holds', view);
  if (timeline !== null) return timeline;
  if (!view.differs) return { to: 'end', ending: 'no_change' };
  // A clean packet is before the lead or already adopted; one that is neither was cleared: begin again.
  return turnOf('packet', view) ?? { to: 'end', ending: 'overtaken' };
}

/** The next step. Waiting facts come first: nothing is proposed on a ledger that has not been read. */
export function route(view: View): Step {
  if (!view.open) return { to: 'end', ending: 'over' };
  switch (view.pending) {
    case 'mine':
      return view.explained ? { to: 'approval' } : { to: 'explain' };
    case 'mine_lapsed':
      return { to: 'end', ending: 'over' };
    case 'none':
    case 'other':
      if (!view.waiting) return build(view);
      return turnOf('readiness', view) ?? { to: 'agent', name: 'readiness', mind: 'own' };
  }
}
