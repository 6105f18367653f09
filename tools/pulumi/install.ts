import { findPulumi } from "./find";

findPulumi().then(
  ({ command, version, origin }) => console.log(`Pulumi ${version} at ${command} (${origin})`),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
