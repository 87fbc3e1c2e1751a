# Sourced by the commands beside it: what the machine needs, and the build.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
services=(gateway status planner references chunks audio)

# What the build and the stack need, as Debian calls it, and a file that shows that it is there.
packages=(
  "libcurl4-openssl-dev:/usr/include/*/curl/curl.h" "libpq-dev:/usr/include/postgresql/libpq-fe.h"
  "libhiredis-dev:/usr/include/hiredis/hiredis.h" "libavformat-dev:/usr/include/*/libavformat/avformat.h"
  "libavcodec-dev:/usr/include/*/libavcodec/avcodec.h" "libavutil-dev:/usr/include/*/libavutil/avutil.h"
  "libswscale-dev:/usr/include/*/libswscale/swscale.h"
  "libswresample-dev:/usr/include/*/libswresample/swresample.h" "pkg-config:/usr/bin/pkg-config"
  "postgresql:/usr/lib/postgresql/*/bin/initdb" "redis-server:/usr/bin/redis-server"
  "redis-tools:/usr/bin/redis-cli" "curl:/usr/bin/curl" "jq:/usr/bin/jq" "util-linux:/usr/sbin/runuser"
  "procps:/usr/bin/ps"
)

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# A value that an option needs; the option's name is only for the message.
value_of() { [ $# -ge 2 ] && [ -n "$2" ] || die "$1 needs a value"; printf '%s' "$2"; }

# Installs the Debian packages that are missing, as root or through sudo, and says which.
install_packages() {
  local missing=() entry
  for entry in "${packages[@]}" "$@"; do
    compgen -G "${entry#*:}" >/dev/null || missing+=("${entry%%:*}")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "these Debian packages are missing and there is no apt-get: ${missing[*]}"
  local sudo=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "these packages are missing, install them as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  say "Installing Debian packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { "${sudo[@]}" apt-get update -qq && "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    die "apt-get could not install ${missing[*]} (the whole log: $log)"
  fi
  rm -f "$log"
}

# Builds the six services in release; quiet unless it takes long or fails. They hold the Swift runtime in themselves,
# so the same programs run in containers.
build_services() {
  # The tests build first: while `swift test` runs, a build beside it would wait for it for ever.
  [ "${PREBUILT:-}" != 1 ] || return 0
  command -v swift >/dev/null || die "there is no 'swift' on the PATH: install a Swift 6.3 toolchain (swift.org/install)"
  [ -x "$root/.build/release/longtake-gateway" ] || say "Building the services; the first time takes some minutes."
  local log
  log=$(mktemp)
  if ! (cd "$root" && swift build -c release --static-swift-stdlib) >"$log" 2>&1; then
    grep -E 'error:|warning:' "$log" | head -n 20 >&2 || tail -n 20 "$log" >&2
    die "the build failed (the whole log: $log)"
  fi
  rm -f "$log"
}

# Makes a Python environment of its own below .build/ with the given PyPI packages, and prints its interpreter.
python_with() {
  local environment=$root/.build/python-tools
  install_packages "python3-venv:/usr/lib/python3*/ensurepip/__init__.py" "python3:/usr/bin/python3"
  [ -x "$environment/bin/python" ] || python3 -m venv "$environment" >&2
  "$environment/bin/python" -m pip install --quiet --disable-pip-version-check "$@" >&2 ||
    die "these PyPI packages could not be installed: $*"
  printf '%s' "$environment/bin/python"
}
