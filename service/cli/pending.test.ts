/**
 * What the release lead reads while a packet waits: facts that move nothing in it, who may adopt it and what to do when
 * nobody may, and what would be sent.
 */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { run } from '../../graph/run.ts';
import { readInstant } from '../../constraints/instants.ts';
import type { Assertion } from '../../ledger/facts.ts';
import { checkpoint, minute } from '../../tests/support/build.ts';
import { lateNight, night } from '../../tests/support/lateNight.ts';
import type { Loop } from '../../tests/support/loop.ts';
import type { Interlock } from '../interlock.ts';
import { noticeSettings, noticeVariables } from '../notices/settings.ts';
import { adopt } from './decide.ts';
import { notices } from './notices.ts';
import { describeRun } from './runText.ts';
import { packet, status } from './show.ts';

const screen = { colour: false, print: () => undefined };
const interlockOn = ({ deps }: Loop): Interlock => ({
  ledger: deps.ledger,
  graph: deps,
  close: () => Promise.resolve(),
});
/** On one line, as a person reads it. */
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ');

async function runText(loop: Loop): Promise<string> {
  const result = await run(loop.deps, loop.cutoverId);
  const done = { cutoverId: loop.cutoverId, result, utc: false };
  return flat((await describeRun(interlockOn(loop), done, screen)).text);
}

const statusText = async (loop: Loop): Promise<string> =>
  flat((await status(interlockOn(loop), {}, screen)).text);

const added: Assertion = {
  kind: 'checkpoint_added',
  added: checkpoint('extra', { rank: 9, approvedStartAt: minute(200) }),
};
const byLead = { source: 'interlock', reporter: 'lead' };

/** A packet waits that stands on a step which the only lead has added. */
async function ownStep(): Promise<Loop> {
  const loop = await lateNight();
  await loop.report([added], byLead);
  await run(loop.deps, loop.cutoverId);
  return loop;
}

describe('facts that move nothing while a packet waits', () => {
  const unsure: Assertion = {
    kind: 'actual_finish',
    checkpoint: 'replicate',
    at: readInstant('23:05 or 23:25', night.zone, night.window),
  };

  it('are told beside the packet, in the run, the packet and the status, with reason and candidates', async () => {
    const loop = await lateNight();
    expect(await runText(loop)).not.toContain('Arrived since');
    await loop.report([unsure], { text: 'one or the other' });
    const told =
      'the next run will rule: held, it names no time, or more than one; could mean Sat 23:05 or Sat 23:25';
    const interlock = interlockOn(loop);
    const pending = { packet: 'pending' };
    expect(await runText(loop)).toContain('Arrived since, not in this packet');
    expect(await runText(loop)).toContain(told);
    expect(flat((await packet(interlock, pending, screen)).text)).toContain(told);
    expect(await statusText(loop)).toContain(told);
    expect((await packet(interlock, { packet: 'current' }, screen)).text).not.toContain('Arrived');
    await loop.resume(await loop.adopt());
    await run(loop.deps, loop.cutoverId);
    expect(await statusText(loop)).toMatch(/Held fact .*could mean Sat 23:05 or Sat 23:25/);
  });
});

describe('a packet that the lead may not adopt', () => {
  it('says nothing of it while the lead may', async () => {
    const loop = await lateNight();
    const text = (await runText(loop)) + (await statusText(loop));
    expect(text).not.toMatch(/may not adopt|nobody may/i);
  });

  it('says so before anybody tries, says what to do when nobody else may, and that way leads on', async () => {
    const loop = await ownStep();
    const no =
      'lead may not adopt it now: whoever caused or gains by a change may not decide on it.';
    const help = 'So nobody may. To hand over, report who is Release lead from now on (holder)';
    for (const text of [await runText(loop), await statusText(loop)]) {
      expect(text).toContain(no);
      expect(text).toContain(help);
    }
    const { checkCode } = (await loop.state()).pending?.record ?? { checkCode: '' };
    const refusal = await adopt(interlockOn(loop), { packet: checkCode, as: 'lead' }, screen);
    expect(refusal).toMatchObject({ exit: 4, json: { refused: { code: 'separation_of_duties' } } });
    expect(refusal.text).toContain('hand the role over (a holder_changed fact)');

    loop.clock.at = minute(12);
    const span = { opensAt: minute(11), closesAt: minute(1200) };
    const over: Assertion = {
      kind: 'holder_changed',
      authority: 'lead-authority',
      holder: 'dev',
      span,
    };
    await loop.report([over], byLead);
    expect(await runText(loop)).not.toContain('may not adopt');
    await loop.adopt('dev');
    const { lines } = (await loop.state()).current?.packet ?? { lines: [] };
    expect(lines.map((line) => line.checkpoint)).toContain('extra');
  });

  it('names who else may', async () => {
    const loop = await lateNight();
    const grantedBy = 'lead';
    const span = { opensAt: minute(9), closesAt: minute(1200) };
    const grant = {
      kind: 'delegate_granted',
      authority: 'lead-authority',
      grantedBy,
      span,
    } as const;
    await loop.report([{ ...grant, person: 'dev' }], byLead);
    const text = await runText(loop);
    expect(text).toContain('dev may not adopt it now: whoever caused or gains');
    expect(text).toContain(' lead may.');
  });
});

describe('the preview of notices', () => {
  const previewed = async (environment: Record<string, string>): Promise<string> => {
    const loop = await lateNight();
    await run(loop.deps, loop.cutoverId);
    const settings = noticeSettings(z.object(noticeVariables).parse(environment));
    const shown = await notices(interlockOn(loop), { preview: true }, { screen, settings });
    return flat(shown.text);
  };

  it('says each reason for sending nothing once, with everybody it is true of', async () => {
    const text = await previewed({});
    expect(text).toContain('(INTERLOCK_NOTICE_TEST_TO): dev, operator');
    expect(text).toContain('Nothing, not involved: lead');
    expect(text.match(/test recipient/g)).toHaveLength(1);
  });

  it('and so does the log, of those who are not notified', async () => {
    const loop = await lateNight();
    await run(loop.deps, loop.cutoverId);
    await loop.adopt();
    const settings = noticeSettings(z.object(noticeVariables).parse({}));
    const shown = await notices(interlockOn(loop), {}, { screen, settings });
    expect(flat(shown.text)).toMatch(/Not notified of v2 -+ not involved: lead$/);
  });

  it('shows every message, and once how the channel gets it', async () => {
    const text = await previewed({
      INTERLOCK_SLACK_TOKEN: 'xoxb-1',
      INTERLOCK_NOTICE_TEST_TO: 'slack:C0123456',
    });
    expect(text.match(/--- \w+, by slack to/g)).toHaveLength(2);
    expect(text.match(/as blocks/g)).toHaveLength(1);
  });
});
