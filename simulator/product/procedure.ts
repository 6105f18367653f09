import type { Operation } from "pulumi-dataminer-failover/agent";
import type { Agent } from "./agent.js";
import { conflict, type OperationRecord, productCodes, Refusal } from "./operations.js";
import type { LongWork, World } from "./world.js";

/** One phase of a procedure. */
export interface Step {
  phase: string;
  /** Simulated seconds that it lasts at least. */
  seconds: number;
  begin?: (() => void) | undefined;
  /** It lasts until this holds too. Past the patience (seconds) it fails with `otherwise`, or goes on when there is none. */
  until?: { holds: () => boolean; patience: number; otherwise?: () => Refusal } | undefined;
  finish?: (() => void) | undefined;
}

export interface ProcedureOptions {
  kind: Operation["kind"];
  /** The Agent that carries it out. */
  driver: Agent;
  members: readonly Agent[];
  steps: readonly Step[];
  /** What the API shows of it; null when a person or the product itself began it. */
  operation: OperationRecord | null;
  /** A stopped driver carries on when it is back; otherwise the procedure fails. */
  outlivesRestart: boolean;
  failed?: (phase: string, refusal: Refusal) => void;
}

/** Long work in phases on the simulated clock: setting up, changing, switching, ending. */
export class Procedure implements LongWork {
  private at = -1;
  private enteredAt = 0;
  /** Whether the phase has begun: an Agent that is stopped as it enters one begins it when it is back. */
  private begun = false;
  private over = false;
  private cancelTimer: (() => void) | null = null;

  constructor(
    private readonly world: World,
    readonly options: ProcedureOptions,
  ) {}

  get phase(): string {
    return this.options.steps[this.at]?.phase ?? "";
  }

  start(): void {
    this.world.procedures.add(this);
    if (this.options.operation) this.options.operation.percent = () => this.percent();
    this.enter(0);
  }

  check(): void {
    const step = this.options.steps[this.at];
    if (this.over || !step) return;
    const { driver, outlivesRestart } = this.options;
    if (driver.power !== "running" || driver.failoverStatus === "Starting") {
      if (!outlivesRestart) this.fail(conflict(productCodes.notRunning, `${driver.address} stopped in phase ${this.phase}.`));
      return;
    }
    if (!this.begin(step) || this.world.heldPhases.has(step.phase)) return;
    const elapsed = (this.world.clock.now() - this.enteredAt) / 1000;
    if (elapsed < step.seconds) {
      this.wake(step.seconds - elapsed);
      return;
    }
    if (step.until && !step.until.holds()) {
      if (elapsed < step.until.patience) {
        this.wake(step.until.patience - elapsed);
        return;
      }
      if (step.until.otherwise) {
        this.fail(step.until.otherwise());
        return;
      }
    }
    if (this.attempt(step.finish)) this.enter(this.at + 1);
  }

  fail(refusal: Refusal): void {
    if (this.over) return;
    const phase = this.phase;
    this.conclude("failed", { code: refusal.code, detail: refusal.detail });
    this.options.failed?.(phase, refusal);
    this.world.changed();
  }

  private enter(index: number): void {
    const step = this.options.steps[index];
    this.at = index;
    this.enteredAt = this.world.clock.now();
    this.begun = false;
    if (!step) {
      this.conclude("succeeded", null);
      this.world.changed();
      return;
    }
    if (this.options.operation) this.options.operation.phase = step.phase;
    this.world.entered(this, step.phase);
    if (this.options.driver.power === "running") this.begin(step);
    this.world.changed();
  }

  private begin(step: Step): boolean {
    if (this.begun) return true;
    this.begun = true;
    if (this.attempt(step.begin)) this.wake(step.seconds);
    return !this.over;
  }

  private attempt(act: (() => void) | undefined): boolean {
    try {
      act?.();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.fail(error);
      return false;
    }
  }

  private conclude(state: "succeeded" | "failed", error: Operation["error"]): void {
    const { operation } = this.options;
    if (operation) {
      const percent = this.percent();
      Object.assign(operation, { state, error, finished: this.world.timeOf(this.options.driver), percent: () => percent });
    }
    this.over = true;
    this.cancelTimer?.();
    this.world.procedures.delete(this);
  }

  private wake(seconds: number): void {
    this.cancelTimer?.();
    // A hair later, so that rounding never wakes it before its time.
    this.cancelTimer = this.over ? null : this.world.clock.after(seconds + 0.001, () => this.world.changed());
  }

  private percent(): number {
    const lengths = this.options.steps.map(({ seconds }) => seconds);
    const total = lengths.reduce((sum, seconds) => sum + seconds, 0);
    const before = lengths.slice(0, Math.max(this.at, 0)).reduce((sum, seconds) => sum + seconds, 0);
    const elapsed = Math.min((this.world.clock.now() - this.enteredAt) / 1000, lengths[this.at] ?? 0);
    return total === 0 ? 100 : Math.max(0, Math.min(100, Math.floor(((before + elapsed) / total) * 100)));
  }
}
