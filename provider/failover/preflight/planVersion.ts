import { type Answer, type Gate, satisfies } from "../version.js";
import type { Plan } from "./plan.js";

/** Whether the Agents have what the gate stands for; `unknown` when nobody's version can be read. */
export const satisfiesPlan = ({ version }: Plan, wanted: Gate): Answer => (version === undefined ? "unknown" : satisfies(version, wanted));
