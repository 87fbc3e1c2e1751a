# Sourced by the commands beside it: the images, and the stack as containers.
# shellcheck shell=bash
# shellcheck source=compose/stack.sh
. "$root/compose/stack.sh"

engine_packages=("docker.io:/usr/bin/docker*" "docker-compose:/usr/bin/docker-compose" "debootstrap:/usr/sbin/debootstrap"
  "iproute2:/*bin/ip" "iptables:/usr/sbin/iptables-save")
debian=bookworm
# What the programs and the two servers need to run, as Debian 12 calls it.
builder_packages=(ca-certificates libcurl4 libpq5 libhiredis0.14 libavformat59 libavcodec59 libswscale6 libswresample4
  postgresql-15 redis-server python3)

# docker-compose 1.29 or Compose v2, whichever there is, with our file.
compose() {
  if command -v docker-compose >/dev/null; then
    docker-compose -f "$root/compose/compose.yaml" "$@"
  else
    docker compose -f "$root/compose/compose.yaml" "$@"
  fi
}

# Builds the images that are named, or all; says sizes.
build_images() {
  choose_bases
  LONGTAKE_COMMIT=$(git -C "$root" rev-parse HEAD 2>/dev/null || printf unknown)
  LONGTAKE_CREATED=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  export LONGTAKE_COMMIT LONGTAKE_CREATED
  [ $# -gt 0 ] || set -- postgres redis s3 "${services[@]}"
  local names=() name log
  for name in "$@"; do
    # A service's image is built by the step that migrates it.
    case $name in postgres | redis | s3) names+=("$name") ;; *) names+=("migrate-$name") ;; esac
  done
  log=$(mktemp)
  compose --profile s3 build "${names[@]}" >"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; die "the images could not be built (the whole log: $log)"; }
  rm -f "$log"
  docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep "^longtake-.*:${LONGTAKE_TAG:-latest} " | sort >&2
}

# The public images, where they can be had within a minute; else our own, made the same way.
choose_bases() {
  local image
  for image in debian:$debian-slim swift:6.3-$debian; do
    docker image inspect "$image" >/dev/null 2>&1 || timeout 900 docker pull -q "$image" >/dev/null 2>&1 || {
      say "No registry answers: the base is made with debootstrap, the programs are built here."
      make_bases
      return
    }
  done
}

make_bases() {
  [ "$(id -u)" -eq 0 ] || die "debootstrap needs root: run this with sudo"
  (. /etc/os-release && [ "${VERSION_CODENAME:-}" = "$debian" ]) ||
    die "without a registry the programs are built here, which needs Debian $debian like the images"
  build_services
  docker image inspect longtake-base:$debian >/dev/null 2>&1 || make_base
  make_builder
  export LONGTAKE_BASE=longtake-base:$debian LONGTAKE_BUILDER=longtake-builder:$debian LONGTAKE_PACKAGES=longtake-builder:$debian
}

# What debian:bookworm-slim is: debootstrap's minimal system without documentation, translations and lists.
make_base() {
  local cache=$root/.build/image-base.tar
  if [ ! -s "$cache" ]; then
    local scratch
    scratch=$(mktemp -d)
    debootstrap --variant=minbase "$debian" "$scratch/root" "$(mirror)" >"$scratch/log" 2>&1 ||
      { tail -n 5 "$scratch/log" >&2; die "debootstrap failed (the whole log: $scratch/log)"; }
    (
      cd "$scratch/root"
      find usr/share/doc -type f ! -name copyright -delete
      find usr/share/doc -type l -delete
      rm -rf usr/share/{man,info,groff,lintian,linda}/* var/lib/apt/lists/* var/cache/* var/log/* tmp/* root/.* \
        debootstrap
      find usr/share/locale -mindepth 1 -maxdepth 1 ! -name locale.alias -exec rm -rf {} +
      rm -f etc/apt/sources.list etc/resolv.conf etc/hostname etc/machine-id var/lib/dpkg/*-old
      mkdir -p var/cache/apt/archives/partial var/lib/apt/lists/partial
    )
    tar -C "$scratch/root" --numeric-owner --one-file-system -cf "$cache.new" .
    mv "$cache.new" "$cache"
    rm -rf "$scratch"
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
  if [ ! -d "$context/prebuilt/python" ]; then
    local python
    python=$(python_with pip)
    "$python" -m pip install -q --disable-pip-version-check --target "$context/prebuilt/python" -r "$root/compose/s3/requirements.txt" >&2
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

# An engine for containers that share nothing with others. Says by the name given that it is skipped, and fails, where
# none can be had. `end_containers` ends everything, from a trap.
begin_containers() {
  (install_packages "${engine_packages[@]}") || { say "$1: skipped, the container engine cannot be installed"; return 1; }
  scratch=$(mktemp -d)
  if start_engine >"$scratch/reason"; then return 0; fi
  say "$1: skipped, no container engine can be started here ($(cat "$scratch/reason"))"
  rm -rf "$scratch"
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

# Stops it and removes all that is its own: containers, networks, volumes, images.
remove_containers() {
  compose --profile s3 down -v --remove-orphans -t 20 >&2
  local image
  for image in postgres redis s3 "${services[@]}"; do
    if docker image inspect "longtake-$image:$LONGTAKE_TAG" >/dev/null 2>&1; then
      docker image rm "longtake-$image:$LONGTAKE_TAG" >/dev/null
    fi
  done
  docker image prune -f --filter label=longtake.stage=build >/dev/null
  for image in longtake-builder:$debian longtake-base:$debian; do
    if docker image inspect "$image" >/dev/null 2>&1; then docker image rm "$image" >/dev/null; fi
  done
}

# Starts an engine of our own where none answers, and sets `engine` to its directory. Fails with a reason.
engine=""
start_engine() {
  if docker info >/dev/null 2>&1; then return 0; fi
  [ "$(id -u)" -eq 0 ] || { printf 'none answers, and starting one needs root'; return 1; }
  engine=$(mktemp -d /var/tmp/longtake-engine-XXXXXX)
  # What an engine changes of the machine's network is put back when it has stopped.
  iptables-save >"$engine/iptables"
  cat /proc/sys/net/ipv4/ip_forward >"$engine/forward"
  setsid dockerd --data-root "$engine/data" --exec-root "$engine/run" --pidfile "$engine/pid" \
    -H "unix://$engine/socket" >"$engine/log" 2>&1 </dev/null &
  export DOCKER_HOST=unix://$engine/socket
  if wait_until 30 docker_answers; then return 0; fi
  grep -m1 'failed to start daemon' "$engine/log" | sed 's/.*failed to start daemon: //' || tail -n 1 "$engine/log"
  stop_engine
  return 1
}

docker_answers() { docker info >/dev/null 2>&1; }

stop_engine() {
  [ -n "$engine" ] || return 0
  stop "$engine/pid" dockerd 30
  if [ -e /sys/class/net/docker0 ]; then ip link delete docker0; fi
  local mount
  while read -r mount; do umount "$mount"; done < <(awk -v below="$engine/" 'index($2, below) == 1 {print $2}' /proc/mounts | sort -r)
  iptables-restore <"$engine/iptables"
  cat "$engine/forward" >/proc/sys/net/ipv4/ip_forward
  rm -rf "$engine"
  engine="" && unset DOCKER_HOST
}
