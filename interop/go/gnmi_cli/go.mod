module edgeconf.invalid/interop

go 1.25.0

require github.com/openconfig/gnmi v0.14.1
