// A stock OpenTelemetry client: one trace, one log record and one sum over each exporter there is.
// Usage: node send.mjs <OTLP/HTTP base URL> <OTLP/gRPC URL> <purchase order> <correlation id>
import { context, trace, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { SeverityNumber } from "@opentelemetry/api-logs";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter as GrpcTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { OTLPTraceExporter as JsonTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const [http, grpc, order, correlation] = process.argv.slice(2);
const resource = resourceFromAttributes({ "service.name": "js-portal", "service.version": "1.0" });

const exporters = {
  grpc: new GrpcTraceExporter({ url: grpc }),
  json: new JsonTraceExporter({ url: `${http}/v1/traces` }),
  protobuf: new ProtobufTraceExporter({ url: `${http}/v1/traces`, compression: "gzip" }),
};
let last;
for (const [door, exporter] of Object.entries(exporters)) {
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer("wayline-js-client-test", "1.0");
  const span = tracer.startSpan(`submit order by ${door}`, {
    kind: SpanKind.SERVER,
    attributes: {
      "erp.po.number": order,
      "correlation.id": correlation,
      "order.lines": 3,
      "order.total": 12.5,
      "order.urgent": false,
      "order.items": ["gloves", "gauze"],
    },
  });
  const child = tracer.startSpan("check stock", { kind: SpanKind.CLIENT }, trace.setSpan(context.active(), span));
  child.addEvent("cache miss", { "cache.key": "stock" });
  child.setStatus({ code: SpanStatusCode.OK });
  child.end();
  span.end();
  last = span;
  await provider.forceFlush();
  await provider.shutdown();
}

const logs = new LoggerProvider({
  resource,
  processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${http}/v1/logs` }) })],
});
logs.getLogger("wayline-js-client-test").emit({
  severityNumber: SeverityNumber.INFO,
  severityText: "INFO",
  body: { text: "order submitted", lines: 3 },
  attributes: { po_number: order },
  context: trace.setSpan(context.active(), last),
});
await logs.forceFlush();
await logs.shutdown();

const meters = new MeterProvider({
  resource,
  readers: [
    new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter({ url: `${http}/v1/metrics` }) }),
  ],
});
meters.getMeter("wayline-js-client-test").createCounter("orders.submitted").add(3, { door: "all" });
await meters.forceFlush();
await meters.shutdown();
