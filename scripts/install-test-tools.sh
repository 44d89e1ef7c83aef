#!/usr/bin/env bash
# Installs what the integration tests run: Prometheus, Alertmanager and Chromium, as Debian packages them.
# Does nothing when they are there. Starts no service.
set -euo pipefail

tools=(prometheus promtool prometheus-alertmanager amtool chromium)
packages=(prometheus prometheus-alertmanager chromium)

missing=()
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if [ "${#missing[@]}" -eq 0 ]; then
  echo "test tools are installed: ${tools[*]}"
  exit 0
fi

if ! command -v apt-get >/dev/null; then
  echo "this script knows Debian only: put ${missing[*]} on the PATH by other means" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "not root and no sudo: as root, run apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

# Debian starts a service when it installs it, unless this policy says no. An existing policy is left alone.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

"${as_root[@]}" apt-get update
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "${packages[@]}"

# Nor are they to start at the next boot: the tests run their own.
if [ -d /run/systemd/system ]; then
  "${as_root[@]}" systemctl disable --quiet prometheus.service prometheus-alertmanager.service
fi
