module edgeconf.invalid/interop

go 1.25.0

require github.com/influxdata/telegraf v1.37.2
