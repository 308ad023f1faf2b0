/** OpenTelemetry traces, where the standard's own variable names a collector (OTEL_EXPORTER_OTLP_ENDPOINT). */
import { propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Environment } from './machine.ts';

/** Registers the global tracer provider; the answer flushes and ends it. Does nothing where no collector is named. */
export function startTelemetry(env: Environment): () => Promise<void> {
  const named = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (named === undefined || named === '' || env['OTEL_SDK_DISABLED'] === 'true')
    return () => Promise.resolve();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': env['OTEL_SERVICE_NAME'] ?? 'remit' }),
    // The exporter reads endpoint, headers and timeout from the variables of the specification itself.
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  trace.setGlobalTracerProvider(provider);
  return async () => {
    await provider.shutdown();
    trace.disable();
    propagation.disable();
  };
}
