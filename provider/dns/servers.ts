import { NoAnswer, type Verdict } from "./answer.js";
import { opcodes } from "./constants.js";
import type { Deadline } from "./deadline.js";
import { type DnsServer, type Endpoint, endpointsOf, labelOf } from "./endpoint.js";
import type { Exchange } from "./exchange.js";
import { failureOf, lateCall, noServer, type Reply, type Request, type ServerFailure } from "./reply.js";

/** Milliseconds before the second and the third round over servers that were silent. */
const pauses = [250, 1_000];

/** Several servers of the same zones: the one that worked is asked first, another one when it does not (RFC 2136 4.6). */
export class Servers {
  private worked: { server: DnsServer; address: string } | undefined;

  constructor(
    private readonly list: readonly DnsServer[],
    private readonly exchange: Exchange,
    private readonly options: { tryMilliseconds: number; tries: number },
  ) {}

  /** Throws DnsError when no server gives an answer that counts, and says of each what it said; the caller's reason when that ends it. */
  async ask(request: Request, deadline: Deadline): Promise<Reply> {
    const round = new Round(request);
    try {
      for (let tries = 0; tries < this.options.tries && round.isWorthwhile; tries++) {
        if (tries > 0) await deadline.pause(pauses[Math.min(tries, pauses.length) - 1] ?? 0);
        for await (const { endpoint, server } of this.endpoints(request, round, deadline)) {
          if (round.failures.get(endpoint.label)?.isFinal) continue;
          const verdict = await this.tryAt(endpoint, request, round, deadline);
          if (!verdict || !("message" in verdict)) continue;
          const reply = { verdict, endpoint, signer: this.exchange.signer, maybeDone: round.maybeDone, maybeHandedOn: round.maybeHandedOn };
          const failure = failureOf(reply);
          if (!failure) {
            if (server) this.worked = { server, address: endpoint.address };
            return reply;
          }
          round.fail(failure, verdict.kind === "unproven");
        }
      }
    } catch (error) {
      if (!deadline.isOver) throw error;
      // A try may be under way in this very moment.
      throw lateCall(request.act, [...round.failures.values()], deadline.milliseconds, round.isChange);
    }
    throw noServer(request.act, [...round.failures.values()], round.maybeDone);
  }

  private async tryAt(endpoint: Endpoint, { message, over }: Request, round: Round, deadline: Deadline): Promise<Verdict | undefined> {
    const once = () =>
      over === "udp" ? this.exchange.overUdp(endpoint, message, deadline) : this.exchange.overTcp(endpoint, message, deadline);
    return once().catch((error: unknown) => {
      round.lose(endpoint.label, error);
      // A server may close a connection whenever it likes (RFC 7766 6.2.3): what met that moment goes again at once, over a new one.
      const isStale = error instanceof NoAnswer && error.isStale;
      return isStale ? once().catch((again: unknown) => round.lose(endpoint.label, again)) : undefined;
    });
  }

  private async *endpoints({ at }: Request, round: Round, deadline: Deadline): AsyncGenerator<{ endpoint: Endpoint; server?: DnsServer }> {
    if (at) {
      yield { endpoint: at };
      return;
    }
    const { worked } = this;
    const servers = worked ? [worked.server, ...this.list.filter((server) => server !== worked.server)] : this.list;
    for (const server of servers) {
      const resolving = endpointsOf(server, this.options.tryMilliseconds, deadline);
      const found = (await resolving.catch((error: unknown) => round.lose(labelOf(server), error))) ?? [];
      const isFirst = ({ address }: Endpoint) => Number(server === worked?.server && address === worked.address);
      for (const endpoint of found.sort((a, b) => isFirst(b) - isFirst(a))) yield { endpoint, server };
    }
  }
}

/** What has become of one request so far, server by server. */
class Round {
  readonly failures = new Map<string, ServerFailure>();
  readonly isChange: boolean;
  maybeDone = false;

  constructor({ message }: Request) {
    this.isChange = message.opcode === opcodes.UPDATE && message.authorities.length > 0;
  }

  get maybeHandedOn(): boolean {
    return this.isChange && [...this.failures.values()].some(({ code }) => code === "DNS_SERVFAIL");
  }

  get isWorthwhile(): boolean {
    return this.failures.size === 0 || [...this.failures.values()].some(({ isFinal }) => !isFinal);
  }

  fail(failure: ServerFailure, maybeDone: boolean): void {
    this.maybeDone ||= maybeDone && this.isChange;
    this.failures.set(failure.server, failure);
  }

  lose(server: string, error: unknown): undefined {
    if (!(error instanceof NoAnswer)) throw error;
    const { code, seen, maybeDone } = error;
    this.fail({ server, code, seen, isFinal: false }, maybeDone);
  }
}
