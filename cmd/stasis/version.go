package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Say which Stasis this is",
		Example: "  stasis version",
		Args:    cobra.NoArgs,
		Run:     func(cmd *cobra.Command, _ []string) { version(cmd.OutOrStdout()) },
	}
}

// version prints what the build left in the binary.
func version(w io.Writer) {
	revision, modified := "unknown revision", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value[:min(12, len(s.Value))]
			case s.Key == "vcs.modified" && s.Value == "true":
				modified = ", modified"
			}
		}
	}
	fmt.Fprintf(w, "stasis %s%s (%s, %s/%s)\n", revision, modified, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
