package arm64

//go:generate go run stasis/internal/gen/arm64
