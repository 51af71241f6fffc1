#!/bin/bash
# Runs a command in the root of a stage: native-root.sh ROOT USER MODE FOLDER COMMAND...
# What the base image would bring (/usr, /lib and so on) is this machine's, read-only; all else is the stage's own.
# MODE rw: as a step of a build, with npm's cache. ro: as a container whose file system is read-only, without
# capabilities or a way to new ones; volumes.txt beside ROOT names the folders that stay writable.
set -euo pipefail
root=$1 user=$2 mode=$3 folder=$4
shift 4
if [ "${IN_NAMESPACE:-}" = "" ]; then
  # A process of its own PID namespace: what it starts ends with it.
  IN_NAMESPACE=yes exec unshare --mount --pid --fork --kill-child=SIGKILL -- "$0" "$root" "$user" "$mode" "$folder" "$@"
fi
mount --make-rprivate /
mount --bind "$root" "$root"
for path in usr bin sbin lib lib64 etc/ssl etc/alternatives; do
  [ -e "/$path" ] || continue
  mkdir -p "$root/$path"
  mount --bind "/$path" "$root/$path"
  mount -o remount,bind,ro "$root/$path"
done
mkdir -p "$root"/{proc,dev,tmp}
chmod 1777 "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
if [ "$mode" = rw ]; then
  mkdir -p "$root/root/.npm" "${NPM_CACHE:?}"
  mount --bind "$NPM_CACHE" "$root/root/.npm"
  exec /usr/sbin/chroot "$root" bash -c 'cd "$0" && exec "$@"' "$folder" "$@"
fi
while read -r volume; do mount --bind "$root/$volume" "$root/$volume"; done <"$root.volumes"
mount -t tmpfs tmpfs "$root/tmp"
mount -o remount,bind,ro "$root"
exec /usr/sbin/chroot "$root" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --no-new-privs \
  --bounding-set=-all --inh-caps=-all bash -c 'cd "$0" && exec "$@"' "$folder" "$@"
