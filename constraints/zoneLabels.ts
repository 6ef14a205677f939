/**
 * What people mean by a zone's short label. A label is a fixed offset that is used, in the place it names, during
 * one season only (`BST` in winter is a slip); `yearRound` lists the zones that keep it all year. Several meanings
 * of one label are all listed: which one is meant is decided by the zone a text is read in, or by a human.
 */

/** One meaning: minutes ahead of UTC, the place whose clocks show it in season, and where it holds all year. */
export type LabelMeaning = {
  readonly offsetMinutes: number;
  readonly zone: string;
  readonly yearRound: readonly string[];
};

const meaning = (
  offsetMinutes: number,
  zone: string,
  yearRound: readonly string[] = [],
): readonly LabelMeaning[] => [{ offsetMinutes, zone, yearRound }];

const greenwich = [
  'UTC',
  'Etc/UTC',
  'Etc/GMT',
  'Africa/Abidjan',
  'Africa/Accra',
  'Atlantic/Reykjavik',
];

/** Labels in capitals, as people write them. */
export const zoneLabels: ReadonlyMap<string, readonly LabelMeaning[]> = new Map([
  ['Z', meaning(0, 'UTC')],
  ['UTC', meaning(0, 'UTC')],
  ['GMT', meaning(0, 'Europe/London', greenwich)],
  ['BST', meaning(60, 'Europe/London')],
  ['WET', meaning(0, 'Europe/Lisbon')],
  ['WEST', meaning(60, 'Europe/Lisbon')],
  ['CET', meaning(60, 'Europe/Paris', ['Africa/Algiers', 'Africa/Tunis'])],
  ['CEST', meaning(120, 'Europe/Paris')],
  ['EET', meaning(120, 'Europe/Helsinki', ['Africa/Tripoli', 'Europe/Kaliningrad'])],
  ['EEST', meaning(180, 'Europe/Helsinki')],
  ['MSK', meaning(180, 'Europe/Moscow')],
  [
    'EST',
    meaning(-300, 'America/New_York', ['America/Panama', 'America/Jamaica', 'America/Cancun']),
  ],
  ['EDT', meaning(-240, 'America/New_York')],
  [
    'CST',
    [
      ...meaning(-360, 'America/Chicago', ['America/Regina', 'America/Costa_Rica']),
      ...meaning(480, 'Asia/Shanghai'),
    ],
  ],
  ['CDT', meaning(-300, 'America/Chicago')],
  ['MST', meaning(-420, 'America/Denver', ['America/Phoenix'])],
  ['MDT', meaning(-360, 'America/Denver')],
  ['PST', meaning(-480, 'America/Los_Angeles')],
  ['PDT', meaning(-420, 'America/Los_Angeles')],
  [
    'IST',
    [
      ...meaning(330, 'Asia/Kolkata'),
      ...meaning(60, 'Europe/Dublin'),
      ...meaning(120, 'Asia/Jerusalem'),
    ],
  ],
  ['JST', meaning(540, 'Asia/Tokyo')],
  ['HKT', meaning(480, 'Asia/Hong_Kong')],
  ['SGT', meaning(480, 'Asia/Singapore')],
  ['AEST', meaning(600, 'Australia/Sydney', ['Australia/Brisbane'])],
  ['AEDT', meaning(660, 'Australia/Sydney')],
  ['NZST', meaning(720, 'Pacific/Auckland')],
  ['NZDT', meaning(780, 'Pacific/Auckland')],
]);
