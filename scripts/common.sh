# SPDX-License-Identifier: MIT
# What ./demo and ./check share: words, packages, the build. Sourced by
# bash, not run.
# shellcheck shell=bash

say() { printf '%s\n' "$*"; }
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# Runs a command as root, asking nothing; fails if this user may not.
as_root() {
	if is_root; then
		"$@"
	else
		sudo -n "$@"
	fi
}

may_be_root() {
	is_root || { command -v sudo && sudo -n true; } >/dev/null 2>&1
}

is_installed() {
	case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
	*' installed') return 0 ;;
	*) return 1 ;;
	esac
}

# Installs those of the named Debian packages that are missing.
install_missing() {
	local package missing=()

	if ! command -v dpkg-query >/dev/null; then
		say "Not a Debian system; taken as installed: $*"
		return 0
	fi
	for package; do
		is_installed "$package" || missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0

	may_be_root || die "missing packages. As root:" \
		"apt-get install ${missing[*]}"
	say "Installing with apt-get: ${missing[*]}"
	apt_install "${missing[@]}" || die "could not install ${missing[*]}"
}

# A fresh image has no package lists and an old one has stale lists: fetch
# them if there are none, and once more if the installation fails.
apt_install() {
	local log status=0
	log=$(mktemp)
	local get=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		-o DPkg::Lock::Timeout=120)
	local install=("${get[@]}" install --no-install-recommends "$@")

	{
		{ compgen -G '/var/lib/apt/lists/*Packages*' && "${install[@]}"; } ||
			{ "${get[@]}" update && "${install[@]}"; }
	} </dev/null >"$log" 2>&1 || status=1
	[ $status = 0 ] || tail -n 20 "$log" >&2
	rm -f "$log"
	return $status
}

# build_in DIR COMPILER [meson option]...: configures once, then builds. A
# folder that was configured in another place, before it was moved or copied,
# is made anew.
build_in() {
	local dir=$1 compiler=$2
	shift 2

	grep -qsF "\"$(pwd -P)/$dir\"" "$dir/meson-info/meson-info.json" ||
		rm -rf "$dir"
	if [ ! -f "$dir/build.ninja" ]; then
		CC=$compiler meson setup "$dir" "$@" || return 1
	fi
	ninja --quiet -k 0 -C "$dir"
}
