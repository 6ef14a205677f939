/**
 * C36: nothing that a model wrote is published. Every packet of the drills and every notice of it, on every channel, is
 * read back by code of its own: ids, times and codes that are the packet's, in sentences that are written down a second
 * time, and no word of a recommendation in them. `npm run deep:claims` plays every suite.
 */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadSuites, suiteNames } from '../evals/engine/suites.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Drill } from '../service/drill/load.ts';
import { runDrill } from '../service/drill/run.ts';
import { openInterlock } from '../service/interlock.ts';
import { type Channels, newAudit, ourChannels, saidOf } from './attacks/published.ts';
import { recommendationsIn } from './attacks/lexicon.ts';
import { ourSentences } from './attacks/ourSentences.ts';
import { auditNight } from './attacks/publishedNight.ts';
import { night as lateNight } from './support/lateNight.ts';
import { loopOn } from './support/loop.ts';
import { scaled, takeYourTime } from './support/scale.ts';

takeYourTime();
const evals = fileURLToPath(new URL('../evals', import.meta.url));

/** Few in an ordinary run, all in a deep one. */
const few = ['packet', 'treasury-liquidity-bridge'];

async function drillsOf(names: readonly string[]): Promise<readonly Drill[]> {
  const { suites, problems } = await loadSuites(evals, names);
  expect(problems).toEqual([]);
  return suites.flatMap(({ drills }) => drills);
}

/** The ledger of a drill, from beginning to end. */
async function playedThrough(drill: Drill): Promise<readonly LedgerEvent[]> {
  let events: readonly LedgerEvent[] = [];
  await runDrill(drill, {
    open: (clock) =>
      openInterlock({ ledger: ':memory:', checkpoints: ':memory:', model: null }, clock),
    watch: async ({ seen }) => {
      events = seen.events;
    },
  });
  return events;
}

describe('C36: what is published of the drills', () => {
  it('reads back as the packet, in our own words and without a recommendation', async () => {
    const names = scaled(1) === 1 ? [...few, 'end-to-end'] : await suiteNames(evals);
    const drills = (await drillsOf(names)).filter(
      ({ file }) => scaled(1) > 1 || !file.includes('end-to-end') || file.includes('clocks'),
    );
    const found = newAudit();
    for (const drill of drills) await auditNight(await playedThrough(drill), found);
    process.stdout.write(`C36: ${drills.length} drills: ${saidOf(found)}`);
    expect(found.faults.slice(0, 5)).toEqual([]);
    expect(found.notices).toBeGreaterThan(10 * drills.length);
  });
});

/** What Interlock says of itself is the one place for these words. */
const disclaimer = /never recommends go or\s+no-go/i;

describe('C36: what our own code can say', () => {
  it('recommends nothing, on any screen, page or message', () => {
    const all = ourSentences([
      'service',
      'graph',
      'agents',
      'tools',
      'constraints',
      'evals/engine',
    ]);
    const found = all.flatMap(({ file, line, text }) =>
      recommendationsIn(text.replace(disclaimer, '')).map((words) => `${file}:${line}: ${words}`),
    );
    process.stdout.write(`C36: ${all.length} sentences in the sources\n`);
    expect(found).toEqual([]);
    expect(all.length).toBeGreaterThan(500);
  });
});

/** What a careless template could say beside the truth, and the same as eyes read it and filters do not. */
const planted = [
  'It is safe to go.',
  'We recommend adopting this packet.',
  'Go.',
  'sаfе tо gо',
  'ｗｅ ｒｅｃｏｍｍｅｎｄ',
  '𝐏𝐫𝐨𝐜𝐞𝐞𝐝',
  'ΝΟ-GΟ',
  'pro\u200bceed',
  'Freigabe erteilt, weiter',
] as const;

type Mail = ReturnType<Channels['email']>;
type Slack = ReturnType<Channels['slack']>;

const inMail = (change: (mail: Mail) => object): Partial<Channels> => ({
  email: (outgoing, from) => {
    const mail = ourChannels.email(outgoing, from);
    return { ...mail, ...change(mail) };
  },
});
const inSlack = (change: (message: Slack) => object): Partial<Channels> => ({
  slack: (outgoing) => {
    const message = ourChannels.slack(outgoing);
    return { ...message, ...change(message) };
  },
});
const inWebhook = (change: (body: string) => string): Partial<Channels> => ({
  webhook: (outgoing) => change(ourChannels.webhook(outgoing)),
});
const quoted = (words: string): string => JSON.stringify(words).slice(1, -1);
const section = (text: string) => ({
  type: 'rich_text' as const,
  elements: [{ type: 'rich_text_section' as const, elements: [{ type: 'text' as const, text }] }],
});

/** Every place of a notice that could hold words of ours. */
const placesOf = (words: string): Readonly<Record<string, Partial<Channels>>> => ({
  'the subject of a mail': inMail(({ subject }) => ({ subject: `${subject} ${words}` })),
  'a line of a mail': inMail(({ text }) => ({ text: text.replace('\n\n', `\n${words}\n\n`) })),
  'an order in a mail': inMail(({ text }) => ({ text: text.replace(/^- .*$/m, `$& (${words})`) })),
  'the end of a mail': inMail(({ text }) => ({ text: `${text}${words}\n` })),
  'an element of HTML': inMail(({ html }) => ({
    html: html.replace('<h2', `<p style="margin:0">${words}</p><h2`),
  })),
  'a comment in HTML': inMail(({ html }) => ({
    html: html.replace('<h2', `<!-- ${words} --><h2`),
  })),
  'an image in HTML': inMail(({ html }) => ({
    html: html.replace('<h2', '<img src="https://elsewhere.example/x.png"><h2'),
  })),
  'the name of a header': inMail(({ headers }) => ({ headers: { ...headers, 'X-Note': 'x' } })),
  'a calendar entry': inMail(({ icalEvent }) =>
    icalEvent === undefined
      ? {}
      : {
          icalEvent: {
            ...icalEvent,
            content: icalEvent.content.replace('SUMMARY:', `SUMMARY:${words} `),
          },
        },
  ),
  'a block of Slack': inSlack(({ blocks }) => ({
    blocks: [...blocks.slice(0, 1), section(words), ...blocks.slice(1)],
  })),
  'the line for telephones': inSlack(({ text }) => ({ text: `${text}. ${words}` })),
  'a line of a webhook': inWebhook((body) =>
    body.replace('"text":{"orders":["', `$&${quoted(words)} `),
  ),
  'a new field of a webhook': inWebhook((body) =>
    body.replace('"text":{', `"note":"${quoted(words)}",$&`),
  ),
});

describe('C36: the audit finds', () => {
  /** A night up to its first packet. */
  const night = async () => {
    const [drill] = await drillsOf(['treasury-liquidity-bridge']);
    if (drill === undefined) throw new Error('no drill');
    const events = await playedThrough(drill);
    return events.slice(0, 1 + events.findIndex(({ body }) => body.type === 'PacketPrepared'));
  };

  it('nothing in an honest night, and a recommendation in every place, however it is written', async () => {
    const events = await night();
    const honest = newAudit();
    await auditNight(events, honest);
    expect(honest.faults).toEqual([]);
    for (const [index, words] of planted.entries()) {
      // Every place with the first words; each of the other words in a place of its own.
      const places = Object.entries(placesOf(words));
      const some = places.filter((_, place) => index === 0 || place % planted.length === index);
      for (const [place, change] of some) {
        const found = newAudit();
        await auditNight(events, found, { channels: { ...ourChannels, ...change } });
        expect([place, words, found.faults.length > 0]).toEqual([place, words, true]);
      }
    }
  });

  it('nothing in a night whose one checkpoint takes no time, so that a calendar entry has no end', async () => {
    const instants = lateNight.checkpoints.slice(0, 1).map((one) => ({
      ...one,
      duration: { kind: 'exact' as const, seconds: 0 },
    }));
    const loop = await loopOn({ ...lateNight, checkpoints: instants });
    await loop.run();
    const found = newAudit();
    await auditNight(await loop.events(), found);
    expect(found.faults).toEqual([]);
    expect(found.notices).toBeGreaterThan(0);
  });

  it('a time, an owner, a hold, a version and a code that are not the packet’s', async () => {
    const events = await night();
    const lies: Readonly<Record<string, Partial<Channels>>> = {
      'another time': inMail(({ text }) => ({
        text: text.replace(/ \d\d:\d\d to /, ' 23:59 to '),
      })),
      'another version': inMail(({ subject }) => ({ subject: subject.replace(/v\d+/, 'v9') })),
      'another code': inSlack((message) => ({
        text: message.text.replace(/....-..../, '0000-0000'),
      })),
      'a line less': inMail(({ text }) => ({ text: text.replace(/^- .*\n/m, '') })),
      'another instant': inWebhook((body) =>
        body.replace(/"startAt":\d+/, '"startAt":1794000000000'),
      ),
      'another person': inWebhook((body) =>
        body.replace(/"person":"[^"]+"/, '"person":"somebody"'),
      ),
      'another sequence': inMail(({ icalEvent }) => ({
        icalEvent: icalEvent && {
          ...icalEvent,
          content: icalEvent.content.replace(/SEQUENCE:\d+/, 'SEQUENCE:77'),
        },
      })),
    };
    for (const [lie, change] of Object.entries(lies)) {
      const found = newAudit();
      await auditNight(events, found, { channels: { ...ourChannels, ...change } });
      expect([lie, found.faults.length > 0]).toEqual([lie, true]);
    }
  });
});
