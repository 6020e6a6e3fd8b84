module edgeconf.invalid/interop

go 1.25.0

require github.com/google/gnxi v0.0.0-20221016143401-2aeceb5a2901
