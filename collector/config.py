"""What an operator sets about the door: addresses, limits, spool."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from collector.flush_config import FlushConfig
from collector.otel_ingest.config import OtelIngestConfig
from collector.sizes import ByteSize
from core.tls import TlsConfig


class LimitsConfig(BaseModel):
    """
    What one request may cost, checked before the work it would cause.

    Attributes:
        max_request_bytes: Size after inflation; OTLP 1.11 recommends 64 MiB.
        max_inflation_ratio: Inflated over compressed size, beyond the first *ratio_floor_bytes*.
        ratio_floor_bytes: Inflated size up to which the ratio is not looked at.
        max_items: Spans, log records, data points or events in one request.
        max_fields: Wire fields walked in a large request before it is refused.
        max_nesting: Levels of nested attribute values.
        max_in_flight_bytes: Inflated bytes of all requests not yet answered.
        max_resident_bytes: Resident memory of the process above which nothing is taken (503, UNAVAILABLE); 0 for
            *max_resident_ratio* of what the machine or the control group has.
        max_resident_ratio: See *max_resident_bytes*.
        max_connections: Open connections of each port.
        max_concurrent_streams: Open gRPC calls per connection.
        read_timeout_s: Longest silence while a request is being read.
        idle_timeout_s: Longest silence between requests on one connection.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_request_bytes: ByteSize = 64 * 2**20
    max_inflation_ratio: float = Field(default=100.0, gt=1)
    ratio_floor_bytes: ByteSize = 4 * 2**20
    max_items: int = Field(default=200_000, gt=0)
    max_fields: int = Field(default=400_000, gt=0)
    max_nesting: int = Field(default=32, gt=0, le=40)
    max_in_flight_bytes: ByteSize = 256 * 2**20
    max_resident_bytes: int = Field(default=0, ge=0)
    max_resident_ratio: float = Field(default=0.8, gt=0, le=1)
    max_connections: int = Field(default=1_024, gt=0)
    max_concurrent_streams: int = Field(default=100, gt=0)
    read_timeout_s: float = Field(default=30.0, gt=0)
    idle_timeout_s: float = Field(default=120.0, gt=0)


class SpoolConfig(BaseModel):
    """
    The folder that holds what was acknowledged and is not stored yet.

    Attributes:
        path: The folder; relative to the data folder unless absolute.
        key_file: Encryption key (32 bytes, base64), made on first start with mode 0600; relative to the data folder.
        key: The key itself (base64), instead of *key_file*; meant for the environment.
        quota_bytes: Most bytes that may wait to be stored.
        soft_mark_ratio: Part of the quota above which clients are asked to slow down (429).
        hard_mark_ratio: Part of the quota above which nothing is taken (503).
        disk_reserve_bytes: Free disk below which nothing is taken.
        segment_bytes: A segment is sealed at this size.
        seal_after_s: Age at which an idle flusher takes a segment that comes after a quiet time.
        seal_busy_after_s: Age up to which a segment waits while data keeps coming: larger parts, fewer of them.
        retired_keep_s: How long stored segments are kept, so that damage to the store can be replayed.
        retired_max_bytes: Most bytes of stored segments kept.
        dead_letters_max_bytes: Most bytes of dead letters; beyond it, what cannot be stored waits in the spool.
        resend_window_s: How long a byte-identical request is recognised.
        resend_entries: Requests remembered for that, per half of the window; 16 bytes each on disk and in memory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Path = Path("spool")
    key_file: Path = Path("spool.key")
    key: SecretStr = SecretStr("")
    quota_bytes: ByteSize = 4 * 2**30
    soft_mark_ratio: float = Field(default=0.7, gt=0, le=1)
    hard_mark_ratio: float = Field(default=0.9, gt=0, le=1)
    disk_reserve_bytes: int = Field(default=256 * 2**20, ge=0)
    segment_bytes: ByteSize = 48 * 2**20
    seal_after_s: float = Field(default=0.2, ge=0)
    seal_busy_after_s: float = Field(default=1.0, ge=0)
    retired_keep_s: float = Field(default=600.0, ge=0)
    retired_max_bytes: int = Field(default=2**30, ge=0)
    dead_letters_max_bytes: ByteSize = 2**30
    resend_window_s: float = Field(default=86_400.0, ge=0)
    resend_entries: int = Field(default=1_000_000, gt=0)


class CollectorConfig(BaseModel):
    """
    The door of Wayline.

    Attributes:
        host: Address to listen on; beyond loopback only with tokens or client certificates.
        grpc_port: Port of OTLP/gRPC; 0 asks the system for a free one.
        http_port: Port of OTLP/HTTP and CloudEvents; 0 asks the system for a free one.
        tls: Certificates of both ports; those of the pages where nothing is said.
        limits: What one request may cost.
        spool: Where acknowledged telemetry waits.
        flush: The way from the spool to the store.
        otel_ingest: Taking the rows that stock collectors insert into the store.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = "127.0.0.1"
    grpc_port: int = Field(default=4317, ge=0, le=65_535)
    http_port: int = Field(default=4318, ge=0, le=65_535)
    tls: TlsConfig = TlsConfig()
    limits: LimitsConfig = LimitsConfig()
    spool: SpoolConfig = SpoolConfig()
    flush: FlushConfig = FlushConfig()
    otel_ingest: OtelIngestConfig = OtelIngestConfig()
