import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { factKeys } from '../../service/runbook/factsFormat.ts';
import { parseFacts, parseRunbook } from '../../service/runbook/parse.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml') && !name.endsWith('.changes.yaml'))
  .map((name) => name.replace('.yaml', ''));
const text = (name: string): string => readFileSync(`${folder}${name}`, 'utf8');

describe('the runbooks', () => {
  it('are the payments night and the six published plans, and what the cases need', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'payments',
        'asu-peoplesoft-aws-2019',
        'bgsu-hcm-css-split-2014',
        'debian-release-day',
        'gitlab-pg16-main-2024',
        'oneclearstream-spain-2021',
        'wikimedia-mediawiki-switchover',
      ]),
    );
  });

  it.each(names)('%s can be declared, and its observed changes can be reported', (name) => {
    const { plan, problems } = parseRunbook(text(`${name}.yaml`), `${name}.yaml`);
    expect(problems).toEqual([]);
    if (plan === null) throw new Error('no plan');
    const changes = parseFacts(text(`${name}.changes.yaml`), `${name}.changes.yaml`, plan);
    expect(changes.problems).toEqual([]);
    expect(changes.reports.length).toBeGreaterThan(0);
    expect(new Set(changes.reports.map(({ sourceEventId }) => sourceEventId)).size).toBe(
      changes.reports.length,
    );
  });

  it('of published plans name where they come from', () => {
    const published = names.filter((name) => /\d{4}$|debian|wikimedia/.test(name));
    expect(published).toHaveLength(6);
    for (const name of published) expect(text(`${name}.yaml`)).toMatch(/^references:\n {2}- /m);
  });

  it('the payments night has what the main demonstration shows', () => {
    const { plan } = parseRunbook(text('payments.yaml'), 'payments.yaml');
    expect(plan?.checkpoints.length).toBeGreaterThanOrEqual(10);
    const ids = plan?.checkpoints.filter((item) => item.protected).map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining([
        'rollback-validation',
        'replication-confirmation',
        'security-approval',
        'traffic-readiness',
        'executive-release',
      ]),
    );
    expect(plan?.boundaries.map(({ kind }) => kind)).toEqual(['maintenance', 'freeze']);
    expect(plan?.sources.map(({ id }) => id)).not.toContain('war-room-chat');
  });
});

describe('README.md', () => {
  const readme = readFileSync(`${folder}README.md`, 'utf8');
  const [runbook = '', facts = ''] = [...readme.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    ([, yaml]) => yaml ?? '',
  );

  it('shows a runbook that can be declared and facts that can be reported on it', () => {
    const { plan, problems } = parseRunbook(runbook, 'runbook in README.md');
    expect(problems).toEqual([]);
    if (plan === null) throw new Error('no plan');
    expect(parseFacts(facts, 'facts in README.md', plan).problems).toEqual([]);
  });

  it.each(Object.entries(factKeys))('says what stands under %s', (key, format) => {
    const said = readme.match(new RegExp('`' + key + ': \\{([^}]*)\\}`'))?.[1]?.split(', ');
    if (!('shape' in format)) {
      expect(readme).toContain(`\`${key}: "words"\``);
      return;
    }
    const fields = Object.entries(format.shape).flatMap(([name, field]) =>
      name === 'text' ? [] : [`${name}${field.isOptional() ? '?' : ''}`],
    );
    if (key === 'add') expect(fields).toEqual(expect.arrayContaining((said ?? []).slice(0, -1)));
    else expect(said?.toSorted()).toEqual(fields.toSorted());
  });
});
