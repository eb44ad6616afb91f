"""The receivers and the spool behind them: everything up to the acknowledgement."""

from collector.admission import Admission
from collector.auth import Authenticator
from collector.config import CollectorConfig
from collector.grpc_server import GrpcReceiver
from collector.http_events import EventsEndpoint
from collector.http_messages import Endpoint
from collector.http_otlp import OtlpEndpoint, UnknownEndpoint
from collector.http_server import HttpServer
from collector.intake import Intake
from collector.loop_thread import Bridge, LoopThread
from collector.memory_mark import MemoryMark, available_bytes
from collector.otlp import SERVICES
from collector.spool import Spool
from collector.validate import Validator
from core.access import LOOPBACK_HOSTS
from core.clock import Clock
from core.component import Health
from core.errors import ConfigError
from core.tls import ServerTls

_START_TIMEOUT_S = 10.0
EVENTS_PATH = "/v1/events"


class Door:
    """
    OTLP/gRPC on one port, OTLP/HTTP and CloudEvents on another.

    Args:
        config: Addresses and limits.
        spool: Where accepted requests go; started and stopped by the caller.
        authenticator: Judges credentials.
        clock: Wall clock.

    Attributes:
        events: The endpoint for CloudEvents, for the main application to share.
    """

    def __init__(self, config: CollectorConfig, spool: Spool, authenticator: Authenticator, clock: Clock) -> None:
        self._config = config
        self._authenticator = authenticator
        self._thread = LoopThread("receivers")
        resident = config.limits.max_resident_bytes or round(available_bytes() * config.limits.max_resident_ratio)
        self.admission = Admission(config.limits.max_in_flight_bytes, MemoryMark(resident))
        bridge = Bridge(self._thread.loop)
        intake = Intake(spool, Validator(config.limits))
        self.events = EventsEndpoint(intake, config.limits, authenticator, clock)
        self._tls = ServerTls(config.tls) if config.tls.is_on else None
        grpc_tls = ServerTls(config.tls, alpn=("h2",)) if config.tls.is_on else None
        self._grpc = GrpcReceiver(intake, self.admission, config.limits, authenticator, bridge, grpc_tls)
        endpoints = {
            service.http_path: OtlpEndpoint(service, intake, config.limits, authenticator)
            for service in SERVICES.values()
        }
        paths: dict[str, Endpoint] = {**endpoints, EVENTS_PATH: self.events}
        self._http = HttpServer(paths, UnknownEndpoint(frozenset(paths)), self.admission, config.limits, bridge)

    @property
    def grpc_port(self) -> int:
        """Port OTLP/gRPC listens on; 0 before the start."""
        return self._grpc.port

    @property
    def http_port(self) -> int:
        """Port OTLP/HTTP listens on; 0 before the start."""
        return self._http.port

    def start(self) -> None:
        """
        Listen on both ports.

        Raises:
            ConfigError: Others could reach the port, and nothing would ask them who they are.
            OSError: An address cannot be bound.
        """
        host = self._config.host
        if host not in LOOPBACK_HOSTS and not self._authenticator.is_required:
            raise ConfigError(f"refusing to listen on {host} without authentication", remedy="listen on 127.0.0.1")
        self._thread.start()
        self._thread.call(self._grpc.start(host, self._config.grpc_port), _START_TIMEOUT_S)
        self._thread.call(
            self._http.start(host, self._config.http_port, self._tls.context if self._tls else None), _START_TIMEOUT_S
        )

    def stop(self, timeout_s: float) -> None:
        """Refuse new requests, answer those under way within *timeout_s* seconds."""
        self._thread.call(self._http.stop(timeout_s / 2), timeout_s)
        self._thread.call(self._grpc.stop(timeout_s / 2), timeout_s)
        self._thread.close(timeout_s)

    def health(self) -> list[Health]:
        """Return whether the ports are served."""
        is_alive = self._thread.is_alive
        detail = f"OTLP/gRPC on {self.grpc_port}, OTLP/HTTP on {self.http_port}" if is_alive else "not listening"
        return [Health("receivers", ok=is_alive, detail=detail)]
