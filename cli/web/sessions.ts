import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "pulumi-dataminer-failover/core";

/** A page on a wall stays logged in: a session is renewed while it is used. */
const lifeSeconds = 30 * 24 * 3600;

/**
 * Sessions of those who have shown the token. A session is its own proof, signed with the token: it outlives a restart, and all
 * of them end when the token is changed.
 */
export class Sessions {
  readonly lifeSeconds = lifeSeconds;

  constructor(
    private readonly token: string,
    private readonly clock: Pick<Clock, "now">,
  ) {}

  isToken(given: string): boolean {
    return isSame(given, this.token);
  }

  begin(): string {
    const expires = this.nowSeconds() + lifeSeconds;
    return `${expires}.${this.signatureOf(expires)}`;
  }

  /** Whether this is a session, and one to renew because half of its life is over. */
  check(session: string): "valid" | "renew" | "invalid" {
    const [, digits = "", signature = ""] = /^(\d{1,12})\.([\w-]+)$/.exec(session) ?? [];
    const expires = Number(digits);
    if (!isSame(signature, this.signatureOf(expires)) || expires <= this.nowSeconds()) return "invalid";
    return expires - this.nowSeconds() < lifeSeconds / 2 ? "renew" : "valid";
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  private signatureOf(expires: number): string {
    return createHmac("sha256", this.token).update(`dma-failover status page until ${expires}`).digest("base64url");
  }
}

/** In a time that does not tell how much of it is right, nor how long it is. */
function isSame(given: string, expected: string): boolean {
  const [one, other] = [given, expected].map((text) => createHash("sha256").update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
