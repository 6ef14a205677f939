/**
 * The forms in which a clause must say a fact before free text may count as one, and the words of other sentences that
 * turn against it. Closed lists of English: a clause with any word besides is not read, and stays before a person.
 */

/** The kinds that free text may say. Assent, authority, boundaries, exceptions and holds need a typed report. */
export const readableKinds = [
  'actual_start',
  'actual_finish',
  'forecast_finish',
  'revised_start',
  'update_promised',
] as const;
export type ReadableKind = (typeof readableKinds)[number];

const at = '(?: (?:at|on))? #';
const about = '(?: (?:at|on|by|around|about|circa|ca|approx|approximately|~))? #';
const was = '(?: (?:is|are|was|were|has|have|has been|have been))?';
const our = '(?:(?:we|i)(?: have)? )?';
const smooth = '(?: (?:now|already|just|successfully|cleanly|ok|okay|fine))?';

const finish =
  '(?:to (?:finish|complete|end|be (?:done|finished|completed?))|done|finished|completed?)';
const forecast = '(?:now )?(?:expected|forecast|projected)';
const willFinish =
  '(?:will(?: now)? (?:finish|complete|end|be (?:done|finished|completed?))|should (?:finish|complete|end))';
const moved =
  '(?:moved|pushed|put|slipped|delayed|postponed|rescheduled|revised)(?: back)? (?:to|until)';
const willStart = '(?:now starts|now starting|will start|will now start)';

const happened = (did: string, whole: string): readonly string[] => [
  `@${was}${smooth} ${whole}${smooth}(?:${at})?`,
  `#(?: @${was})?${smooth} ${whole}`,
  `${our}${did} @(?:${at})?`,
  `${whole}${smooth}(?:${at})?`,
];

/** `@` is the name of the checkpoint and `#` an instant; a form without a name says it of the checkpoint of its sentence. */
const sources: { readonly [K in ReadableKind]: readonly string[] } = {
  actual_start: [
    ...happened(
      '(?:started|began|begun|kicked off)',
      '(?:started|began|begun|kicked off|under ?way)',
    ),
    `@(?: is)? under ?way since #`,
  ],
  actual_finish: happened('(?:finished|completed|ended)', '(?:finished|completed?|done|ended)'),
  forecast_finish: [
    `@(?: (?:is|are|is now|are now))? ${forecast}(?: ${finish})?(?:${about}| shortly| soon| later)?`,
    `@ ${willFinish}(?:${about})?`,
    `(?:@ )?(?:new |latest |current )?eta(?: (?:is|now|is now))?(?:${about})?`,
    `(?:new |latest |current )?(?:eta|(?:expected|estimated|forecast) (?:finish|end|completion))(?: (?:for|on|of))? @(?: (?:is|now|is now))?(?:${about})?`,
    `(?:(?:we|i) )?(?:now )?expect @(?: ${finish})?(?:${about})?`,
    `(?:${forecast}(?: ${finish})?|${willFinish})(?:${about}| shortly| soon| later)?`,
  ],
  revised_start: [
    `@(?: start)?(?: (?:is|was|has|has been|is now|now))? ${moved}(?:${at})?`,
    `(?:the )?start(?: of)? @(?: (?:is|was|has|has been|is now|now))? ${moved}(?:${at})?`,
    `(?:@ )?new start(?: time)?(?: is)?(?:${at})?`,
    `new start(?: time)?(?: (?:of|for))? @(?: is)?(?:${at})?`,
    `(?:@ )?${willStart}(?:${at})?`,
    `${moved}(?:${at})?`,
  ],
  update_promised: [
    `(?:@ )?next update(?: is)?(?:${about})?`,
    `next update(?: (?:on|for|about|of))? @(?: is)?(?:${about})?`,
    `next update(?:${about}) (?:on|for|about|of) @`,
    `(?:(?:we|i) )?will (?:update|report)(?: (?:on|about))? @(?:${about})?`,
    `(?:(?:we|i) )?will (?:update|report)(?:${about})(?: (?:on|about) @)?`,
    `news (?:on|of|about) @ by #`,
  ],
};
const forms = Object.fromEntries(
  readableKinds.map((kind) => [kind, new RegExp(`^(?:${sources[kind].join('|')})$`)]),
);

/** Whether a clause, with its name and its instant replaced, is one of the forms of this kind. */
export const says = (kind: ReadableKind, shape: string): boolean =>
  forms[kind]?.test(shape) ?? false;

/** What has happened is not told in a sentence about what is to come. */
export const anticipates = (shape: string): boolean =>
  /\b(?:will|should|to|by|until|expect|expected|forecast|eta|estimated?|projected|next)\b/i.test(
    shape,
  );

/** Words of the forms: alone they name nothing, whatever a checkpoint is called. */
export const isFormWord = (word: string): boolean =>
  /^(?:start(?:s|ed|ing)?|began|begun|finish(?:ed)?|complet(?:ed?|ion)|done|end(?:ed)?|expect(?:ed)?|forecast|eta|estimated?|projected|moved|pushed|put|slipped|delayed|postponed|rescheduled|revised|will|should|updates?|report|news|next|new|now|under|way|underway|off|back|time)$/.test(
    word,
  );

const neutralWords =
  /^(?:(?:hi|hello|hey|dear|all|teams?|everyone|everybody|folks|good|morning|evening|quiet|status|update|progress|latest|fyi|info|news|note|now|ok|okay|fine|green|thanks|thank you|best|kind|regards|tonight|at|on|the|please|read|@|#)(?: |$))*$/;

/** A greeting or a heading that says nothing of its own about the lines under it. */
export const isNeutral = (shape: string): boolean =>
  neutralWords.test(shape) || /^(?:hi|hello|hey|dear) \p{L}+(?: \p{L}+)?$/u.test(shape);

/** Signs of text that is quoted, struck out, fenced or not as it looks: nothing is read from anywhere in it. */
export const isDisguised = (text: string): boolean =>
  /```|~~|\(\s*\)|[<"“”„«»]|[\p{Cf}\p{Co}\p{Cs}]/u.test(text);

const ofWords =
  /\b(?:scratch|str(?:ike|uck)|retract\w*|withdraw\w*|ignore|disregard|forget|correct(?:ed|ing|ion|ions)?|typos?|mistak\w*|oops|whoops|sorry|apolog\w*|wrong|false|untrue|incorrect|kidding|jok(?:e|ed|es|ing)|mean|meant|misread|misspoke|supersed\w*|instead|rather|actually|example|sample|template|placeholder|sandbox|logs?|fiction|dream\w*|lies|lol|quote|unquote|times|timestamps?|time ?zones?|clocks?|draft|above|below|follow(?:ing|s)|previous(?:ly)?|earlier|yesterday|last|ago|rehears\w*|staging|uat|test(?:ing)? (?:message|only|text)|dry[- ]?run|exercise|drill|simulat\w*|plan(?:s|ned)?|schedul\w*|agenda|to-?do|checklist|imagin\w*|pretend\w*|hypothe\w*|like|form|write|say so)\b/i;

/** Words that speak of the report itself, or of another night: wherever they stand, nothing else in it is read. */
export const isAboutWords = (text: string): boolean => ofWords.test(text);

const doubtful =
  /\b(?:no|not|nope|nah|never|nobody|none|nothing|cannot|without|neither|nor|un(?:able|checked|clear|confirmed|done|finished|fortunately|known|less|likely|started|sure|tested|true|verified)|fail(?:ed|s|ure)?|abort\w*|revert\w*|rolled back|cancel\w*|re-?open\w*|still|yet|again|restart\w*|undo\w*|remain\w*|await\w*|running|slipped|moved|really|pending|tb[cd]|if|until|whether|assuming|suppos\w*|provided|hop(?:e|es|ing|efully)|wish\w*|wonder\w*|want\w*|need\w*|must|should|would|could|might|may|maybe|perhaps|possibl[ey]|probabl[ey]|presumabl[ey]|doubt\w*|(?:is|are|do|does|did|has|have|was|were|can)n['’]?t|\w+n['’]t|rumou?rs?|alleged\w*|apparent\w*|report(?:s|ed|edly)|claim\w*|heard|hear|told|tells?|says?|said|think\w*|guess\w*|believe\w*|accord\w*|this|that|these|those|which|so|except|but|however|only|almost|nearly|partly|partially|half)\b|\?/i;

/** Words that deny, ask, suppose, restrict or repeat hearsay. */
export const isDoubtful = (text: string): boolean => doubtful.test(text);
const pointsBack = /\b(?:this|that|these|those|it|which|so|they|them|all|everything)\b/i;

/** Words by which a sentence may speak of what another one says. */
export const pointsElsewhere = (text: string): boolean => pointsBack.test(text);
