#!/bin/bash
# Starts mongod as the official image does: as the user `mongodb`; when the data folder is empty, after it has made the user
# of MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD (or of the files that the same names with _FILE name), and
# has run /docker-entrypoint-initdb.d/*.sh. Once that user is named, nobody gets in without a password.
#
# Not here: the shell (mongosh), therefore no *.js in that folder (the start fails); the option --config.
set -Eeuo pipefail

LOCALLY="--bind_ip 127.0.0.1 --port 27017 --quiet"

# Print what a variable says, or what is in the file that its name with _FILE names.
value() {
    local file=${1}_FILE
    if [ "${!1:-}" ] && [ "${!file:-}" ]; then
        echo "$1 and $file exclude each other." >&2
        return 1
    fi
    if [ "${!file:-}" ]; then cat "${!file}"; else printf %s "${!1:-}"; fi
}

# Print what mongod is told by an option. Usage: told OPTION DEFAULT ARGUMENT ...
told() {
    local name=$1 said=$2
    shift 2
    while [ $# -gt 0 ]; do
        case $1 in
            "$name") said=${2:-yes} ;;
            "$name"=*) said=${1#*=} ;;
        esac
        shift
    done
    printf %s "$said"
}

run_scripts() {
    local script
    for script in /docker-entrypoint-initdb.d/*; do
        case $script in
            *.sh) echo "Running $script"; . "$script" ;;
            *.js) echo "$script needs mongosh, which this image lacks." >&2; return 1 ;;
        esac
    done
}

# While nobody else can connect, and without replica set and key: a member of a set that is not initiated takes no writes.
initialize() {
    local data=$1 server
    mongod --dbpath "$data" $LOCALLY >/tmp/initdb.log 2>&1 &
    server=$!
    if ! { /venv/bin/python3 /usr/local/bin/make_root.py && run_scripts; }; then
        tail -n 5 /tmp/initdb.log >&2
        kill "$server"
        # The next start must not take this for a folder that is ready.
        wait "$server" || true
        find "$data" -mindepth 1 -delete
        return 1
    fi
    kill "$server"
    wait "$server"
}

[ "${1:0:1}" != - ] || set -- mongod "$@"
[ "$1" = mongod ] || exec "$@"

if [ "$(id -u)" = 0 ]; then
    find /data/db /data/configdb \! -user mongodb -exec chown mongodb '{}' +
    exec setpriv --reuid=mongodb --regid=mongodb --clear-groups "$0" "$@"
fi

root=$(value MONGO_INITDB_ROOT_USERNAME) password=$(value MONGO_INITDB_ROOT_PASSWORD)
if [ -n "$root" ] && [ -n "$password" ]; then
    [ -n "$(told --keyFile '' "$@")" ] || set -- "$@" --auth
elif [ -n "$root$password" ]; then
    echo "MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD belong together." >&2
    exit 1
fi
data=$(told --dbpath /data/db "$@")
if [ ! -e "$data/WiredTiger" ] && [ -n "$root$(ls /docker-entrypoint-initdb.d)" ]; then
    MONGO_INITDB_ROOT_USERNAME=$root MONGO_INITDB_ROOT_PASSWORD=$password initialize "$data"
fi
unset "${!MONGO_INITDB_@}"

[ -n "$(told --dbpath '' "$@")" ] || set -- "$@" --dbpath "$data"
[ -n "$(told --bind_ip '' "$@")$(told --bind_ip_all '' "$@")" ] || set -- "$@" --bind_ip_all
exec "$@"
