import type { DriftReport } from "pulumi-dataminer-failover/operations";

/** The report for programs, as docs/drift-report.schema.json describes it. */
export const jsonReport = (report: DriftReport): string => JSON.stringify(report, null, 2);
