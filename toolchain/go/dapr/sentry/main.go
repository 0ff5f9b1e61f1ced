// Command sentry is Dapr's certificate authority for one machine. It differs from Dapr's own
// program in that health and metrics listen on the addresses that the flags name.
package main

import (
	"os"
	"path/filepath"

	"todo-evolution/toolchain/dapr/health"

	"github.com/dapr/dapr/cmd/sentry/options"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/metrics"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/sentry"
	"github.com/dapr/dapr/pkg/sentry/config"
	"github.com/dapr/dapr/pkg/sentry/monitoring"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var log = logger.NewLogger("dapr.sentry")

func main() {
	opts := options.New(os.Args[1:])
	check(opts.Validate())
	check(logger.ApplyOptionsToLoggers(&opts.Logger))
	check(monitoring.InitMetrics())

	settings, err := config.FromConfigName(opts.ConfigName, opts.Mode)
	check(err)
	settings.IssuerCertPath = filepath.Join(opts.IssuerCredentialsPath, opts.X509.IssuerCertFilename)
	settings.IssuerKeyPath = filepath.Join(opts.IssuerCredentialsPath, opts.X509.IssuerKeyFilename)
	settings.RootCertPath = filepath.Join(opts.IssuerCredentialsPath, opts.X509.RootCAFilename)
	settings.TrustDomain = opts.TrustDomain
	settings.Port = opts.Port
	settings.ListenAddress = opts.ListenAddress
	settings.Mode = modes.DaprMode(opts.Mode)

	status := healthz.New()
	exporter := metrics.New(metrics.Options{
		Log:           log,
		Enabled:       opts.Metrics.Enabled(),
		Namespace:     metrics.DefaultMetricNamespace,
		Port:          opts.Metrics.Port(),
		ListenAddress: opts.Metrics.ListenAddress(),
		Healthz:       status,
	})
	ctx := signals.Context()
	authority, err := sentry.New(ctx, sentry.Options{Config: settings, Healthz: status})
	check(err)
	check(concurrency.NewRunnerManager(
		health.Serve(opts.HealthzListenAddress, opts.HealthzPort, status),
		exporter.Start,
		authority.Start,
	).Run(ctx))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
