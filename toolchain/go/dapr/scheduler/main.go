// Command scheduler is Dapr's scheduler of jobs for one machine, with its database embedded. It
// differs from Dapr's own program in that health and metrics listen on the addresses that the
// flags name.
package main

import (
	"context"
	"os"

	"todo-evolution/toolchain/dapr/health"

	"github.com/dapr/dapr/cmd/scheduler/options"
	"github.com/dapr/dapr/pkg/healthz"
	"github.com/dapr/dapr/pkg/metrics"
	"github.com/dapr/dapr/pkg/modes"
	"github.com/dapr/dapr/pkg/scheduler/monitoring"
	"github.com/dapr/dapr/pkg/scheduler/server"
	"github.com/dapr/dapr/pkg/security"
	"github.com/dapr/kit/concurrency"
	"github.com/dapr/kit/logger"
	"github.com/dapr/kit/signals"
)

var log = logger.NewLogger("dapr.scheduler")

// The identity that sidecars expect of a scheduler.
const appID = "dapr-scheduler"

func main() {
	opts, err := options.New(os.Args[1:])
	check(err)
	check(logger.ApplyOptionsToLoggers(&opts.Logger))
	check(monitoring.InitMetrics())

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
	identity, err := security.New(ctx, security.Options{
		SentryAddress:           opts.SentryAddress,
		ControlPlaneTrustDomain: opts.TrustDomain,
		ControlPlaneNamespace:   security.CurrentNamespace(),
		TrustAnchorsFile:        opts.TrustAnchorsFile,
		AppID:                   appID,
		MTLSEnabled:             opts.TLSEnabled,
		Mode:                    modes.DaprMode(opts.Mode),
		Healthz:                 status,
		WriteIdentityToFile:     &opts.IdentityDirectoryWrite,
	})
	check(err)
	check(concurrency.NewRunnerManager(
		health.Serve(opts.HealthzListenAddress, opts.HealthzPort, status),
		exporter.Start,
		identity.Run,
		func(ctx context.Context) error { return serve(ctx, opts, identity, status) },
	).Run(ctx))
}

func serve(ctx context.Context, opts *options.Options, identity security.Provider, status healthz.Healthz) error {
	handler, err := identity.Handler(ctx)
	if err != nil {
		return err
	}
	scheduler, err := server.New(server.Options{
		Healthz:                        status,
		Security:                       handler,
		Mode:                           modes.DaprMode(opts.Mode),
		Port:                           opts.Port,
		ListenAddress:                  opts.ListenAddress,
		OverrideBroadcastHostPort:      opts.OverrideBroadcastHostPort,
		EtcdEmbed:                      true,
		EtcdDataDir:                    opts.EtcdDataDir,
		EtcdName:                       opts.ID,
		EtcdInitialCluster:             opts.EtcdInitialCluster,
		EtcdClientPort:                 opts.EtcdClientPort,
		EtcdClientListenAddress:        opts.EtcdClientListenAddress,
		EtcdSpaceQuota:                 opts.EtcdSpaceQuota,
		EtcdCompactionMode:             opts.EtcdCompactionMode,
		EtcdCompactionRetention:        opts.EtcdCompactionRetention,
		EtcdSnapshotCount:              opts.EtcdSnapshotCount,
		EtcdMaxSnapshots:               opts.EtcdMaxSnapshots,
		EtcdMaxWALs:                    opts.EtcdMaxWALs,
		EtcdBackendBatchLimit:          opts.EtcdBackendBatchLimit,
		EtcdBackendBatchInterval:       opts.EtcdBackendBatchInterval,
		EtcdDefragThresholdMB:          opts.EtcdDefragThresholdMB,
		EtcdInitialElectionTickAdvance: opts.EtcdInitialElectionTickAdvance,
		EtcdMetrics:                    opts.EtcdMetrics,
	})
	if err != nil {
		return err
	}
	return scheduler.Run(ctx)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
