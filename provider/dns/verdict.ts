import type { Deadline } from "./deadline.js";
import type { Message } from "./message.js";

/** What a message that came back is worth. */
export type Verdict =
  /** It answers what was asked, and its signature holds; where there is no key, it answers what was asked. The skew is our clock minus the server's. */
  | { kind: "answer"; message: Message; tsigError: number; skewSeconds?: number }
  /** It answers what was asked, and nothing proves that the server said so. */
  | { kind: "unproven"; message: Message; tsigError: number; isUnsigned: boolean; why: string }
  /** It answers something else: late, forged or astray. */
  | { kind: "foreign"; why: string }
  /** It is no DNS message. */
  | { kind: "garbage"; why: string };

export type Judge = (bytes: Buffer) => Promise<Verdict>;

/** One message on its way, and the time that it has. */
export interface Sending {
  /** Writes and signs the message once its id is known; an answer is judged by what was signed. */
  compose: (id: number) => Promise<{ bytes: Buffer; judge: Judge }>;
  milliseconds: number;
  deadline: Deadline;
}
