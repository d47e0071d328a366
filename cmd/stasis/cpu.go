package main

import (
	"fmt"
	"slices"
	"strings"

	"stasis/cpu/arm64"
	"stasis/cpu/x86"
	"stasis/machine"
)

// setCPU reads a CPU given as MODEL[,OPTION...][,-FEATURE][,+FEATURE]. The last word about a feature counts. Nothing is the
// model that the board has by default.
func setCPU(c *machine.Config, text string) error {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	var option func(c *machine.Config, word string) bool
	var feature func(name string) (string, error)
	switch parts[0] {
	case "x86-64-v2":
		option, feature = optionX86, x86.FeatureName
	case "max":
		c.CPU = "max"
		option, feature = optionARM64, featureARM64
	default:
		return fmt.Errorf("--cpu %s: model %q is not known; there are x86-64-v2 and max, the latter for AArch64", text, parts[0])
	}
	for _, part := range parts[1:] {
		if option(c, part) {
			continue
		}
		if len(part) < 2 || part[0] != '-' && part[0] != '+' {
			return fmt.Errorf("--cpu %s: %q is not known; give vendor=amd, vendor=intel (x86-64), pauth=fast, pauth=qarma5 (AArch64), "+
				"-FEATURE or +FEATURE", text, part)
		}
		name, err := feature(part[1:])
		if err != nil {
			return fmt.Errorf("--cpu %s: %w", text, err)
		}
		c.Hide = slices.DeleteFunc(c.Hide, func(h string) bool { return h == name })
		if part[0] == '-' {
			c.Hide = append(c.Hide, name)
		}
	}
	return nil
}

func optionX86(c *machine.Config, word string) bool {
	v, ok := strings.CutPrefix(word, "vendor=")
	if ok = ok && (v == "amd" || v == "intel"); ok {
		c.CPU = v
	}
	return ok
}

func optionARM64(c *machine.Config, word string) bool {
	v, ok := strings.CutPrefix(word, "pauth=")
	if ok = ok && (v == "fast" || v == "qarma5"); ok {
		c.PAuth = v
	}
	return ok
}

// featureARM64 is the name of a feature, in whatever case it is given.
func featureARM64(name string) (string, error) {
	for _, known := range arm64.FeatureNames() {
		if strings.EqualFold(known, name) {
			return known, nil
		}
	}
	return "", arm64.CheckFeatures([]string{name})
}
