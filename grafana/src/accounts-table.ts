import { accountLink } from "./frame.ts";
import { tablePanel } from "./panels.ts";
import { ofAccount, perAccount } from "./selectors.ts";
import { COLORED_CELL, UP_OR_DOWN } from "./states.ts";

type TableSpec = Parameters<typeof tablePanel>[0];

interface AccountsTableSpec extends Pick<TableSpec, "id" | "description" | "at"> {
  /** Columns beyond those that every such table has. */
  readonly further?: TableSpec["columns"];
}

export const LAST_SUCCESS = perAccount(ofAccount("llm_quota_last_success_timestamp_seconds"));

/** Whether each account can be read, the ones that cannot on top. */
export function accountsTable({ further = [], ...frame }: AccountsTableSpec) {
  return tablePanel({
    ...frame,
    title: "Accounts",
    labels: ["provider", "account"],
    labelProperties: { account: [accountLink("provider", "account")] },
    order: ["Up", "-Last success"],
    columns: [
      {
        name: "Up",
        expr: perAccount(ofAccount("llm_quota_account_up")),
        unit: "none",
        properties: [UP_OR_DOWN, COLORED_CELL],
      },
      { name: "Last success", expr: `time() - ${LAST_SUCCESS}`, unit: "s" },
      ...further,
    ],
  });
}
