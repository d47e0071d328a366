package x86

//go:generate go run stasis/internal/gen/x86handlers
//go:generate go run stasis/internal/gen/x86
