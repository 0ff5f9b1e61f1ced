// Package health serves the readiness of a Dapr program on one address. Dapr's own server takes
// the port from its flags but not the address, and listens on every interface.
package health

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/dapr/dapr/pkg/healthz"
)

// Serve answers GET /healthz with 200 once everything in status is ready, until ctx ends.
func Serve(address string, port int, status healthz.Healthz) func(context.Context) error {
	return func(ctx context.Context) error {
		listener, err := net.Listen("tcp", net.JoinHostPort(address, fmt.Sprint(port)))
		if err != nil {
			return err
		}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
			if !status.IsReady() {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
		})
		server := &http.Server{Handler: mux}
		go func() {
			<-ctx.Done()
			server.Close()
		}()
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	}
}
