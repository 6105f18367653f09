import { writeFileSync } from "node:fs";
import { z } from "zod";
import { DriftReport } from "../operations/driftReport.js";

/** Where the schema of a drift report is published. Made by `npx tsx tools/driftReportSchema.ts && npm run format`; a test holds it to the source. */
export const schemaFile = "docs/drift-report.schema.json";

/** The schema as it follows from the types, in JSON Schema 2020-12. */
export function driftReportSchema(): object {
  return z.toJSONSchema(DriftReport, {
    io: "input", // open: a report may get more fields
    override: ({ jsonSchema }) => {
      // What JavaScript can count to, and how zod tells a time, is no rule of this format.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
    },
  });
}

if (require.main === module) {
  writeFileSync(schemaFile, `${JSON.stringify(driftReportSchema(), null, 2)}\n`);
}
