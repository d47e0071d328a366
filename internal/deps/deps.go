// Package deps keeps the import order of the project. It has nothing but its test; ARCHITECTURE.md has the picture.
package deps
