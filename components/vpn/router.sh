#!/bin/bash
# What a subnet router runs: `join` the tailnet once, and `watch` itself every minute.
# Settings come from the environment (/etc/router.env); none of them is a secret.
set -euo pipefail

# The link between this machine and the namespace from which it probes itself. TEST-NET-1 (RFC 5737) is routed nowhere.
readonly OUTER=192.0.2.1 INNER=192.0.2.2 NETNS=probe
readonly STATE=${STATE:-/run/router}

join() {
  # The client id says who may ask; that this machine is asking is proved by a token of its AWS role, made here and now.
  tailscale up --reset --timeout=60s \
    --client-id="${CLIENT_ID}?ephemeral=true&preauthorized=true" --audience="$AUDIENCE" \
    --advertise-tags="$TAG" --advertise-routes="$ROUTES" --hostname="$ROUTER_HOSTNAME" \
    --accept-routes=false --accept-dns=false --ssh=false
}

# A namespace behind this router, so that the probe's packets are forwarded and translated as those of the VPN are.
prepare() {
  ip netns exec "$NETNS" true 2>/dev/null && return
  ip netns add "$NETNS"
  ip link add probe0 type veth peer name probe1 netns "$NETNS"
  ip address add "$OUTER/30" dev probe0
  ip link set probe0 up
  ip -n "$NETNS" address add "$INNER/30" dev probe1
  ip -n "$NETNS" link set probe1 up
  ip -n "$NETNS" route add default via "$OUTER"
  nft add table ip router_probe
  nft 'add chain ip router_probe out { type nat hook postrouting priority srcnat; }'
  nft add rule ip router_probe out ip saddr "$INNER" masquerade
}

connects() { # address port [command to run it under]
  "${@:3}" timeout 3 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null
}

# 0: forwards. 1: reaches the target itself, and does not forward: broken. 2: the target is out of reach for it too.
forwards() { # address port
  prepare
  connects "$1" "$2" ip netns exec "$NETNS" && return 0
  connects "$1" "$2" && return 1
  return 2
}

# Connected, and offering every route: online alone says nothing of routes. Whether they are approved no router can see:
# neither a standby nor the one that leads is told its routes by every control server (headscale shows them to clients
# alone). Approval is the policy's `autoApprovers`, compiled from the same ranges.
advertises() {
  local status
  status=$(tailscale status --json --peers=false) && [ -n "$status" ] || return 1
  jq -e '.BackendState == "Running" and .Self.Online' <<<"$status" >/dev/null || return 1
  tailscale debug prefs | jq -e --arg routes "$ROUTES" \
    'has("AdvertiseRoutes") and ($routes | split(",")) - (.AdvertiseRoutes // []) != []' >/dev/null && return 1
  return 0
}

watch() {
  local target verdict=0 failures
  target=$(getent ahostsv4 "$PROBE_HOST" | awk 'NR == 1 {print $1}')
  forwards "$target" "$PROBE_PORT" || verdict=$?
  [ "$verdict" -ne 0 ] || advertises || verdict=1
  aws cloudwatch put-metric-data --region "$REGION" --namespace "$NAMESPACE" --metric-name "$METRIC" \
    --dimensions "AutoScalingGroupName=$GROUP" --value "$([ "$verdict" -eq 0 ] && echo 1 || echo 0)"
  mkdir -p "$STATE"
  failures=$(cat "$STATE/failures" 2>/dev/null || echo 0)
  # Only a fault of this machine counts: where the target is down for all, replacing routers would not bring it back.
  if [ "$verdict" -eq 1 ]; then failures=$((failures + 1)); else failures=0; fi
  echo "$failures" >"$STATE/failures"
  # A machine that is off is terminated and replaced, by its template and its group: no right on AWS is needed for that.
  if [ "$failures" -ge "$PATIENCE" ]; then systemctl poweroff; fi
}

"$@"
