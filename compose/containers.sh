# Sourced by the commands beside it: the images, and the stack as containers.
# shellcheck shell=bash

engine_packages=("docker.io:/usr/bin/docker*" "docker-compose:/usr/bin/docker-compose" "debootstrap:/usr/sbin/debootstrap")
suite=bookworm
# What the programs and the two servers need to run, as Debian 12 calls it.
builder_packages=(ca-certificates libcurl4 libpq5 libhiredis0.14 libavformat59 libavcodec59 libswscale6 libswresample4
  postgresql-15 redis-server)

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
  local names=("$@") log
  [ ${#names[@]} -gt 0 ] || names=(postgres redis "${services[@]}")
  log=$(mktemp)
  compose build "${names[@]}" >"$log" 2>&1 ||
    { tail -n 30 "$log" >&2; die "the images could not be built (the whole log: $log)"; }
  rm -f "$log"
  docker image ls --format '{{.Repository}}:{{.Tag}} {{.Size}}' | grep "^longtake-.*:${LONGTAKE_TAG:-latest} " | sort >&2
}

# The public images, where they can be had within a minute; else our own, made the same way.
choose_bases() {
  local image
  for image in debian:$suite-slim swift:6.3-$suite; do
    docker image inspect "$image" >/dev/null 2>&1 || timeout 900 docker pull -q "$image" >/dev/null 2>&1 || {
      say "No registry answers: the base is made with debootstrap, the programs are built here."
      make_bases
      return
    }
  done
}

make_bases() {
  [ "$(id -u)" -eq 0 ] || die "debootstrap needs root: run this with sudo"
  (. /etc/os-release && [ "${VERSION_CODENAME:-}" = "$suite" ]) ||
    die "without a registry the programs are built here, which needs Debian $suite like the images"
  build_services
  docker image inspect longtake-base:$suite >/dev/null 2>&1 || make_base
  make_builder
  export LONGTAKE_BASE=longtake-base:$suite LONGTAKE_BUILDER=longtake-builder:$suite LONGTAKE_PACKAGES=longtake-builder:$suite
}

# What debian:bookworm-slim is: debootstrap's minimal system without documentation, translations and lists.
make_base() {
  local cache=$root/.build/image-base.tar
  if [ ! -s "$cache" ]; then
    local scratch
    scratch=$(mktemp -d)
    debootstrap --variant=minbase "$suite" "$scratch/root" "$(mirror)" >"$scratch/log" 2>&1 ||
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
  docker import "$cache" longtake-base:$suite >/dev/null
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
  log=$(mktemp)
  builder_file >"$context/Dockerfile"
  docker build --network host -t longtake-builder:$suite "$context" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; die "the builder could not be made (the whole log: $log)"; }
  rm -f "$log"
}

builder_file() {
  cat <<BUILDER
FROM longtake-base:$suite
COPY apt /etc/apt
RUN mkdir -p /etc/postgresql-common && \
 echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf && apt-get update -qq && \
 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${builder_packages[@]} && apt-get clean
COPY prebuilt /prebuilt
BUILDER
}
