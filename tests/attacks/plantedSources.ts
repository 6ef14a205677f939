/**
 * Planted bugs (C54) in the sources themselves: one slip each, made in the text of a module as a run of the tests loads
 * it, and the named test that has to turn red for it. Nothing that ships can switch one on. A slip whose place is not found
 * any more fails the run, so that none goes stale unseen.
 */
type Slip = { readonly file: string; readonly from: string; readonly to: string };

export type SourceBug = {
  readonly slips: readonly Slip[];
  /** The file of the test that finds it, and a part of that test's name. */
  readonly file: string;
  readonly test: string;
};

const approvals = 'tests/claims.approval.test.ts';
const quiet = 'tests/claims.notices.quiet.test.ts';
const doubts = 'tests/claims.notices.doubt.test.ts';
const relays = 'tests/claims.notices.relay.test.ts';

export const sourceBugs: Readonly<Record<string, SourceBug>> = {
  'SQLite flushes when it likes (NORMAL)': {
    slips: [
      {
        file: 'ledger/stores/sqlite.ts',
        from: "'synchronous = FULL'",
        to: "'synchronous = NORMAL'",
      },
      { file: 'ledger/stores/sqlite.ts', from: 'synchronous === full', to: 'synchronous !== 0' },
    ],
    file: 'ledger/stores/sqlite.test.ts',
    test: 'C2: is FULL on every connection of the store',
  },
  'a PostgreSQL that acknowledges before it flushes is opened': {
    slips: [
      {
        file: 'ledger/stores/postgresServer.ts',
        from: "server.synchronous_commit === 'off'",
        to: "server.synchronous_commit === 'never'",
      },
    ],
    file: 'ledger/stores/postgres.test.ts',
    test: 'C2: on which commits do not wait',
  },
  'the relay goes by a cursor and passes over what commits behind it': {
    slips: [
      {
        file: 'service/notices/sweep.ts',
        from: 'const known = seen.get(cutoverId);',
        to: `const known = seen.get(cutoverId);
      const cursor = Math.max(0, ...[...seen.values()].map((one) => one.version));
      if (version < cursor) return;`,
      },
    ],
    file: relays,
    test: 'an early transaction that commits last is sent',
  },
  'a claim keeps no other relay away': {
    slips: [
      {
        file: 'ledger/notifying.ts',
        from: '(sendings[channel]?.claimedUntil ?? 0) > now',
        to: '(sendings[channel]?.claimedUntil ?? 0) > now + 1e15',
      },
    ],
    file: relays,
    test: 'two relays at once never send one notice twice',
  },
  'bytes are not compared when a packet is adopted': {
    slips: [
      {
        file: 'ledger/deciding.ts',
        from: "binding.packetHash !== packetHash || digestOf('packet', packet) !== packetHash",
        to: 'binding.packetHash === packet.packetId',
      },
    ],
    file: approvals,
    test: 'one-step changes of the stored packet are refused',
  },
  'facts are not compared when a packet is adopted': {
    slips: [
      {
        file: 'ledger/deciding.ts',
        from: 'request.basisDigest !== context.judge.basisDigest(state)',
        to: 'request.basisDigest === request.nonce',
      },
    ],
    // The rule book looks again behind it, so that what is adopted stays sound; the refusal is not the true one.
    file: 'ledger/deciding.test.ts',
    test: 'basis_moved: a fact that moved its basis voids it, ruled on or not',
  },
  'a refused decision leaves no record': {
    slips: [
      {
        file: 'ledger/deciding.ts',
        from: 'return no === null ? accept(...effects(pending)) : refuse(asked, no, at);',
        to: 'return no === null ? accept(...effects(pending)) : { ...refuse(asked, no, at), events: [] };',
      },
    ],
    file: approvals,
    test: 'one-step changes of the stored packet are refused',
  },
  'who reported may adopt what it led to': {
    slips: [
      {
        file: 'constraints/duties.ts',
        from: 'newlyStoodOn(state).some(',
        to: 'newlyStoodOn(state).slice(1).every(',
      },
    ],
    file: approvals,
    test: 'every actor × action after',
  },
  'a run is resumed on the word of anybody that it was decided': {
    slips: [{ file: 'graph/run.ts', from: '|| !isDecision(event.body)', to: '' }],
    file: 'tests/graph.resume.test.ts',
    test: 'refuses every position at which the ledger holds no decision',
  },
  'a run of another graph version is gone on with': {
    slips: [
      {
        file: 'graph/run.ts',
        from: 'state.run.graphVersion !== graphVersion',
        to: "state.run.graphVersion === ''",
      },
    ],
    file: 'tests/graph.loop.test.ts',
    test: 'is never continued: its run ends and another one proposes again',
  },
  'what arrives last is believed': {
    slips: [
      {
        file: 'constraints/readinessNewest.ts',
        from: 'switch (ageAgainst(told, known)) {',
        to: "switch ('newer' as ReturnType<typeof ageAgainst>) {",
      },
      {
        file: 'constraints/readinessNewest.ts',
        from: "return told.occurredAt < known.occurredAt ? 'authorities_disagree' : null;",
        to: 'return null;',
      },
    ],
    file: 'tests/claims.reports.test.ts',
    test: 'gives the same facts, or a conflict that a human is shown',
  },
  'an event is not bound to the one before it': {
    slips: [
      {
        file: 'ledger/verify.ts',
        from: "if (event.previousHash !== before.hash) return 'wrong_link';",
        to: '',
      },
    ],
    file: 'tests/store.tamper.test.ts',
    test: 'is found in 200 of 200 random cases',
  },
  'names go into a notice as somebody wrote them': {
    slips: [
      {
        file: 'service/notices/letter.ts',
        from: 'checkpoint: (id) => plainName(names.checkpoint(id))',
        to: 'checkpoint: (id) => names.checkpoint(id)',
      },
    ],
    file: quiet,
    test: 'a letter holds the version, the check code and the own lines',
  },
  'an empty allow list allows everybody': {
    slips: [
      { file: 'service/notices/addresses.ts', from: 'rules.some((rule)', to: 'rules.every((rule)' },
    ],
    file: quiet,
    test: 'an empty allow list lets nobody through',
  },
  'a window holds any number of messages': {
    slips: [
      {
        file: 'ledger/notifying.ts',
        from: 'return first === undefined ? 0 : first + windowSeconds * secondMs;',
        to: 'return first === undefined ? 0 : first * 0 * windowSeconds * secondMs;',
      },
    ],
    file: quiet,
    test: '500 changes a minute give at most',
  },
  'a webhook has another id each time it is sent': {
    slips: [
      {
        file: 'service/notices/webhook.ts',
        from: 'JSON.stringify([cutoverId, noticeId, version])',
        to: 'JSON.stringify([cutoverId, noticeId, version, performance.now()])',
      },
    ],
    file: doubts,
    test: 'is signed, and has one effect however often its answer is lost',
  },
  'a conversation is not searched before a post is repeated': {
    slips: [
      {
        file: 'service/notices/slack.ts',
        from: 'if (notice_id === letter.noticeId &&',
        to: "if (notice_id === '' &&",
      },
    ],
    file: doubts,
    test: 'a post whose answer was lost is looked up and found',
  },
  'any signature of a hook will do': {
    slips: [
      {
        file: 'service/hooks/verify.ts',
        from: 'wanted.map((other) => same(one, other)).includes(true)',
        to: 'wanted.map((other) => same(one, other)).length > 0',
      },
    ],
    file: 'tests/claims.hooks.test.ts',
    test: 'fails with any one bit of its body flipped, cut or added to',
  },
};

/** The text of a module with the slip of this bug in it; null when the bug is elsewhere. Throws when its place is gone. */
export function withSlip(name: string, path: string, text: string): string | null {
  const slips = sourceBugs[name]?.slips.filter(({ file }) => path.endsWith(`/${file}`)) ?? [];
  if (slips.length === 0) return null;
  return slips.reduce((code, { file, from, to }) => {
    if (!code.includes(from)) throw new Error(`${name}: ${file} does not say "${from}" any more`);
    return code.replace(from, to);
  }, text);
}
