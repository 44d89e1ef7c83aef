import { createOutageLog, type Logger } from "./log.ts";

/** One line when the state can no longer be written, and one when it can again. */
export function createStateLog(log: Logger, written: (isWritten: boolean) => void) {
  const report = createOutageLog(log, {
    begins: "state cannot be written, what is new is lost if the process ends",
    ends: "state can be written again",
  });
  return (err: Error | undefined) => {
    written(err === undefined);
    report(err?.message);
  };
}
