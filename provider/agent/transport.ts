import { foreignText } from "../core/text.js";
import { agentAddress, type Connection, tokenOf } from "./connection.js";
import { WrongAnswerError } from "./errors.js";
import { answerMilliseconds, connectMilliseconds, type Way, wayTo } from "./pools.js";
import { toTransportError } from "./transportErrors.js";

export { closeConnections } from "./pools.js";

/** Larger answers are refused: a Snapshot of a large Agent is a few ten kilobytes. */
const largestAnswerBytes = 1024 * 1024;
const deepestNesting = 32;
/** What is shown of a page that is no answer. */
const longestLine = 120;

export interface HttpRequest {
  method: "GET" | "PUT" | "POST" | "DELETE";
  path: string;
  /** In the order in which they are sent: bypassProxy must come last (Failover FAQ, connection issues). */
  query: Array<[string, string]>;
  body?: unknown;
}

export interface HttpAnswer {
  status: number;
  /** Undefined when there is no body. */
  json: unknown;
  /** Set when the body is no JSON: its first line, for the error. */
  firstLine: string | undefined;
  /** How the body was compressed, which nobody asked for; nothing can be read of it then. */
  compressed: string | undefined;
  retryAfterMilliseconds: number | undefined;
}

/** One exchange, no retry. Throws AgentUnreachableError for silence, and WrongAnswerError for an answer that cannot be taken. */
export async function exchange(connection: Connection, act: string, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  const query = new URLSearchParams(request.query);
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(answerMilliseconds + connectMilliseconds)]);
  let answered = false;
  let way: Way | undefined;
  const headers: Record<string, string> = {
    authorization: `Bearer ${tokenOf(connection)}`,
    accept: "application/json",
    "accept-encoding": "identity",
  };
  if (request.body !== undefined) headers["content-type"] = "application/json";
  try {
    way = wayTo(connection);
    const call = way.pool.request({
      method: request.method,
      path: `${connection.basePath}/${request.path}?${query}`,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: inTime,
    });
    const answer = await endedBy(inTime, call);
    answered = true;
    way.alert = undefined;
    const text = await endedBy(inTime, bounded(answer.body, act));
    const compressed = compressionOf(answer.headers["content-encoding"]);
    return {
      status: answer.statusCode,
      compressed,
      ...(compressed === undefined ? parsed(text, act) : { json: undefined, firstLine: `an answer compressed as ${compressed}` }),
      retryAfterMilliseconds: retryAfter(answer.headers["retry-after"]),
    };
  } catch (error) {
    throw toTransportError(error, { connection, act, signal: inTime, answered, alert: way?.alert, proxy: way?.proxy });
  }
}

function compressionOf(header: string | string[] | undefined): string | undefined {
  const text = foreignText(String(header ?? ""), 40).toLowerCase();
  return text === "" || text === "identity" ? undefined : text;
}

/** While undici connects it does not hear the signal; a call must end at once all the same. */
function endedBy<Result>(signal: AbortSignal, result: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener("abort", end));
  });
}

async function bounded(body: AsyncIterable<Buffer> & { destroy(): unknown }, act: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > largestAnswerBytes) {
      body.destroy();
      throw new WrongAnswerError("ANSWER_TOO_LARGE", `${act}: the answer is larger than 1 MiB. Check that host and basePath name the API.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks)
    .toString("utf8")
    .replace(/^\ufeff/, "");
}

function parsed(text: string, act: string): Pick<HttpAnswer, "json" | "firstLine"> {
  if (text.trim() === "") return { json: undefined, firstLine: undefined };
  // A page's own scripts may nest as they like; it is no JSON, and what counts is its status.
  if (/^\s*[[{]/.test(text) && nesting(text) > deepestNesting) {
    throw new WrongAnswerError(
      "ANSWER_TOO_DEEP",
      `${act}: the answer is nested more than 32 levels. Check that host and basePath name the API.`,
    );
  }
  try {
    return { json: JSON.parse(text) as unknown, firstLine: undefined };
  } catch {
    return { json: undefined, firstLine: firstLineOf(text) };
  }
}

/** How deep brackets outside of strings nest; counted before JSON.parse builds anything. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === "\\") at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth--;
  }
  return deepest;
}

/** Whatever a page says first to a reader, without its markup. What is not closed goes to the end: no page makes this slow. */
function firstLineOf(text: string): string {
  const words = text
    .replace(/<!--[\s\S]*?(?:-->|$)/g, " ")
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, " ")
    .replace(/<[^>]*(?:>|$)/g, "\n");
  const lines = words.split("\n").map((part) => foreignText(part, longestLine));
  return lines.find((line) => line !== "") ?? "an empty page";
}

function retryAfter(header: string | string[] | undefined): number | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  if (text === undefined) return undefined;
  const milliseconds = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** For lines and errors: who is asked, and where. */
export function whereIs(connection: Connection): string {
  const address = agentAddress(connection);
  return connection.host === address ? address : `${address} (${connection.host})`;
}
