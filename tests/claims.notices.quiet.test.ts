/**
 * Who is told what and how often: C42 (nobody but affected, allow-listed people), C43 (no storm), C44 (no notice after
 * its successor). Simulated: a clock set by hand, a sink that keeps what it was given and fails when it is told to.
 */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noticesPerWindow } from '../ledger/outbox.ts';
import type { Plan } from '../ledger/plan.ts';
import { isAllowed, type Target } from '../service/notices/addresses.ts';
import { courseFor } from '../service/notices/course.ts';
import type { Relay } from '../service/notices/relay.ts';
import {
  failed,
  type Outgoing,
  sent,
  type Sink,
  type SinkResult,
} from '../service/notices/sink.ts';
import { plainLetter } from '../service/notices/plainLetter.ts';
import { checkpoint, minute, person, plan } from './support/build.ts';
import { scaled, takeYourTime } from './support/scale.ts';
import { type NoticeNight, noticeNight } from './support/sinksNight.ts';

takeYourTime();

type Delivery = { readonly outgoing: Outgoing; readonly at: number };
type Mood = 'well' | 'away' | 'takes_unanswered' | 'loses_unanswered' | 'takes_and_dies';

/** A sink that keeps what got through. */
function recorder(clock: { at: number }) {
  const delivered: Delivery[] = [];
  const mood: { now: Mood } = { now: 'well' };
  const take = (outgoing: Outgoing): void => void delivered.push({ outgoing, at: clock.at });
  const send = async (outgoing: Outgoing): Promise<SinkResult> => {
    switch (mood.now) {
      case 'well':
        take(outgoing);
        return sent(outgoing.letter);
      case 'away':
        return failed('unreachable');
      case 'takes_unanswered':
        take(outgoing);
        return failed('no_answer');
      case 'loses_unanswered':
        return failed('no_answer');
      case 'takes_and_dies':
        take(outgoing);
        throw new Error('the relay died here');
    }
  };
  const sink: Sink = {
    channel: 'email',
    takePlace: () => Promise.resolve(0),
    send,
    close: () => Promise.resolve(),
  };
  return { sink, delivered, mood };
}

const people = ['dev', 'lead', 'operator'] as const;
const threeOwners = (change: Partial<Plan> = {}): Plan =>
  plan(
    [
      checkpoint('cut', { approvedOwner: 'operator', observers: ['lead'] }),
      checkpoint('check', { approvedOwner: 'dev' }),
    ],
    { notices: 'on', ...change },
  );

/** Lets time pass until nothing waits. */
async function settle({ cutoverId, clock }: NoticeNight, relay: Relay): Promise<void> {
  for (let round = 0; round < 2_000; round += 1) {
    const next = await relay.drain(cutoverId).catch(() => clock.at + 1_000);
    if (next === null) return;
    clock.at = Math.max(clock.at + 1, next);
  }
  throw new Error('it never came to an end');
}

const moved = (by: number) => ({ startAt: minute(by), endAt: minute(by + 30) });

describe('C42: only affected, allow-listed recipients', () => {
  const domains = [
    'example.test',
    'example.org',
    'evil.test',
    'example.test.evil.test',
    'xn--e1afmkfd.test',
  ];
  const local = fc.constantFrom(
    'ops',
    'Ops',
    'o.p-s',
    'a+b',
    'ops%evil.test',
    '"a b"',
    'ops@x',
    'оps',
    '',
  );
  const tail = fc.constantFrom(
    '',
    '',
    '',
    ',a@evil.test',
    ' ',
    '\n',
    '\r\nBcc: a@evil.test',
    '>',
    ';',
    '\u200b',
    '\u202e',
    '\u0000',
  );
  const email = fc
    .tuple(
      local,
      fc.constantFrom(...domains, 'EXAMPLE.TEST', 'exаmple.test', 'example.test.'),
      tail,
    )
    .map(([name, domain, end]) => `${name}@${domain}${end}`);
  const slack = fc.constantFrom(
    'U0123456',
    'C0123456',
    '@ops',
    '#general',
    '<!channel>',
    'u0123456',
    'U0123456 ',
    'W0000000',
  );
  const webhook = fc.constantFrom(
    'https://hooks.example.test/in/a',
    'https://hooks.example.test/in/../admin',
    'https://hooks.example.test/other',
    'https://hooks.example.test.evil.test/in/a',
    'https://hooks.example.test@evil.test/in/a',
    'https://user:pass@hooks.example.test/in/a',
    'http://hooks.example.test/in/a',
    'https://hooks.example.test:8443/in/a',
    'https:\\\\hooks.example.test\\in\\a',
    'javascript:alert(1)',
    'https://hooks.example.test/in/%2e%2e/admin',
  );
  const contact = fc.oneof(
    fc.record({ channel: fc.constant('email' as const), address: fc.oneof(email, fc.string()) }),
    fc.record({ channel: fc.constant('slack' as const), address: fc.oneof(slack, fc.string()) }),
    fc.record({
      channel: fc.constant('webhook' as const),
      address: fc.oneof(webhook, fc.string()),
    }),
    fc.record({ channel: fc.constant('phone' as const), address: fc.string() }),
  );
  const allow: Target[] = [
    { channel: 'email', address: '*@example.test' },
    { channel: 'slack', address: 'U0123456' },
    { channel: 'webhook', address: 'https://hooks.example.test/in/' },
  ];
  /** Everything that may ever come out, written down by hand. */
  const right = (address: string): boolean =>
    /^(ops|Ops|o\.p-s|a\+b|[A-Za-z0-9][A-Za-z0-9.+_-]*)@example\.test$/.test(address) ||
    address === 'U0123456' ||
    address === 'https://hooks.example.test/in/a';

  it('no contact in any form leads outside the allow list', () => {
    let through = 0;
    fc.assert(
      fc.property(fc.array(contact, { maxLength: 4 }), (contacts) => {
        const of = threeOwners({ people: [person('operator', { contacts })] });
        const course = courseFor('operator', of, {
          allow,
          testRecipients: [],
          channels: new Set(['email', 'slack', 'webhook']),
        });
        if (course.kind === 'suppress') return;
        through += course.targets.length;
        expect(course.targets.filter(({ address }) => !right(address))).toEqual([]);
        const own = contacts.map(({ address }) => address);
        for (const { address } of course.targets) expect(own).toContain(address);
      }),
      { numRuns: scaled(10_000), seed: 42 },
    );
    expect(through).toBeGreaterThan(scaled(10_000) / 20);
  });

  it('an empty allow list lets nobody through', () => {
    expect(isAllowed({ channel: 'email', address: 'ops@example.test' }, [])).toBe(false);
  });

  it('whoever is told is exactly whom the difference of two packets affects, and the reason stands for the others', async () => {
    const night = await noticeNight(threeOwners());
    const { sink, delivered } = recorder(night.clock);
    const relay = night.relay([sink], { windowSeconds: 0 });
    await night.adopt({});
    await settle(night, relay);
    const change = fc.record(
      {
        cut: fc.integer({ min: 0, max: 9 }),
        check: fc.integer({ min: 0, max: 9 }),
        swap: fc.boolean(),
      },
      { noNullPrototype: true },
    );
    for (const { cut, check, swap } of fc.sample(change, { numRuns: 60, seed: 7 })) {
      const before = (await night.state()).current?.packet.lines ?? [];
      const from = delivered.length;
      const owner = swap ? 'dev' : 'operator';
      const packet = await night.adopt({ cut: { ...moved(cut), owner }, check: moved(check) });
      const differs = (id: string): boolean => {
        const [was, is] = [before, packet.lines].map((lines) =>
          lines.find((line) => line.checkpoint === id),
        );
        return was?.startAt !== is?.startAt || was?.endAt !== is?.endAt;
      };
      const was = before.find((line) => line.checkpoint === 'cut')?.owner;
      const handed = was !== owner;
      const affected = new Set([
        ...(differs('cut') ? ['lead', owner] : []),
        ...(handed ? [owner, was ?? ''] : []),
        ...(differs('check') ? ['dev'] : []),
      ]);
      await settle(night, relay);
      const told = delivered.slice(from).map(({ outgoing }) => outgoing.letter.person);
      expect(new Set(told)).toEqual(affected);
      expect(told).toHaveLength(affected.size);
      const silent = packet.notNotified.map(({ person: who }) => who);
      expect(new Set([...told, ...silent])).toEqual(new Set(people));
    }
  });

  it('a letter holds the version, the check code and the own lines, and no text of anybody', async () => {
    const hostile = 'Traffic\r\nBcc: x <!channel> \u202eevil';
    const night = await noticeNight(
      threeOwners({
        checkpoints: [
          checkpoint('cut', { name: hostile }),
          { ...checkpoint('check', { name: 'Not yours', approvedOwner: 'dev' }), rank: 2 },
        ],
      }),
    );
    const { sink, delivered } = recorder(night.clock);
    await night.adopt({});
    await night.relay([sink]).drain(night.cutoverId);
    const mine = delivered.find(({ outgoing }) => outgoing.letter.person === 'operator');
    if (mine === undefined) throw new Error('the operator was told nothing');
    const text = plainLetter(mine.outgoing);
    expect(text).toContain('Packet v1, check code AAAA-0001.');
    expect(text).toContain('Traffic Bcc: x <!channel> evil');
    expect(text).not.toMatch(/Not yours|\r|\u202e|\nBcc/);
  });
});

describe('off, test, on', () => {
  const tester: Target = { channel: 'email', address: 'tester@example.org' };

  it('off: nothing is sent, and why is recorded once for each', async () => {
    const night = await noticeNight(threeOwners({ notices: 'off' }));
    const { sink, delivered } = recorder(night.clock);
    await night.adopt({});
    const relay = night.relay([sink]);
    expect(await relay.drain(night.cutoverId)).toBeNull();
    await relay.drain(night.cutoverId);
    expect(delivered).toEqual([]);
    const recorded = await night.of('NoticeSuppressed');
    expect(new Set(recorded.map((body) => body.person))).toEqual(new Set(people));
    expect(recorded.map(({ reason }) => reason)).toEqual(people.map(() => 'notices_off'));
  });

  it('test: everything goes to the declared recipient, says for whom it is, and carries no link', async () => {
    const night = await noticeNight(threeOwners({ notices: 'test' }));
    const { sink, delivered } = recorder(night.clock);
    await night.adopt({});
    const audience = {
      allow: [{ channel: 'email' as const, address: '*@example.test' }],
      testRecipients: [tester],
    };
    await night.relay([sink], { audience }).drain(night.cutoverId);
    expect(delivered.map(({ outgoing }) => outgoing.target)).toEqual([tester, tester, tester]);
    expect(delivered.map(({ outgoing }) => outgoing.ackUrl)).toEqual([null, null, null]);
    expect(new Set(delivered.map(({ outgoing }) => outgoing.insteadOf))).toEqual(new Set(people));
  });

  it('test without a declared recipient: nobody', async () => {
    const night = await noticeNight(threeOwners({ notices: 'test' }));
    const { sink, delivered } = recorder(night.clock);
    await night.adopt({});
    await night.relay([sink]).drain(night.cutoverId);
    expect(delivered).toEqual([]);
    expect((await night.of('NoticeSuppressed')).map(({ reason }) => reason)).toEqual(
      people.map(() => 'no_test_recipient'),
    );
  });

  it('on: those with no contact for a machine, none set up or none allowed are recorded', async () => {
    const night = await noticeNight(
      threeOwners({
        people: [
          person('lead', { contacts: [{ channel: 'phone', address: '1' }] }),
          person('dev', { contacts: [{ channel: 'slack', address: 'U0123456' }] }),
          person('operator', { contacts: [{ channel: 'email', address: 'op@evil.test' }] }),
        ],
      }),
    );
    const { sink, delivered } = recorder(night.clock);
    await night.adopt({});
    await night.relay([sink]).drain(night.cutoverId);
    expect(delivered).toEqual([]);
    const reasons = (await night.of('NoticeSuppressed')).map((body) => [body.person, body.reason]);
    expect(Object.fromEntries(reasons)).toEqual({
      lead: 'no_contact',
      dev: 'channel_not_set_up',
      operator: 'address_not_allowed',
    });
  });
});

/** What each person was told last, and what the packet in force says of them. */
async function tellsTheTruth(night: NoticeNight, delivered: readonly Delivery[]): Promise<void> {
  const { current } = await night.state();
  for (const who of people) {
    const last = delivered.findLast(({ outgoing }) => outgoing.letter.person === who);
    const told = last?.outgoing.letter.orders.lines.map(({ checkpoint: id, startAt }) => [
      id,
      startAt,
    ]);
    const mine = current?.packet.lines
      .filter((line) => (line.checkpoint === 'cut' ? who !== 'dev' : who === 'dev'))
      .map(({ checkpoint: id, startAt }) => [id, startAt]);
    expect([who, told]).toEqual([who, mine]);
  }
}

describe('C43: no storm', () => {
  /** Each change is a whole packet here: worse than 500 reports, of which a person adopts a few packets. */
  it(`500 changes a minute give at most ${noticesPerWindow} messages a person and minute, and the last one is the truth`, async () => {
    const night = await noticeNight(threeOwners());
    const { sink, delivered } = recorder(night.clock);
    const relay = night.relay([sink]);
    for (let change = 0; change < 500; change += 1) {
      await night.adopt({ cut: moved(change % 7), check: moved(change % 5) });
      night.clock.at += 120;
      await relay.drain(night.cutoverId);
    }
    await settle(night, relay);
    for (const who of people) {
      const at = delivered
        .filter(({ outgoing }) => outgoing.letter.person === who)
        .map((delivery) => delivery.at);
      for (const start of at) {
        expect(at.filter((one) => one >= start && one < start + 60_000).length).toBeLessThanOrEqual(
          noticesPerWindow,
        );
      }
    }
    await tellsTheTruth(night, delivered);
  });

  it('an outage of two hours gives one catch-up each, of everything since what they were told last', async () => {
    const night = await noticeNight(threeOwners());
    const { sink, delivered, mood } = recorder(night.clock);
    const relay = night.relay([sink]);
    await night.adopt({});
    await settle(night, relay);
    mood.now = 'away';
    const from = delivered.length;
    const until = night.clock.at + 7_200_000;
    let nextChange = night.clock.at;
    for (let change = 1; night.clock.at < until;) {
      if (night.clock.at >= nextChange) {
        await night.adopt({ cut: moved(change), check: moved(change) });
        change += 1;
        nextChange += 600_000;
      }
      const next = await relay.drain(night.cutoverId);
      night.clock.at = Math.max(night.clock.at + 1_000, Math.min(next ?? nextChange, nextChange));
    }
    mood.now = 'well';
    await settle(night, relay);
    const caughtUp = delivered.slice(from);
    expect(caughtUp.map(({ outgoing }) => outgoing.letter.person).toSorted()).toEqual([...people]);
    for (const { outgoing } of caughtUp) {
      expect(outgoing.letter).toMatchObject({ since: 1, replaces: 1, version: 13 });
    }
    await tellsTheTruth(night, delivered);
    const attempts = await night.of('NoticeAttempted');
    expect(attempts.length).toBeLessThan(800);
  });
});

describe('C44: order', () => {
  const moods: readonly Mood[] = [
    'well',
    'well',
    'well',
    'away',
    'takes_unanswered',
    'loses_unanswered',
    'takes_and_dies',
  ];

  it('a relay that fails for one person is done only when it sends to nobody any more', async () => {
    const night = await noticeNight(threeOwners());
    const told: string[] = [];
    const send: Sink['send'] = async ({ letter }) => {
      if (letter.person === 'dev') throw new Error('the relay died here');
      await pause(50);
      told.push(letter.person);
      return sent(letter);
    };
    await night.adopt({});
    const { sink } = recorder(night.clock);
    await expect(night.relay([{ ...sink, send }]).drain(night.cutoverId)).rejects.toThrow('died');
    // Whoever was still written to afterwards would be told of this packet after the next one.
    expect(told.toSorted()).toEqual(['lead', 'operator']);
  });

  it('two relays, a sink in any mood, packets at any moment: nobody is told an older version after a newer', async () => {
    const act = fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('adopt' as const),
          by: fc.integer({ min: 0, max: 5 }),
        }),
      },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('both' as const), by: fc.constant(0) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('wait' as const),
          by: fc.constantFrom(1, 10, 100, 200),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('mood' as const),
          by: fc.integer({ min: 0, max: 6 }),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
        const night = await noticeNight(threeOwners());
        const { sink, delivered, mood } = recorder(night.clock);
        const [one, other] = [night.relay([sink]), night.relay([sink], { relay: 'relay-2' })];
        await night.adopt({});
        for (const { do: what, by } of acts) {
          if (what === 'adopt') await night.adopt({ cut: moved(by), check: moved(by + 1) });
          if (what === 'wait') night.clock.at += by * 1_000;
          if (what === 'mood') mood.now = moods[by] ?? 'well';
          if (what === 'both') {
            await Promise.allSettled([one.drain(night.cutoverId), other.drain(night.cutoverId)]);
          }
        }
        mood.now = 'well';
        await settle(night, one);
        for (const who of people) {
          const versions = delivered
            .filter(({ outgoing }) => outgoing.letter.person === who)
            .map(({ outgoing }) => outgoing.letter.version);
          expect(versions).toEqual(versions.toSorted((left, right) => left - right));
        }
        const doubts = delivered.filter(({ outgoing }, index) =>
          delivered
            .slice(0, index)
            .some(
              (before) =>
                before.outgoing.letter.noticeId === outgoing.letter.noticeId &&
                outgoing.doubts === 0,
            ),
        );
        expect(doubts).toEqual([]);
        await tellsTheTruth(night, delivered);
      }),
      { numRuns: scaled(60), seed: 44 },
    );
  });
});
