//go:build tools

package tools

import (
	_ "github.com/google/gnxi/gnmi_capabilities"
	_ "github.com/google/gnxi/gnmi_get"
	_ "github.com/google/gnxi/gnmi_set"
	_ "github.com/google/gnxi/gnmi_subscribe"
)
