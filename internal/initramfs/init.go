package initramfs

import (
	"fmt"
	"strings"
)

// initScript is /init, the first program. A command that fails is reported and does not stop the rest.
func initScript(opts Options) string {
	var b strings.Builder
	b.WriteString(`#!/bin/sh
export PATH=/bin HOME=/root TERM=vt100
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
run() {
	sh -c "$1" || echo "` + Failed + ` $?: $1"
}
cd /root
echo '` + Marker + `'
`)
	for _, c := range opts.Commands {
		fmt.Fprintf(&b, "run %s\n", quote(c))
	}
	if len(opts.Script) > 0 {
		b.WriteString("run /script\n")
	}
	if opts.Shell {
		b.WriteString("setsid cttyhack sh\n")
	}
	b.WriteString("echo '" + Done + "'\nsync\npoweroff -f\n")
	return b.String()
}

// quote makes one shell word of s.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
