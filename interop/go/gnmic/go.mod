module edgeconf.invalid/interop

go 1.25.0

require (
	github.com/openconfig/gnmic v0.47.0
	github.com/openconfig/gnmic/pkg/api v0.1.11
	github.com/openconfig/gnmic/pkg/cache v0.1.3
)

replace github.com/openconfig/gnmic/pkg/api => ./api

replace github.com/openconfig/gnmic/pkg/cache => ./cache
