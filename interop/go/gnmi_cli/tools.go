//go:build tools

package tools

import _ "github.com/openconfig/gnmi/cmd/gnmi_cli"
