package manifests

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
)

// The icon is two rings that are linked: one passes over the other at one crossing and under it at
// the other. It is drawn in a square of 32 units, from distances, so it is sharp at every size.
const (
	unit   = 32.0
	radius = 6.5 // of the rings' middle line
	apart  = 8.4 // their centres
	stroke = 2.4
	seam   = 0.9 // what is left free where one passes over the other
)

// coloured is the icon on its tile, as a PNG of size × size pixels. The tile fills the whole square:
// Teams, Slack and Webex round the corners themselves.
func coloured(size int) ([]byte, error) {
	tile := color.NRGBA{0x2c, 0x4f, 0x8f, 0xff}
	return draw(size, func(x, y, pixel float64) color.NRGBA { return mix(tile, rings(x, y, pixel)) })
}

// outline is the icon in white on nothing, as Teams wants it in its side bar.
func outline(size int) ([]byte, error) {
	return draw(size, func(x, y, pixel float64) color.NRGBA {
		return color.NRGBA{0xff, 0xff, 0xff, uint8(math.Round(255 * rings(x, y, pixel)))}
	})
}

func draw(size int, at func(x, y, pixel float64) color.NRGBA) ([]byte, error) {
	picture := image.NewNRGBA(image.Rect(0, 0, size, size))
	pixel := unit / float64(size)
	for row := range size {
		for column := range size {
			picture.SetNRGBA(column, row, at((float64(column)+0.5)*pixel, (float64(row)+0.5)*pixel, pixel))
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, picture); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// rings is how much of a point the rings cover, 0 to 1.
func rings(x, y, pixel float64) float64 {
	left := ring(x, y, unit/2-apart/2)
	right := ring(x, y, unit/2+apart/2)
	under, over := left, right // above the middle the right ring passes over the left one
	if y > unit/2 {
		under, over = right, left
	}
	return max(cover(over, pixel), cover(max(under, seam-over), pixel))
}

// ring is the distance of a point to a ring, negative inside its stroke.
func ring(x, y, centre float64) float64 {
	return math.Abs(math.Hypot(x-centre, y-unit/2)-radius) - stroke/2
}

// cover turns a distance into how much of a pixel is covered.
func cover(distance, pixel float64) float64 {
	return min(max(0.5-distance/pixel, 0), 1)
}

func mix(under color.NRGBA, white float64) color.NRGBA {
	part := func(c uint8) uint8 { return uint8(math.Round(float64(c) + (255-float64(c))*white)) }
	return color.NRGBA{part(under.R), part(under.G), part(under.B), 0xff}
}
