# shellcheck shell=bash
# The node's long-running programs: started, watched and stopped by recorded process ids. Sourced.
# A record holds the id and the time that process started, so that an id that the system gave to somebody else is not ours.

# start NAME COMMAND...: runs a program in the node's network namespace; it outlives the script.
start() {
  local name=$1
  shift
  setsid nsenter --net="/run/netns/$NODE" "$@" >"$STATE/log/$name.log" 2>&1 </dev/null 9>&- &
  echo "$! $(started_at $!)" >"$STATE/run/$name"
}

# When a process started, in ticks since the machine did: field 22 of its stat, the 20th behind its name, which may hold
# blanks. Nothing for one that has ended and only waits to be reaped.
started_at() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'; }

recorded() { ls "$STATE/run" 2>/dev/null || true; }

alive() {
  local pid started
  read -r pid started <"$STATE/run/$1" && [ -n "$started" ] && [ "$(started_at "$pid")" = "$started" ]
}

# The first recorded program that is not running any more; fails where all are.
dead_program() {
  local name
  for name in $(recorded); do
    alive "$name" || { echo "$name"; return; }
  done
  return 1
}

# wait_for WHAT COMMAND...: until the command succeeds; a program that dies meanwhile is named, with the end of its log.
wait_for() {
  local what=$1 dead
  shift
  for _ in $(seq 400); do
    "$@" >/dev/null 2>&1 && return
    if dead=$(dead_program); then
      tail -n 5 "$STATE/log/$dead.log" >&2
      fail "$dead died while $what was waited for; above is the end of $STATE/log/$dead.log"
    fi
    sleep 0.2
  done
  fail "$what did not come up in time; the logs are in $STATE/log"
}

# stop NAME SIGNAL: sends the signal, and waits for the program to end.
stop() {
  local name=$1 pid
  if alive "$name" 2>/dev/null; then
    read -r pid _ <"$STATE/run/$name"
    kill -s "$2" "$pid"
    for _ in $(seq 100); do
      alive "$name" || break
      sleep 0.1
    done
    if alive "$name"; then fail "$name (process $pid) does not end"; fi
  fi
  rm -f "$STATE/run/$name"
}
