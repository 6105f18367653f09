import type { DriftReport } from "../../operations/driftReport.js";

/** The report for programs, as docs/drift-report.schema.json describes it. */
export const jsonReport = (report: DriftReport): string => JSON.stringify(report, null, 2);
