import { askMembers, type PairView } from "../../provider/agent/askMembers.js";
import { switchPair } from "../../provider/agent/client.js";
import { agentAddress, type Connection } from "../../provider/agent/connection.js";
import { isSilence } from "../../provider/agent/errors.js";
import type { Operation } from "../../provider/agent/operationSchema.js";
import { systemClock } from "../../provider/core/clock.js";
import { FailoverError, oneLine, RefusedError, reasonOf, WaitError } from "../../provider/core/errors.js";
import { otherPosition, type Position } from "../../provider/failover/configuration.js";
import { memberName } from "../../provider/failover/memberFacts.js";
import { onlineOf } from "../../provider/failover/roles.js";
import type { PairTarget } from "../pairTarget.js";
import { checkSwitch, plannedSwitch } from "./checks.js";
import { findRepeated, followSwitch, goingOnline, readBack, type SwitchFollowing } from "./follow.js";
import type { JudgedCheck } from "./memberChecks.js";
import type { SwitchProgress, SwitchRecord, SwitchRequest } from "./request.js";

/** One request on its way. */
export class SwitchRun {
  private readonly record: SwitchRecord;
  private readonly startedAt = systemClock.now();
  /** Whether something may go on at the Agents. */
  private begun = false;

  constructor(
    private readonly target: PairTarget,
    private readonly request: SwitchRequest,
    private readonly connections: Record<Position, Connection>,
  ) {
    const { requestId, to = null, reason, force, dryRun } = request;
    this.record = {
      requestId,
      pair: target.name,
      dataMinerId: null,
      members: { main: agentAddress(connections.main), backup: agentAddress(connections.backup) },
      from: to && otherPosition(to),
      to,
      reason: oneLine(reason),
      forced: force,
      dryRun,
      repeated: false,
      checks: [],
      operationId: null,
      phases: [],
      outcome: "failed",
      error: null,
      startedAt: this.now(),
      finishedAt: "",
    };
  }

  async carryOut(): Promise<void> {
    const { request, record } = this;
    this.tell("checking", "asking both members", null);
    const asked = await askMembers(this.connections, { signal: request.signal });
    const known = findRepeated(asked, request.requestId);
    record.dataMinerId = (asked.main.facts ?? asked.backup.facts)?.agent.dataMinerId ?? null;
    if (known) return this.followRepeated(asked, known);
    if (request.to !== undefined && onlineOf(asked) === request.to) {
      record.outcome = "alreadyOnline";
      return;
    }
    if (!this.check(asked) || !record.to) return;
    const operation = await this.ask(record.to);
    await this.follow(record.to, operation);
  }

  /** Whether it is to be carried out. */
  private check(asked: PairView): boolean {
    const { request, record } = this;
    const planned = plannedSwitch(asked, request.to);
    record.from = planned?.online.position ?? record.from;
    record.to = planned?.offline.position ?? record.to;
    const checks = checkSwitch(asked, request.to);
    record.checks = checks.map(({ name, passed, seen }) => ({ name, passed, seen: oneLine(seen) }));
    const failed = checks.filter(({ passed, code }) => !passed && !(request.force && code === "SWITCH_TOO_SOON"));
    if (request.dryRun) {
      record.outcome = failed.length === 0 ? "wouldSwitch" : "wouldBeRefused";
      return false;
    }
    if (failed.length > 0) throw this.refusal(failed);
    return true;
  }

  private refusal(failed: readonly JudgedCheck[]): RefusedError {
    this.record.outcome = "refused";
    const [first] = failed;
    if (!first) throw new TypeError("Nothing failed.");
    const reasons = failed.map(({ seen, cure }) => `${sentence(seen)} ${cure}`).join(" ");
    return new RefusedError(first.code, `${this.subject}: ${reasons} Nothing was touched.`);
  }

  private async ask(to: Position): Promise<Operation | undefined> {
    const { requestId, reason, signal } = this.request;
    const { dataMinerId } = this.record;
    if (dataMinerId === null) throw new RefusedError("SWITCH_NO_PAIR", `${this.subject}: it has no DataMiner ID. Nothing was touched.`);
    signal?.throwIfAborted();
    this.begun = true;
    const time = { signal: signal ?? new AbortController().signal };
    return switchPair(this.connections[to], dataMinerId, { requestId, online: to, reason: oneLine(reason) }, time);
  }

  private async follow(to: Position, operation: Operation | undefined): Promise<void> {
    const { record } = this;
    this.begun = true;
    record.operationId = operation?.id ?? null;
    if (operation) await followSwitch(operation, to, this.following());
    await readBack(to, this.following());
    record.outcome = "switched";
  }

  /** The same request once more: what it began is followed to its end. */
  private async followRepeated(asked: PairView, operation: Operation): Promise<void> {
    const { record, request } = this;
    record.repeated = true;
    const to = request.to ?? goingOnline(asked, operation);
    record.to = to;
    record.from = otherPosition(to);
    if (request.dryRun) {
      record.operationId = operation.id;
      record.outcome = operation.state === "failed" ? "wouldBeRefused" : "alreadyOnline";
      return;
    }
    await this.follow(to, operation);
  }

  private following(): SwitchFollowing {
    return {
      subject: this.subject,
      connections: this.connections,
      signal: this.request.signal,
      left: () => Math.max(0, this.request.timeoutMilliseconds - (systemClock.now() - this.startedAt)),
      saw: (step, seen, percent) => {
        if (step === "switching" && seen !== "" && this.record.phases.at(-1)?.phase !== seen) {
          this.record.phases.push({ phase: seen, seenAt: this.now() });
        }
        this.tell(step, seen, percent);
      },
    };
  }

  /** What was thrown, as whoever waits has to hear it: what goes on at the Agents is not over with the waiting. */
  explain(error: unknown): unknown {
    const { begun, record, request } = this;
    if (request.signal?.aborted || error instanceof WaitError) record.outcome = "stoppedWaiting";
    if (!begun) return error;
    const again = `Run it again with the request id ${request.requestId}: that never starts a second switch.`;
    const phase = record.phases.at(-1)?.phase;
    if (request.signal?.aborted) {
      const seen = phase === undefined ? "it may have been begun, and then it" : `it is in phase ${phase} and`;
      return new FailoverError("SWITCH_GOES_ON", `${this.subject}: nobody waits for it any more; ${seen} goes on at the Agents. ${again}`, {
        cause: error,
      });
    }
    if (isRefusedWrite(error)) record.outcome = "refused";
    else if (record.operationId === null && isSilence(error)) {
      const told = `${this.subject}: whether it was begun is not known. ${reasonOf(error)} ${again}`;
      return new FailoverError("SWITCH_UNANSWERED", told, { cause: error });
    }
    return error;
  }

  ended(error?: unknown): SwitchRecord {
    const { record } = this;
    record.finishedAt = this.now();
    if (error !== undefined) {
      const code = error instanceof FailoverError ? error.code : "UNEXPECTED";
      record.error = { code, message: reasonOf(error) };
    }
    return record;
  }

  private get subject(): string {
    const { dataMinerId, to, members } = this.record;
    const which = dataMinerId === null ? this.target.name : `${dataMinerId}`;
    return `Switching pair ${which}${to ? ` to ${memberName(to, members[to])}` : ""}`;
  }

  private tell(step: SwitchProgress["step"], seen: string, percent: number | null): void {
    this.request.onProgress?.({ step, seen, percent, elapsedMilliseconds: systemClock.now() - this.startedAt });
  }

  private now(): string {
    return new Date(systemClock.now()).toISOString();
  }
}

/** The Agent, or the way there, said no before anything was done. */
const isRefusedWrite = (error: unknown): boolean => error instanceof Error && "nothingDone" in error && error.nothingDone === true;

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
