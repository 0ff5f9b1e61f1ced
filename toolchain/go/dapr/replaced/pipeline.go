// This file stands in for pkg/middleware/http/pipeline.go of Dapr when daprd is built.
//
// There, a pipeline keeps the handler that was given to it last, and every request goes to that one.
// The channel to the app gives it a handler for each delivery, which notes whether the delivery
// failed: of two at the same time that the app does not answer, one is noted twice and the other is
// an empty answer of status 200, which says that the event was handled. It is then never delivered.
// Here each handler has a chain of its own.
package http

import (
	"net/http"
	"slices"

	"github.com/dapr/dapr/pkg/config"
	"github.com/dapr/dapr/pkg/middleware"
	"github.com/dapr/dapr/pkg/middleware/store"
)

type pipeline struct {
	name  string
	spec  *config.PipelineSpec
	store *store.Store[middleware.HTTP]
}

func newPipeline(name string, store *store.Store[middleware.HTTP], spec *config.PipelineSpec) *pipeline {
	return &pipeline{name: name, spec: spec, store: store}
}

// http wraps a handler in the middlewares that are loaded when a request comes.
func (p *pipeline) http() middleware.HTTP {
	return func(root http.Handler) http.Handler {
		if p.spec == nil || len(p.spec.Handlers) == 0 {
			return root
		}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p.chainTo(root).ServeHTTP(w, r)
		})
	}
}

// chainTo has the middlewares of the spec in their order, without those that are not loaded.
func (p *pipeline) chainTo(root http.Handler) http.Handler {
	next := root
	for _, handler := range slices.Backward(p.spec.Handlers) {
		wrap, loaded := p.store.Get(store.Metadata{
			Name:    handler.Name,
			Type:    handler.Type,
			Version: handler.Version,
		})
		if loaded {
			next = wrap(next)
		}
	}
	return next
}

// buildChain is called when a middleware comes or goes, which the next request finds by itself.
func (p *pipeline) buildChain() {}
