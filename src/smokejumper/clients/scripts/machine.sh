# Question: how full are disks and memory of this machine, how loaded is it, and how long is it up?
# Cost: one shell and df; reads four files of /proc. Bound: some milliseconds, under 4 KB of output.
# Versions: POSIX sh, df of coreutils, busybox or toybox, /proc of Linux 3.14 or newer. Any user may run it; no curl, no ps.
#
# Prints one thing a line, a word and its values apart by blanks, and leaves out what cannot be read:
#   disk KILOBYTES_IN_ALL KILOBYTES_USED PATH (the root, and what lies on a device of its own)
#   memory NAME KILOBYTES
#   load ONE_MINUTE FIVE_MINUTES FIFTEEN_MINUTES
#   uptime SECONDS
LC_ALL=C
export LC_ALL

df -Pk 2>/dev/null | while read -r device total used _ _ path; do
  case "$device $path" in
    /dev/*" "* | *" /") echo "disk $total $used $path" ;;
  esac
done

if [ -r /proc/meminfo ]; then
  while read -r name value _; do
    case "$name" in
      MemTotal: | MemAvailable: | SwapTotal: | SwapFree:) echo "memory ${name%:} $value" ;;
    esac
  done </proc/meminfo
fi

if read -r one five fifteen _ 2>/dev/null </proc/loadavg; then
  echo "load $one $five $fifteen"
fi

if read -r up _ 2>/dev/null </proc/uptime; then
  echo "uptime ${up%.*}"
fi
