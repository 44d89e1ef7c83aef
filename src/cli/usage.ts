import { RULES_FORMATS } from "../alerting/rule-options.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import { SEVERITIES } from "../quota/state.ts";
import { COLOR_CHOICES } from "./appearance.ts";
import { OUTPUTS, PLAIN_OUTPUTS, TOKEN_VARIABLE } from "./arguments.ts";
import { LEVELS } from "./gate.ts";
import { SORTS } from "./order.ts";

export const USAGE = `llm-quota-exporter [command] [flags]

Commands
  serve          run the daemon (default)
  check-config   check the config and the secrets it names; exit 0 or 2
  poll           read every account once and print; exit 0 all worked, 1 some failed, 2 bad config
  status         what a running daemon knows; with --fail-on a gate for scripts: exit 3 if so, 4 if it cannot be told
  doctor         check config, credentials, providers, clock, state and Alertmanagers; exit 1 if something has to be mended
  replay         JSON lines of readings on stdin, one verdict each on stdout
  backtest       the pages that your own history would have brought; exit 1 if it cannot be read
  print-rules    the Prometheus rules
  test-alert     send one alert that says that it is a test; exit 0 if every Alertmanager took it
  demo           simulated providers and the daemon on them, no key needed
  healthcheck    exit 0 if a running daemon is healthy

Flags
  --config.file FILE             without it, accounts are found in the environment
  --web.listen-address ADDRESS   host:port, over web.listen_address of the config
  --web.enable-lifecycle         serve: let whoever reaches the port reload the config (POST /-/reload)
  --alerting.dry-run             serve: log the alerts that would be pushed, and push none
  --log.level LEVEL              ${LOG_LEVELS.join(", ")}
  --log.format FORMAT            ${LOG_FORMATS.join(", ")}
  --account NAME                 poll, status, backtest: this account only
                                 check-config: show how it is read
  --answer FILE                  check-config --account: try its expressions on an answer saved as JSON; exit 1 if it
                                 says that it failed, 2 if it does not fit
  --output FORMAT                poll: ${OUTPUTS.join(", ")}
                                 status, doctor, backtest: ${PLAIN_OUTPUTS.join(", ")}
                                 print-rules: ${RULES_FORMATS.join(", ")}
  --url URL                      status, healthcheck: the daemon, http://127.0.0.1:10844 by default
  --web.token-file FILE          status: the token that the daemon asks for, if not in ${TOKEN_VARIABLE}
  --sort ORDER                   poll, status: ${SORTS.join(", ")}
  --color WHEN                   poll, status, doctor: ${COLOR_CHOICES.join(", ")}; NO_COLOR and FORCE_COLOR count for auto
  --watch                        status: again and again until Ctrl-C
  --interval DURATION            status --watch: how often, 2s by default
  --fail-on LEVELS               status: exit 3 if a quota is so: ${LEVELS.join(", ")}, or several with commas
  --explain                      poll --account: every call that was made, and what each expression found
                                 replay: say in a sentence why each verdict is what it is
  --prometheus URL               backtest: where the history is; without it, the state of the config
  --range DURATION               backtest: how far back, 30d by default
  --tenant NAME                  backtest: sent as X-Scope-OrgID
  --severity SEVERITY            test-alert: ${SEVERITIES.join(", ")}
  --time-scale X                 print-rules: divide every duration, for tests and demos
  --runbook-base URL             print-rules: where you publish docs/alerts.md
  --dashboard-base URL           print-rules: your Grafana
  --selector MATCHERS            print-rules, backtest: what tells our series apart, such as job="llm",env="prod"
  --severity-label NAME          print-rules: the label for the severity, severity by default
  --pure-promql                  print-rules: everything recomputed in Prometheus
  --version, --help
`;
