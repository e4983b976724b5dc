package simulation

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"
)

// dice is chance from one seed. Different purposes have dice of their own, so that one more throw
// for one of them doesn't change what happens to the others.
type dice struct{ *rand.Rand }

func newDice(seed uint64, purpose string, number int) dice {
	hash := uint64(14695981039346656037)
	for _, c := range []byte(purpose) {
		hash = (hash ^ uint64(c)) * 1099511628211
	}
	return dice{rand.New(rand.NewPCG(seed, hash+uint64(number)))}
}

// chance is true with a probability.
func (d dice) chance(p float64) bool { return p > 0 && d.Float64() < p }

// between is a time from least to most, short ones as likely as long ones.
func (d dice) between(least, most time.Duration) time.Duration {
	ratio := float64(most) / float64(least)
	return time.Duration(float64(least) * math.Pow(ratio, d.Float64())).Round(time.Millisecond)
}

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// weighted is one of several things with a weight each.
type weighted[T any] struct {
	weight int
	thing  T
}

func draw[T any](d dice, from []weighted[T]) T {
	sum := 0
	for _, w := range from {
		sum += w.weight
	}
	at := d.IntN(sum)
	for _, w := range from {
		if at -= w.weight; at < 0 {
			return w.thing
		}
	}
	panic("the weights do not add up")
}

// entropy is chance as the engine wants it.
type entropy struct{ rand.Source }

func (b entropy) Read(p []byte) (int, error) {
	var word [8]byte
	for i := range p {
		if i%8 == 0 {
			binary.LittleEndian.PutUint64(word[:], b.Uint64())
		}
		p[i] = word[i%8]
	}
	return len(p), nil
}
