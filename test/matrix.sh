#!/bin/bash
# matrix.sh: README's two commands on bare machines of every supported release
#
# Each is a minimal Debian root, made by debootstrap from the mirror that this
# machine's own apt uses, with git and make and nothing else; in it a fresh
# clone of HEAD runs `make demo` and `make test`.  One line a release, then the
# sum of all.  Needs root, for chroot and mounts.
#
#   make test-matrix                      everything
#   make test-matrix QUICK=1              demo and regression tests
#   make test-matrix RELEASES='trixie'    one release
#   make check-package                    on Debian 12, before the demo: package.sh
#                                         instead of the tests
#
# Logs: build/matrix/RELEASE.log.
set -eu
cd "$(dirname "$0")/.."
. test/lib.sh

# RELEASE[:USER]; any user but root is an ordinary one with sudo.
RELEASES=${RELEASES:-bookworm trixie:someone unstable}
PARTS=${PARTS:-${QUICK:+regress}}
PACKAGE=${PACKAGE:-}
logs=$PWD/build/matrix

# --- this machine -----------------------------------------------------------

# Where apt on this machine gets its own release from.
mirror() {
    local codename

    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unstable}")
    apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
        awk -v codename="$codename" '$2 == "main" && ($1 == codename || $1 == "unstable" || $1 == "sid") { print $3; exit }'
}

need_debootstrap() {
    command -v debootstrap > /dev/null && [ -e "$keyring" ] && return
    as_root apt-get -qq update
    as_root apt-get -qq -o Dpkg::Use-Pty=0 install -y --no-install-recommends \
        debootstrap debian-archive-keyring < /dev/null
}

# --- a bare machine ---------------------------------------------------------

# Run a command in the root that $root names, as user $1.
inside() {
    local user=$1
    shift
    chroot "$root" runuser -u "$user" -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
        HOME="$(chroot "$root" getent passwd "$user" | cut -d: -f6)" USER="$user" \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        ${no_proxy:+no_proxy="$no_proxy"} "$@"
}

# How this machine's apt reaches and trusts its mirror, for the root's apt.
# Release files of a snapshot are stale, of unstable above all.
carry_apt_settings() {
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    echo "deb $mirror $release main" > "$root/etc/apt/sources.list"
    rm -f "$root"/etc/apt/sources.list.d/*
    apt-config dump | grep -E '^Acquire::(http|https|Retries)' > "$root/etc/apt/apt.conf.d/90carried" || true
    echo 'Acquire::Check-Valid-Until "false";' >> "$root/etc/apt/apt.conf.d/90carried"
    cp -R /etc/apt/auth.conf /etc/apt/auth.conf.d "$root/etc/apt/" 2>/dev/null || true
    case $mirror in https:*)
        mkdir -p "$root/etc/ssl/certs"
        cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    esac
}

make_bare_machine() {
    debootstrap --variant=minbase --keyring="$keyring" "$release" "$root" "$mirror"
    carry_apt_settings
    mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
    mkdir -p "$root/dev/shm"
    mount -t tmpfs tmpfs "$root/dev/shm"
    inside root apt-get -qq update
    inside root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends git make
    [ "$user" = root ] || make_user
    cp "$dir/recurnet.bundle" "$root/tmp/"
    chmod 644 "$root/tmp/recurnet.bundle"
    home=$(chroot "$root" getent passwd "$user" | cut -d: -f6)
    inside "$user" git clone -q /tmp/recurnet.bundle "$home/recurnet"
}

make_user() {
    inside root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends sudo
    chroot "$root" useradd --create-home --shell /bin/bash "$user"
    echo "$user ALL=(ALL) NOPASSWD: ALL" > "$root/etc/sudoers.d/$user"
}

# --- what runs there --------------------------------------------------------

# One release: a line for people and "passed failed" for the sum.
try_release() {
    local release=${1%:*} user=root log root=$dir/$1 home demo=failed count version='?' start=$SECONDS status

    case $1 in *:*) user=${1#*:} ;; esac
    log=$logs/$release.log
    echo "matrix: $release as $user ..."
    set +e      # as a condition, it would go on behind errors
    (set -eu; make_bare_machine) > "$log" 2>&1
    status=$?
    set -e
    if [ "$status" -eq 0 ]; then
        home=$(chroot "$root" getent passwd "$user" | cut -d: -f6)
        [ -z "$PACKAGE" ] || inside "$user" "$home/recurnet/test/package.sh" >> "$log" 2>&1 || true
        if inside "$user" make -C "$home/recurnet" demo >> "$log" 2>&1; then demo=passed; fi
        [ -n "$PACKAGE" ] || inside "$user" make -C "$home/recurnet" test ${PARTS:+PARTS="$PARTS"} >> "$log" 2>&1 || true
        version=$(inside "$user" pg_config --version || true)
    else
        echo "matrix: no bare machine of $release" | tee -a "$log"
    fi
    count=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    [ -n "$count" ] || count="0 passed, 1 failed"
    printf 'matrix: %-9s %-38s %-8s demo %s; %s (%d s)\n' \
        "$release" "${version#PostgreSQL }" "$user" "$demo" "$count" $((SECONDS - start)) | tee -a "$dir/summary"
    [ "$demo" = passed ] && [[ $count == *" 0 failed"* ]] || tail -n 60 "$log"
    umount "$root/dev/shm" "$root/proc" 2>/dev/null || true
    rm -rf --one-file-system "$root"
}

# The releases, in a namespace of their own whose mounts and processes vanish
# with it.
try_releases() {
    local release

    mount -t proc proc /proc
    : > "$dir/summary"
    for release in $RELEASES; do try_release "$release"; done

    echo
    cat "$dir/summary"
    awk '{
            for (i = 2; i <= NF; i++) {
                if ($i ~ /^passed[,;]/ && $(i-1) ~ /^[0-9]+$/) passed += $(i-1)
                if ($i ~ /^failed/ && $(i-1) ~ /^[0-9]+$/) failed += $(i-1)
            }
            if ($0 ~ /demo passed/) passed++; else failed++
        }
        END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }' "$dir/summary"
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ "${1:-}" = --in-namespace ]; then
    dir=$2
    mirror=$3
    try_releases
    exit
fi

mirror=$(mirror)
[ -n "$mirror" ] || die "apt's sources name no Debian mirror"
need_debootstrap
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "matrix: HEAD is tried, without what is not committed" >&2
mkdir -p "$logs"
dir=$(mktemp -d "${TMPDIR:-/tmp}/recurnet-matrix.XXXXXX")
on_exit as_root rm -rf --one-file-system "$dir"
git bundle create -q "$dir/recurnet.bundle" HEAD

as_root unshare --mount --pid --fork true ||
    die "cannot make namespaces here, so no bare machines: run this where root may mount"
attended as_root env RELEASES="$RELEASES" PARTS="$PARTS" PACKAGE="$PACKAGE" \
    unshare --mount --pid --fork --kill-child "$PWD/test/matrix.sh" --in-namespace "$dir" "$mirror"
