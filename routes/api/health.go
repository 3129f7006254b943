package api

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pulperia/routes/document"
	"pulperia/routes/frame"
	"pulperia/shop"
)

func newOperation(trade *shop.Shop, registry *prometheus.Registry, log *slog.Logger) (health, ready, metrics Operation) {
	r := operationRoutes{trade, registry, log}
	return Operation{r.health, r.describeHealth}, Operation{r.ready, r.describeReady}, Operation{r.metrics(), r.describeMetrics}
}

// operationRoutes are for whoever runs the shop, and for the machinery that restarts it.
type operationRoutes struct {
	shop     *shop.Shop
	registry *prometheus.Registry
	log      *slog.Logger
}

// health answers as long as the process does. It asks nobody: a store that is away is no reason for
// a restart.
func (operationRoutes) health(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	frame.WriteJSON(w, http.StatusOK, frame.Success(nil, []byte(`"alive"`)))
}

func (operationRoutes) describeHealth(op *document.Operation) {
	op.Is("health", "operation", "Whether the process is alive", "")
	op.AnswersAlways(healthDoc{})
}

// ready answers whether the store answers and can write.
func (o operationRoutes) ready(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if err := o.shop.Ready(r.Context()); err != nil {
		frame.Explain(o.log, w, err).Write(w)
		return
	}
	frame.WriteJSON(w, http.StatusOK, frame.Success(nil, []byte(`"ready"`)))
}

func (operationRoutes) describeReady(op *document.Operation) {
	op.Is("ready", "operation", "Whether the store answers and can write", "")
	op.AnswersAlways(healthDoc{})
	op.Fails(503)
}

func (o operationRoutes) metrics() http.HandlerFunc {
	o.registry.MustRegister(newStoreMetrics(o.shop))
	return promhttp.HandlerFor(o.registry, promhttp.HandlerOpts{
		ErrorHandling:      promhttp.ContinueOnError,
		DisableCompression: true, // the frame does it
	}).ServeHTTP
}

func (operationRoutes) describeMetrics(op *document.Operation) {
	op.Is("metrics", "operation", "Figures in the text format of Prometheus", "")
	op.Responses["200"] = &huma.Response{
		Description: "The figures.",
		Headers:     document.Headers("X-Request-Id"),
		Content:     map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
	}
}

type healthDoc struct {
	Status  string `json:"status" enum:"success"`
	Payload string `json:"payload" enum:"alive,ready"`
}
