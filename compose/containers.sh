# Sourced by the commands beside it: the images, and the stack as containers.
# shellcheck shell=bash
# shellcheck source=compose/stack.sh
. "$root/compose/stack.sh"

debian=bookworm
images=(longtake-postgres longtake-redis longtake-s3 "${services[@]/#/longtake-}")
# What the programs and the two servers need to run, as Debian 12 calls it.
builder_packages=(ca-certificates libcurl4 libpq5 libhiredis0.14 libavformat59 libavcodec59 libswscale6 libswresample4
  postgresql-15 redis-server python3)

# The engine's client with either Compose; a machine that has them gets no others.
install_client() {
  if command -v docker >/dev/null && { command -v docker-compose >/dev/null || docker compose version >/dev/null 2>&1; }; then
    return 0
  fi
  install_packages "docker.io:/usr/bin/docker*" "docker-compose:/usr/bin/docker-compose"
}

# A setting of compose/.env, for what the scripts and Compose must see alike; the environment goes first.
from_env_file() {
  if [ -z "${!1:-}" ] && [ -f "$root/compose/.env" ]; then
    local value
    value=$(sed -n "s/^$1=//p" "$root/compose/.env" | tail -n 1)
    [ -z "$value" ] || export "$1=$value"
  fi
}

# docker-compose 1.29 or Compose v2, whichever there is, with our file.
compose() {
  if command -v docker-compose >/dev/null; then
    docker-compose -f "$root/compose/compose.yaml" "$@"
  else
    docker compose -f "$root/compose/compose.yaml" "$@"
  fi
}

from_env_file LONGTAKE_TAG

# Builds the images that are named, or all; says sizes.
build_images() {
  choose_bases
  LONGTAKE_COMMIT=$(git -C "$root" rev-parse HEAD 2>/dev/null || printf unknown)
  LONGTAKE_CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  export LONGTAKE_COMMIT LONGTAKE_CREATED
  [ $# -gt 0 ] || set -- "${images[@]#longtake-}"
  local names=() name log
  for name in "$@"; do
    # A service's image is built by the step that migrates it.
    case $name in postgres | redis | s3) names+=("$name") ;; *) names+=("migrate-$name") ;; esac
  done
  log=$(mktemp)
  compose --profile s3 build "${names[@]}" >"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; die "the images could not be built (the whole log: $log)"; }
  rm -f "$log"
  docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' | awk -v tag=":${LONGTAKE_TAG:-latest}" \
    'index($1, "longtake-") == 1 && index($1, tag) == length($1) - length(tag) + 1' | sort >&2
}

# The public images, where they can be had; else our own, made the same way.
choose_bases() {
  local image reason
  for image in debian:$debian-slim swift:6.3-$debian; do
    if docker image inspect "$image" >/dev/null 2>&1; then continue; fi
    if ! reason=$(timeout 900 docker pull -q "$image" 2>&1); then
      say "$image cannot be pulled (${reason##*$'\n'}): the base is made with debootstrap, the programs are built here."
      make_bases
      return
    fi
  done
}

make_bases() {
  [ "$(id -u)" -eq 0 ] || die "debootstrap needs root: run this with sudo"
  (. /etc/os-release && [ "${VERSION_CODENAME:-}" = "$debian" ]) ||
    die "without a registry the programs are built here, which needs Debian $debian like the images"
  install_packages "debootstrap:/usr/sbin/debootstrap"
  build_services
  docker image inspect longtake-base:$debian >/dev/null 2>&1 || make_base
  make_builder
  export LONGTAKE_BASE=longtake-base:$debian LONGTAKE_BUILDER=longtake-builder:$debian LONGTAKE_PACKAGES=longtake-builder:$debian
}

# What debian:bookworm-slim is: debootstrap's minimal system without documentation, translations and lists.
make_base() {
  local cache=$root/.build/image-base.tar
  if [ ! -s "$cache" ]; then
    local work
    work=$(mktemp -d)
    debootstrap --variant=minbase "$debian" "$work/root" "$(mirror)" >"$work/log" 2>&1 ||
      { tail -n 5 "$work/log" >&2; die "debootstrap failed (the whole log: $work/log)"; }
    (
      cd "$work/root"
      find usr/share/doc -type f ! -name copyright -delete
      find usr/share/doc -type l -delete
      rm -rf usr/share/{man,info,groff,lintian,linda}/* var/lib/apt/lists/* var/cache/* var/log/* tmp/* root/.* \
        debootstrap
      find usr/share/locale -mindepth 1 -maxdepth 1 ! -name locale.alias -exec rm -rf {} +
      rm -f etc/apt/sources.list etc/resolv.conf etc/hostname etc/machine-id var/lib/dpkg/*-old
      mkdir -p var/cache/apt/archives/partial var/lib/apt/lists/partial
    )
    tar -C "$work/root" --numeric-owner --one-file-system -cf "$cache.new" .
    mv "$cache.new" "$cache"
    rm -rf "$work"
  fi
  docker import "$cache" longtake-base:$debian >/dev/null
}

# The first Debian archive that this machine uses.
mirror() {
  local found
  found=$(sed -nE 's/^(URIs:|deb( \[[^]]*\])?) *(https?:[^ ]*).*/\3/p' /etc/apt/sources.list \
    /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null | grep -m1 /debian) || found=http://deb.debian.org/debian
  printf '%s' "$found"
}

# The base with the programs' libraries and the programs: what the build stages find instead of a compiler. This
# machine's archives and how it reaches them are here, and in no image that is run.
make_builder() {
  local context=$root/.build/image-builder log
  rm -rf "$context/apt"
  mkdir -p "$context/apt/sources.list.d" "$context/prebuilt"
  touch "$context/apt/sources.list"
  if [ -s /etc/apt/sources.list ]; then cp /etc/apt/sources.list "$context/apt/"; fi
  find /etc/apt/sources.list.d -name 'debian*.sources' -exec cp {} "$context/apt/sources.list.d/" \;
  apt-config dump | grep -E '^Acquire::(http|https|Check|Retries)' >"$context/apt/apt.conf" || touch "$context/apt/apt.conf"
  local service
  for service in "${services[@]}"; do
    cmp -s "$root/.build/release/longtake-$service" "$context/prebuilt/longtake-$service" ||
      install -s "$root/.build/release/longtake-$service" "$context/prebuilt/longtake-$service"
  done
  local wanted=$root/compose/s3/requirements.txt python
  if ! cmp -s "$wanted" "$context/requirements.txt"; then
    rm -rf "$context/prebuilt/python"
    python=$(python_with pip)
    "$python" -m pip install -q --disable-pip-version-check --target "$context/prebuilt/python" -r "$wanted" >&2
    cp "$wanted" "$context/requirements.txt"
  fi
  log=$(mktemp)
  builder_file >"$context/Dockerfile"
  docker build --network host -t longtake-builder:$debian "$context" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "the builder could not be made (the whole log: $log)"; }
  rm -f "$log"
}

builder_file() {
  cat <<BUILDER
FROM longtake-base:$debian
COPY apt /etc/apt
RUN mkdir -p /etc/postgresql-common && \
 echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && apt-get update -qq && \
 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${builder_packages[@]} && apt-get clean
COPY prebuilt /prebuilt
BUILDER
}

# Starts what is there, without building; the arguments are those of `up`.
compose_up() {
  compose up -d --no-build "$@" >&2 || { compose logs --no-color --tail 5 >&2; die "the containers did not start"; }
}

# Returns when a container's service is ready.
wait_healthy() {
  wait_until 60 healthy "$1" || die "$(docker inspect -f '{{.Name}}' "$1") is not ready after 60 s"
}

# Asks the service itself; for a server, what the engine found.
healthy() {
  docker exec "$1" /usr/local/bin/longtake healthcheck >/dev/null 2>&1 ||
    [ "$(docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{end}}' "$1")" = healthy ]
}

# Starts the whole stack from built images and says how long it took until every service was ready.
start_containers() {
  local begin=${EPOCHREALTIME/./} container job jobs=()
  compose_up "$@"
  for container in $(compose ps -q "${services[@]}"); do wait_healthy "$container" & jobs+=($!); done
  for job in "${jobs[@]}"; do wait "$job"; done
  say "Every /readyz is true $(((${EPOCHREALTIME/./} - begin) / 1000)) ms after the start."
}

# An engine for containers that share nothing with others: 0 when it answers, 1 where none can be started, which is said
# by the name given. `end_containers` ends everything, from a trap.
begin_containers() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    docker info >/dev/null 2>&1 || { say "$1: skipped, no container engine answers, and only root on Debian can start one here"; return 1; }
  fi
  install_client
  scratch=$(mktemp -d)
  local status=0
  start_engine >"$scratch/reason" || status=$?
  [ $status -ne 0 ] || return 0
  local reason
  reason=$(cat "$scratch/reason")
  rm -rf "$scratch"
  [ $status -eq 1 ] || die "the container engine runs and does not answer: $reason"
  say "$1: skipped, no container engine can be started here ($reason)"
  return 1
}

# A project, ports, secrets and images of their own.
prepare_containers() {
  # Below the ports that the kernel gives to outgoing connections; one for each of two gateways.
  local first=$((11000 + RANDOM % 20000))
  export COMPOSE_PROJECT_NAME=longtake-$1-$$ LONGTAKE_TAG=$1-$$ LONGTAKE_PUBLISH_PORT=$first-$((first + 1))
  export LONGTAKE_SECRETS_DIR=$scratch/secrets
  "$root/compose/secrets"
  build_images
}

end_containers() {
  local status=$?
  trap - EXIT
  remove_containers || status=1
  stop_engine || status=1
  rm -rf "$scratch"
  exit $status
}

# Stops it and removes all that is its own: containers, networks, volumes, images. Fails if something stays.
remove_containers() {
  local image failed=0
  compose --profile s3 down -v --remove-orphans -t 20 >&2 || failed=1
  for image in "${images[@]/%/:$LONGTAKE_TAG}" longtake-builder:$debian longtake-base:$debian; do
    if docker image inspect "$image" >/dev/null 2>&1; then docker image rm "$image" >/dev/null || failed=1; fi
  done
  docker image prune -f --filter label=longtake.stage=build >/dev/null || failed=1
  return $failed
}

# Starts an engine of our own where none answers, and sets `engine` to its directory. Prints why it could not: 1 where
# it has ended, 2 where it lives and does not answer.
engine=""
start_engine() {
  if docker_answers; then return 0; fi
  install_packages "docker.io:/usr/sbin/dockerd" "iproute2:/*bin/ip" "iptables:/usr/sbin/iptables-save"
  engine=$(mktemp -d /var/tmp/longtake-engine-XXXXXX)
  # What an engine changes of the machine's network is put back when it has stopped. Only tables that are there are
  # saved, so these two are made first.
  local table
  for table in filter nat; do iptables -t "$table" -N longtake-probe && iptables -t "$table" -X longtake-probe; done
  iptables-save >"$engine/iptables"
  cat /proc/sys/net/ipv4/ip_forward >"$engine/forward"
  setsid dockerd --data-root "$engine/data" --exec-root "$engine/run" --pidfile "$engine/pid" \
    -H "unix://$engine/socket" >"$engine/log" 2>&1 </dev/null &
  local pid=$! status=1
  export DOCKER_HOST=unix://$engine/socket
  if wait_until 180 docker_answers_or_ended "$pid" && docker_answers; then return 0; fi
  gone "$pid" || status=2
  grep -m1 'failed to start daemon' "$engine/log" | sed 's/.*failed to start daemon: //' || tail -n 1 "$engine/log"
  stop_engine
  return $status
}

docker_answers() { docker info >/dev/null 2>&1; }
docker_answers_or_ended() { docker_answers || gone "$1"; }

stop_engine() {
  [ -n "$engine" ] || return 0
  local mount failed=0
  stop "$engine/pid" dockerd 30 || failed=1
  if [ -e /sys/class/net/docker0 ]; then ip link delete docker0 || failed=1; fi
  while read -r mount; do umount "$mount" || failed=1; done \
    < <(awk -v below="$engine/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r)
  iptables-restore <"$engine/iptables" || failed=1
  cat "$engine/forward" >/proc/sys/net/ipv4/ip_forward
  [ $failed -eq 0 ] || { say "The container engine could not be cleared away whole: $engine"; return 1; }
  rm -rf "$engine"
  engine="" && unset DOCKER_HOST
}
