# Runs a command in a root of its own: the host read-only, /kaggle as the image has it.
# Started by `unshare` with private mounts, processes and network, so nothing of it is seen outside.
# usage: sh sandbox.sh CGROUP DISK_BYTES SCRATCH SURVEY COMMAND...
set -eu
cgroup=$1 disk=$2 scratch=$3 survey=$4
shift 4

if [ -n "$cgroup" ]; then echo $$ > "$cgroup/cgroup.procs"; fi
root=/mnt
mount --make-rprivate / 2>/dev/null || true
mount -t tmpfs -o mode=755 tmpfs "$root"

for entry in /*; do
    name=${entry#/}
    case $name in mnt | kaggle | proc) continue ;; esac
    if [ -L "$entry" ]; then
        cp -P "$entry" "$root/"
    elif [ -d "$entry" ]; then
        mkdir "$root/$name"
        mount --rbind "$entry" "$root/$name"
        # A mount that may not be changed from here stays as it is.
        case $name in dev | sys) ;; *) mount -o remount,bind,ro "$root/$name" 2>/dev/null || true ;; esac
    fi
done
mkdir "$root/proc"
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"

for name in input working image results survey tmp; do mkdir -p "$root/kaggle/$name"; done
mount --bind "$survey" "$root/kaggle/survey"
mount -o remount,bind,ro "$root/kaggle/survey"
mount --bind "$scratch/input" "$root/kaggle/input"
mount -o remount,bind,ro "$root/kaggle/input"
mount --bind "$scratch/image" "$root/kaggle/image"
mount --bind "$scratch/results" "$root/kaggle/results"
mount -t tmpfs -o size="$disk" tmpfs "$root/kaggle/working"

export HOME=/kaggle/tmp TMPDIR=/kaggle/tmp
exec chroot "$root" "$@"
