/**
 * Notices on Slack through the official client. When the answer to a post was lost, the conversation is searched for
 * our notice id before anything is posted again; the client's own retries are off, since they would not look first.
 */
import {
  ErrorCode,
  LogLevel,
  type SlackError,
  WebClient,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
} from '@slack/web-api';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { z } from 'zod';
import { secondMs } from '../../ledger/vocabulary.ts';
import { failed, type HandOver, type Outgoing, sent, type Sink, type SinkResult } from './sink.ts';
import { slackMessage } from './slackBlocks.ts';

export type SlackSettings = { readonly token: string; readonly apiUrl: string };

const callLimitMs = 6_000;
const eventType = 'interlock_notice';
const messagesPerPage = 100;
const pagesSearched = 5;
/** Slack's clock and ours may differ by so much. */
const clockSlackMs = 600_000;

/** Errors of Slack's that another try may mend; every other one is for good. */
const passing =
  /^(internal_error|fatal_error|service_unavailable|request_timeout|ratelimited|rate_limited|team_added_to_org|accesslimited)$/;

const Metadata = z.object({
  event_type: z.literal(eventType),
  event_payload: z.object({ notice_id: z.string(), cutover: z.string(), version: z.number() }),
});
const Found = z.object({ ts: z.string(), metadata: Metadata });

type Post = { readonly conversation: string; readonly ts: string; readonly version: number };

/** A post of this notice that got through earlier; null when there is none in the conversation. */
async function findPost(
  client: WebClient,
  conversation: string,
  { letter }: Outgoing,
): Promise<Post | null> {
  const oldest = String((letter.queuedAt - clockSlackMs) / secondMs);
  let cursor: string | undefined;
  for (let page = 0; page < pagesSearched; page += 1) {
    const { messages = [], response_metadata: next } = await client.conversations.history({
      channel: conversation,
      include_all_metadata: true,
      oldest,
      limit: messagesPerPage,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const message of messages) {
      const { success, data } = Found.safeParse(message);
      if (!success) continue;
      const { notice_id, cutover, version } = data.metadata.event_payload;
      if (notice_id === letter.noticeId && cutover === letter.cutoverId) {
        return { conversation, ts: data.ts, version };
      }
    }
    cursor = next?.next_cursor;
    if (cursor === undefined || cursor === '') break;
  }
  return null;
}

/** The user who has this e-mail address in the workspace, or who this address names. */
async function userOf(client: WebClient, address: string): Promise<string> {
  if (!address.includes('@')) return address;
  const { user } = await client.users.lookupByEmail({ email: address });
  return user?.id ?? address;
}

/** The conversation to post into: a person's own is opened first, so that it can be searched too. */
async function conversationOf(client: WebClient, address: string): Promise<string> {
  const user = await userOf(client, address);
  if (!/^[UW]/.test(user)) return user;
  const { channel } = await client.conversations.open({ users: user });
  return channel?.id ?? user;
}

async function post(client: WebClient, conversation: string, outgoing: Outgoing) {
  const { letter } = outgoing;
  return client.chat.postMessage({
    channel: conversation,
    ...slackMessage(outgoing),
    unfurl_links: false,
    unfurl_media: false,
    link_names: false,
    metadata: {
      event_type: eventType,
      event_payload: {
        notice_id: letter.noticeId,
        cutover: letter.cutoverId,
        version: letter.version,
      },
    },
  });
}

const isRequestError = (error: unknown): error is SlackError =>
  error instanceof Error && 'code' in error && error.code === ErrorCode.RequestError;

/** Whether the request cannot have reached Slack at all. */
function isUnreached(error: unknown): boolean {
  const causes: unknown[] = [];
  for (let at: unknown = error; at instanceof Error && causes.length < 8;) {
    causes.push(at);
    const original: unknown = Reflect.get(at, 'original');
    at = original ?? at.cause;
  }
  return causes.some(
    (cause) =>
      cause instanceof Error &&
      'code' in cause &&
      /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/.test(
        String(cause.code),
      ),
  );
}

/** What a failed call means. `posting`: something may have come of it. */
function troubleOf(error: unknown, posting: boolean): SinkResult {
  if (error instanceof WebAPIRateLimitedError) {
    return failed('rate_limited', { retryAfterMs: error.retryAfter * secondMs });
  }
  if (error instanceof WebAPIPlatformError) {
    return failed(passing.test(error.data.error) ? 'refused_for_now' : 'refused');
  }
  if (isRequestError(error) && isUnreached(error)) return failed('unreachable');
  return failed(posting ? 'no_answer' : 'unreachable');
}

const said = (post: Post): string => `${post.conversation} ${post.ts}`;

async function sendOn(
  client: WebClient,
  outgoing: Outgoing,
  { isOurs }: HandOver,
): Promise<SinkResult> {
  const { letter, target, doubts } = outgoing;
  let conversation: string;
  try {
    conversation = await conversationOf(client, target.address);
    const known = doubts === 0 ? null : await findPost(client, conversation, outgoing);
    if (known !== null) {
      return sent(letter, { providerId: said(known), version: known.version, found: true });
    }
  } catch (error) {
    return troubleOf(error, false);
  }
  if (!(await isOurs())) return failed('claim_lost');
  try {
    // It was looked for and is not there: this is no repeat, and not marked as one.
    const { ts = '' } = await post(client, conversation, { ...outgoing, doubts: 0 });
    return sent(letter, { providerId: said({ conversation, ts, version: letter.version }) });
  } catch (error) {
    return troubleOf(error, true);
  }
}

/** Opens the sink. One message a second for each conversation, as Slack allows. */
export function slackSink({ token, apiUrl }: SlackSettings): Sink {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: callLimitMs,
    logLevel: LogLevel.ERROR,
    allowAbsoluteUrls: false,
  });
  const places = new RateLimiterMemory({ points: 1, duration: 1 });
  let pausedUntil = 0;
  return {
    channel: 'slack',
    takePlace: async ({ address }) => {
      const paused = Math.ceil(pausedUntil - performance.now());
      if (paused > 0) return paused;
      try {
        await places.consume(address);
        return 0;
      } catch (full) {
        if (full instanceof RateLimiterRes) return Math.max(1, full.msBeforeNext);
        throw full;
      }
    },
    send: async (outgoing, handOver) => {
      const result = await sendOn(client, outgoing, handOver);
      // Slack counts for the whole app: nobody else is written to before it allows it again.
      if (result.kind === 'failed' && result.retryAfterMs !== null) {
        pausedUntil = performance.now() + result.retryAfterMs;
      }
      return result;
    },
    close: () => Promise.resolve(),
  };
}
