import type { QuotasDocument } from "../server/quotas-document.ts";
import type { Arguments } from "./arguments.ts";
import { askDaemon, DEFAULT_URL } from "./ask-daemon.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { quotasTable } from "./quotas-table.ts";

/** The table of `poll`, from a running daemon and without a call to any provider. */
export async function status({ url = DEFAULT_URL }: Arguments, { stdout }: CommandContext): Promise<ExitCode> {
  const answer = await askDaemon(url, "/api/v1/quotas");
  if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}, is it an llm-quota-exporter?`);
  const document = JSON.parse(answer.body) as QuotasDocument;
  await write(stdout, quotasTable(document, new Date()));
  return 0;
}

/** For container health: whether the daemon lives, whatever its providers do. */
export async function healthcheck({ url = DEFAULT_URL }: Arguments): Promise<ExitCode> {
  const answer = await askDaemon(url, "/-/healthy");
  return answer.status === 200 ? 0 : 1;
}
