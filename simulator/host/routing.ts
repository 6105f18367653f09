import type { Agent } from "../product/agent.js";
import { isUp } from "../product/network.js";
import type { World } from "../product/world.js";

/** Which Agent runs the script of a call: the one that was called, or any of its DataMiner System, in turn (UserDefinableApiEndpoint). */
export class Routing {
  private turn = 0;

  constructor(
    private readonly world: World,
    public mode: "direct" | "anyAgent",
  ) {}

  executorOf(addressed: Agent): Agent {
    if (this.mode === "direct" || addressed.cluster === null) return addressed;
    const able = this.world.systemAgents(addressed.cluster).filter((agent) => agent.hasScript && (agent === addressed || isUp(agent)));
    return able[this.turn++ % able.length] ?? addressed;
  }
}
