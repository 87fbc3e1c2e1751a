# Sourced by the commands beside it: the stack as plain processes in a state directory.
# shellcheck shell=bash

# Prints the pid in a pid file if that process lives and is what the file is named for.
living() {
  local pid_file=$1 word=$2 pid
  [ -s "$pid_file" ] || return 1
  pid=$(head -n 1 "$pid_file")
  [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- "$word" || return 1
  [ "$(ps -o stat= -p "$pid" | cut -c1)" != Z ] || return 1
  printf '%s' "$pid"
}

# A command as the user who owns the database: Postgres refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

pg_bin() { printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1; }

# Sockets live in a short directory, because their paths end at 107 bytes; the state directory links to it.
make_sockets() {
  if [ ! -d "$state/sockets/" ]; then
    rm -f "$state/sockets"
    ln -s "$(mktemp -d /tmp/longtake-XXXXXX)" "$state/sockets"
  fi
  chmod 755 "$state/sockets/"
  if [ "$(id -u)" -eq 0 ]; then chown postgres "$state/sockets/"; fi
}

# A file of random hexadecimal that only the owner reads, made once.
secret() {
  local file=$state/secrets/$1
  [ -s "$file" ] || (umask 077 && od -An -tx1 -N32 /dev/urandom | tr -d ' \n' >"$file")
  cat "$file"
}

# Where the cluster lies: in the state directory, unless the postgres user may not go there.
make_cluster() {
  local data=$state/postgres
  if [ -e "$data/PG_VERSION" ]; then return 0; fi
  if [ "$(id -u)" -eq 0 ]; then
    mkdir -p "$data"
    chown postgres "$data"
    if ! as_postgres test -x "$data" 2>/dev/null; then
      rmdir "$data"
      mkdir -p /var/lib/longtake
      ln -s "$(mktemp -d /var/lib/longtake/cluster-XXXXXX)" "$data"
      chown postgres "$data/"
    fi
  fi
  as_postgres "$(pg_bin)/initdb" -D "$(readlink -f "$data")" -U postgres -E UTF8 --locale=C.UTF-8 \
    --auth-local=peer --auth-host=reject >"$state/log/initdb.log" 2>&1 ||
    die "initdb failed: $(tail -n 3 "$state/log/initdb.log")"
  # Whoever owns this state directory is the superuser without a password, by the socket's credentials.
  as_postgres tee "$(readlink -f "$data")/pg_hba.conf" >/dev/null <<'HBA'
local all postgres peer map=owner
local all all scram-sha-256
HBA
  as_postgres tee "$(readlink -f "$data")/pg_ident.conf" >/dev/null <<IDENT
owner $(id -un) postgres
owner postgres postgres
IDENT
}

start_postgres() {
  if living "$state/run/postgres.pid" postgres >/dev/null; then return 0; fi
  make_cluster
  local data sockets
  data=$(readlink -f "$state/postgres")
  sockets=$(readlink -f "$state/sockets")
  local log=$state/log/postgres.log
  # The children of a killed server need a moment to notice; until then it refuses to start.
  wait_until 30 launch_postgres "$data" "$sockets" "$log" || die "Postgres did not start: $(tail -n 3 "$log")"
  head -n 1 "$data/postmaster.pid" >"$state/run/postgres.pid"
}

launch_postgres() {
  local options="-c listen_addresses='' -c unix_socket_directories='$2' -c max_connections=400 -c shared_buffers=64MB"
  # A killed server leaves a lock behind whose pid may be someone else's by now.
  as_postgres "$(pg_bin)/pg_ctl" -D "$1" status >/dev/null 2>&1 || rm -f "$1/postmaster.pid"
  # The log is opened here: the postgres user may not go where it lies.
  as_postgres "$(pg_bin)/pg_ctl" -D "$1" -s -w -t 60 -o "$options" start >>"$3" 2>&1 9>&- </dev/null
}

bootstrap_database() {
  local sockets variables=() service
  sockets=$(readlink -f "$state/sockets")
  for service in "${services[@]}"; do variables+=(-v "password_$service=$(secret "postgres-$service")"); done
  local psql=(psql -h "$sockets" -U postgres -q -X -v ON_ERROR_STOP=1)
  [ "$("${psql[@]}" -d postgres -Atc "select count(*) from pg_database where datname = 'longtake'")" = 1 ] ||
    "${psql[@]}" -d postgres -c 'create database longtake'
  "${psql[@]}" -d longtake "${variables[@]}" -f "$root/compose/postgres/bootstrap.sql" >"$state/log/bootstrap.log" 2>&1 ||
    die "the database could not be prepared: $(tail -n 3 "$state/log/bootstrap.log")"
}

start_redis() {
  if living "$state/run/redis.pid" redis-server >/dev/null; then return 0; fi
  mkdir -p "$state/redis"
  local socket
  socket=$(readlink -f "$state/sockets")/redis.sock
  rm -f "$socket"
  setsid redis-server --port 0 --unixsocket "$socket" --unixsocketperm 700 --dir "$state/redis" \
    --appendonly yes --appendfsync everysec --maxmemory-policy noeviction --daemonize no \
    >>"$state/log/redis.log" 2>&1 </dev/null 9>&- &
  echo $! >"$state/run/redis.pid"
  wait_until 10 redis_answers || die "Redis did not start: $(tail -n 3 "$state/log/redis.log")"
}

redis_answers() { [ "$(redis-cli -s "$(readlink -f "$state/sockets")/redis.sock" ping 2>/dev/null)" = PONG ]; }

# Runs a test every 50 ms until it holds or the seconds are over.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.05
  done
}

port_of() {
  local index
  for index in "${!services[@]}"; do
    [ "${services[$index]}" != "$1" ] || printf '%s' $((port + index))
  done
}

# Starts one copy of a service. The first listens on its own port, copy k on 10·(k-1) above it.
start_service() {
  local service=$1 copy=$2 name=$1 listen
  [ "$copy" -eq 1 ] || name=$service-$copy
  if living "$state/run/$name.pid" "longtake-$service" >/dev/null; then return 0; fi
  listen=$(($(port_of "$service") + 10 * (copy - 1)))
  if (exec 3<>"/dev/tcp/127.0.0.1/$listen") 2>/dev/null; then
    die "port $listen is in use, $name cannot listen there: choose other ports with --port"
  fi
  local sockets
  sockets=$(readlink -f "$state/sockets")
  (
    export LONGTAKE_HOST=127.0.0.1 LONGTAKE_PORT=$listen LONGTAKE_INSTANCE=$name
    export LONGTAKE_POSTGRES_URL="postgres://longtake_$service:$(secret "postgres-$service")@localhost/longtake?host=$sockets&schema=$service"
    export LONGTAKE_REDIS_URL="unix://$sockets/redis.sock"
    export LONGTAKE_ARTIFACTS_DIR=$state/artifacts LONGTAKE_TEMP_DIR=$state/temp/$name
    LONGTAKE_INTERNAL_SECRET=$(secret internal) LONGTAKE_MEDIA_SECRET=$(secret media)
    LONGTAKE_KEY_PEPPER=$(secret pepper)
    export LONGTAKE_INTERNAL_SECRET LONGTAKE_MEDIA_SECRET LONGTAKE_KEY_PEPPER
    local other
    for other in "${services[@]}"; do
      [ "$other" = gateway ] || export "LONGTAKE_${other^^}_URL=$(urls_of "$other")"
    done
    [ "$service" != gateway ] || export LONGTAKE_METRICS_PORT=$((listen + 6))
    mkdir -p "$LONGTAKE_TEMP_DIR"
    exec setsid "$root/.build/release/longtake-$service" serve >>"$state/log/$name.log" 2>&1 </dev/null 9>&-
  ) &
  echo $! >"$state/run/$name.pid"
}

# The addresses of all copies of a service, the first one first.
urls_of() {
  local copy list=""
  for ((copy = 1; copy <= ${copies[$1]:-1}; copy++)); do
    list+="${list:+,}http://127.0.0.1:$(($(port_of "$1") + 10 * (copy - 1)))"
  done
  printf '%s' "$list"
}

ready() { curl -fsS -m 2 -o /dev/null "http://127.0.0.1:$1/readyz" 2>/dev/null; }

# Waits for /readyz of one copy; says what the service said last when it dies or takes too long.
wait_ready() {
  local service=$1 copy=$2 name=$1 listen
  [ "$copy" -eq 1 ] || name=$service-$copy
  listen=$(($(port_of "$service") + 10 * (copy - 1)))
  # The gateway answers for operators on the port beside its public one.
  local deadline=$((SECONDS + 60))
  until ready "$listen"; do
    # By pid alone: until it has become the service, the process still has this script's name.
    ! gone "$(cat "$state/run/$name.pid")" ||
      die "$name has stopped: $(tail -n 2 "$state/log/$name.log")"
    [ $SECONDS -lt $deadline ] ||
      die "$name is not ready after 60 s: $(curl -sS -m 2 "http://127.0.0.1:$listen/readyz") (log: $state/log/$name.log)"
    sleep 0.05
  done
}

# Ends a process by its pid file: SIGTERM, then SIGKILL after the given seconds.
stop() {
  local pid_file=$1 word=$2 seconds=$3 signal=${4:-TERM} pid
  if pid=$(living "$pid_file" "$word"); then
    kill -s "$signal" "$pid"
    wait_until "$seconds" gone "$pid" || { say "pid $pid ($word) did not stop in $seconds s and is killed"; kill -9 "$pid"; wait_until 5 gone "$pid"; }
  fi
  rm -f "$pid_file"
}

gone() { [ ! -d "/proc/$1" ] || [ "$(ps -o stat= -p "$1" | cut -c1)" = Z ]; }

# Stops everything that runs in the state directory: services first and together, then Redis and Postgres.
stop_stack() {
  local file name pid jobs=()
  for file in "$state"/run/*.pid; do
    name=$(basename "$file" .pid)
    case $name in
      postgres | redis | "*") ;;
      *) stop "$file" "longtake-${name%%-*}" 40 & jobs+=($!) ;;
    esac
  done
  for pid in "${jobs[@]}"; do wait "$pid"; done
  stop "$state/run/redis.pid" redis-server 10
  stop "$state/run/postgres.pid" postgres 20 INT
}
