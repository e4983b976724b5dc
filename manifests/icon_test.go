package manifests

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func picture(t *testing.T, data []byte, size int) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := img.Bounds(); got != image.Rect(0, 0, size, size) {
		t.Fatalf("it is %v, and not %d by %d", got, size, size)
	}
	return img
}

// count is how many pixels are as asked.
func count(img image.Image, is func(color.NRGBA) bool) int {
	n := 0
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			if is(color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)) {
				n++
			}
		}
	}
	return n
}

// Teams wants 192 pixels in colour, and 32 in white on nothing:
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons.
func TestTheIconsOfTeams(t *testing.T) {
	t.Parallel()
	all := unpacked(t, Teams{Site: site(t)})
	large, small := picture(t, all["color.png"], 192), picture(t, all["outline.png"], 32)
	if n := count(large, func(c color.NRGBA) bool { return c.A != 0xff }); n > 0 {
		t.Errorf("%d pixels of the coloured icon let something through", n)
	}
	white := func(c color.NRGBA) bool { return c == color.NRGBA{0xff, 0xff, 0xff, 0xff} }
	if n := count(large, white); n < 192*192/10 || n > 192*192/3 {
		t.Errorf("%d pixels of the coloured icon are white", n)
	}
	if n := count(small, func(c color.NRGBA) bool { return c.A == 0 }); n < 32*32/2 {
		t.Errorf("only %d pixels of the outline are free", n)
	}
	if n := count(small, white); n < 50 {
		t.Errorf("only %d pixels of the outline are white", n)
	}
	if n := count(small, func(c color.NRGBA) bool { return c.A > 0 && (c.R != 0xff || c.G != 0xff || c.B != 0xff) }); n > 0 {
		t.Errorf("%d pixels of the outline have a colour", n)
	}
}

func TestTheOtherIcons(t *testing.T) {
	t.Parallel()
	picture(t, files(t, slackApp(t))["rollcall-slack.png"], 512)  // Slack: 512 to 2000 pixels
	picture(t, files(t, webexApps(t))["rollcall-webex.png"], 512) // Webex: 512 pixels
}
