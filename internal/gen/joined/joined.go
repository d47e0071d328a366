// Package joined makes one case of two micro-operations that often follow each other, for the generators of the block engines.
package joined

import (
	"fmt"
	"log"
	"strings"
)

// Each calls add for each two operations that the list names, a line for each: those that most often followed each other while Linux
// booted and worked. The program internal/gen/pairs writes it. The second keeps its own micro-operation behind the first, so that a
// miss in it is retried there alone: advance is what goes from one to the next.
func Each(list string, body map[string]string, advance string, add func(first, second, text string)) {
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		first, second, _ := strings.Cut(line, " ")
		a, ok := strings.CutSuffix(body[first], advance)
		b := body[second]
		if !ok || b == "" {
			log.Printf("pairs.txt: %q is no pair of micro-operations; it is left out", line)
			continue
		}
		add(first, second, fmt.Sprintf("{\n%s}\n%s\n%s", a, advance, b))
	}
}
