import { performance } from "node:perf_hooks";

/** Tells the demo's story; the first thing that is not as told ends it. */
export class Narrator {
  private steps = 0;
  private readonly start = performance.now();

  chapter(title: string): void {
    console.log(`\n\u001b[1m${++this.steps}. ${title}\u001b[0m`);
  }

  say(...lines: string[]): void {
    for (const line of lines) console.log(`   ${line}`);
  }

  /** What a program printed, set apart from the story. */
  quote(text: string): void {
    for (const line of text.trimEnd().split("\n")) console.log(`   \u001b[2m│ ${line}\u001b[0m`);
  }

  expect(what: string, seen: unknown, expected: unknown): void {
    const [is, shouldBe] = [JSON.stringify(seen), JSON.stringify(expected)];
    if (is !== shouldBe) throw new Error(`${what}: expected ${shouldBe}, seen ${is}.`);
    this.say(`✓ ${what}: ${typeof expected === "string" ? expected : shouldBe}`);
  }

  expectText(what: string, text: string, part: string): void {
    if (!text.includes(part)) throw new Error(`${what}: expected to read "${part}".`);
    this.say(`✓ ${what}`);
  }

  end(): void {
    console.log(`\nDone in ${Math.round((performance.now() - this.start) / 1000)} s: everything was as told.`);
  }
}
