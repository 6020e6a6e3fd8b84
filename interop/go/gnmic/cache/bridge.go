// What gnmic's cache needs to be built from its published modules: its logger in either form.
package cache

import (
	"log"
	"log/slog"
)

func asLogger(given any) *log.Logger {
	if logger, ok := given.(*slog.Logger); ok {
		return slog.NewLogLogger(logger.Handler(), slog.LevelInfo)
	}
	logger, _ := given.(*log.Logger)
	return logger
}
