package demo

import (
	"context"
	"io"
)

func Check(ctx context.Context, out io.Writer, options Options) error   { return nil }
func runProgram(ctx context.Context, in io.Reader, out io.Writer) error { return nil }
