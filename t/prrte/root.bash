# SPDX-License-Identifier: BSD-2-Clause
# The system that the hosts run: a Debian 13 root, made once by mmdebstrap and
# kept in a cache folder, or the machine's own system when that is Debian 13
# with PRRTE and sshd. No host ever changes it. For t/prrte/hosts.

CACHE=${ERM_TEST_CACHE:-/var/cache/erm-test}

SUITE=trixie
# PRRTE and its MPI; a compiler for MPI programs; what makes it a host; Python
# and Parsl for workflows; the libraries of an erm that was built on Debian 12.
PACKAGES=(openmpi-bin libopenmpi-dev libpmix-dev
    gcc libc6-dev make
    bash procps mount util-linux iproute2 iputils-ping
    openssh-server openssh-client
    python3 python3-parsl jq curl
    libjansson4 libevent-core-2.1-7t64 libevent-extra-2.1-7t64
    libsqlite3-0 libhwloc15 libasan8 libubsan1)
RECIPE=(--mode=root --variant=essential --components=main
    "--include=${PACKAGES[*]}"
    '--aptopt=APT::Install-Recommends "false"'
    --dpkgopt=force-unsafe-io
    '--dpkgopt=path-exclude=/usr/share/doc/*'
    '--dpkgopt=path-exclude=/usr/share/man/*'
    '--dpkgopt=path-exclude=/usr/share/info/*'
    '--dpkgopt=path-exclude=/usr/share/locale/*')

# Prints the root to use; makes it first if it must.
root_make() {
    local root
    if root=$(root_ready); then
        echo "$root"
        return 0
    fi
    command -v mmdebstrap >/dev/null ||
        fail "mmdebstrap is missing: run tools/install-packages tests"
    root_build "$(root_of_recipe)"
}

# Prints the root if there is one already.
root_ready() {
    local root
    if is_debian_13_with_prrte; then
        echo /
        return 0
    fi
    root=$(root_of_recipe)
    [ -d "$root" ] && echo "$root"
}

is_debian_13_with_prrte() {
    grep -qx 'VERSION_ID="13"' /etc/os-release && [ -x /usr/sbin/sshd ] &&
        command -v prte mpicc >/dev/null
}

# Another recipe, another root.
root_of_recipe() {
    local hash
    hash=$(echo "$SUITE ${RECIPE[*]}" | sha256sum)
    echo "$CACHE/$SUITE-${hash:0:12}"
}

# usage: root_build ROOT: one at a time; who comes second finds it ready. It
# gets its name only when it is whole.
root_build() {
    local root=$1 lock log=$1.log
    mkdir -p "$CACHE"
    exec {lock}>"$CACHE/lock"
    flock "$lock"
    if [ ! -d "$root" ]; then
        echo "making a Debian 13 root in $root (about a minute, once)" >&2
        rm -rf --one-file-system "$root.new"
        if ! build_with_mmdebstrap "$root.new" >"$log" 2>&1; then
            tail -n 20 "$log" >&2
            rm -rf --one-file-system "$root.new"
            fail "mmdebstrap could not make a Debian 13 root: see $log"
        fi
        mv "$root.new" "$root"
    fi
    exec {lock}>&-
    echo "$root"
}

# Packages come from where this machine's apt gets its own, by the same proxy.
build_with_mmdebstrap() {
    local settings mirror status=0
    settings=$(mktemp)
    apt-config dump | grep -E '^Acquire::(https?|Retries|ForceIPv)' \
        >"$settings" || true
    mirror=$(debian_mirror)
    mmdebstrap "${RECIPE[@]}" --aptopt="$settings" "$SUITE" "$1" \
        ${mirror:+"$mirror"} </dev/null || status=$?
    rm -f "$settings"
    return $status
}

# Prints nothing where apt has no Debian mirror; mmdebstrap then knows one.
debian_mirror() {
    local release
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets 'Created-By: Packages' \
        --format '$(ORIGIN) $(CODENAME) $(COMPONENT) $(REPO_URI)' |
        awk -v release="$release" '$1 == "Debian" && $2 == release &&
            $3 == "main" { print $NF; exit }'
}
