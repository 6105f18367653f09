/** How many times longer than usual every wait of the tests may take; TEST_PATIENCE says so where a machine is slow. */
const factor = Number(process.env.TEST_PATIENCE ?? 1);
if (!(factor > 0)) throw new Error(`TEST_PATIENCE is a number above 0, not ${process.env.TEST_PATIENCE}.`);

/** The limit of a wait that is about nothing but the machine: milliseconds, made longer where it is slow. */
export const patient = (milliseconds: number): number => milliseconds * factor;
