"""OTLP/gRPC: the three Export services on one port, request bytes passed on as received."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
from grpc_status import rpc_status

from collector.admission import Admission
from collector.auth import Authenticator
from collector.config import LimitsConfig
from collector.intake import Intake, count_refusal
from collector.loop_thread import Bridge
from collector.otlp import SERVICES, OtlpService
from collector.refusals import RefusalError
from collector.signals import Signal
from collector.status import status_of
from core.access import LOCAL, Actor
from core.tls import ServerTls

Handler = Callable[[bytes, Any], Awaitable[bytes]]


class GrpcReceiver:
    """
    The gRPC port.

    Args:
        intake: Where requests go.
        admission: Bytes under way.
        limits: Message size and streams.
        authenticator: Judges credentials before a message is read.
        bridge: Tells the loop that a request is on disk.
        tls: Certificates of the port; None speaks plain text.
    """

    def __init__(
        self,
        intake: Intake,
        admission: Admission,
        limits: LimitsConfig,
        authenticator: Authenticator,
        bridge: Bridge,
        tls: ServerTls | None = None,
    ) -> None:
        self._intake = intake
        self._admission = admission
        self._limits = limits
        self._authenticator = authenticator
        self._bridge = bridge
        self._tls = tls
        self.port = 0

    async def start(self, address: str) -> None:
        """
        Listen on *address* (``host:port``).

        Raises:
            RuntimeError: The address cannot be bound.
        """
        options = [
            ("grpc.max_receive_message_length", self._limits.max_request_bytes),
            ("grpc.max_concurrent_streams", self._limits.max_concurrent_streams),
            ("grpc.so_reuseport", 0),
        ]
        interceptors = (
            [_AuthInterceptor(self._authenticator, self._build_handler)] if self._authenticator.is_required else []
        )
        self._server = grpc.aio.server(options=options, interceptors=interceptors)
        for service in SERVICES.values():
            export = self._build_handler(service.signal, LOCAL)
            handler = grpc.method_handlers_generic_handler(service.grpc_service, {"Export": export})
            self._server.add_generic_rpc_handlers((handler,))
        if self._tls is None:
            self.port = self._server.add_insecure_port(address)
        else:
            self.port = self._server.add_secure_port(address, _credentials(self._tls))
        await self._server.start()

    async def stop(self, grace_s: float) -> None:
        """Refuse new calls, and give those under way *grace_s* seconds."""
        await self._server.stop(grace_s)

    def _build_handler(self, signal: Signal, actor: Actor) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._build_export(SERVICES[signal], actor))

    def _build_export(self, service: OtlpService, actor: Actor) -> Handler:
        signal = service.signal

        async def export(request: bytes, context: Any) -> bytes:
            size = len(request)
            taken = 0
            try:
                self._admission.take(size)
                taken = size
                accepted = self._intake.accept(signal, request, "grpc", actor)
                if accepted.stored is not None:
                    await self._bridge.wait(accepted.stored)
            except RefusalError as error:
                count_refusal(signal, error)
                await _abort(context, error)
            finally:
                self._admission.give(taken)
            return service.partial_success(accepted.checked.rejected, accepted.checked.message)

        return export


def _credentials(tls: ServerTls) -> Any:
    # Asked at every handshake; gRPC itself speaks TLS 1.2 and newer only.
    return grpc.dynamic_ssl_server_credentials(
        _configuration(tls), lambda: _configuration(tls), require_client_authentication=tls.asks_clients
    )


def _configuration(tls: ServerTls) -> Any:
    key, chain, authorities = tls.pem()
    return grpc.ssl_server_certificate_configuration([(key, chain)], root_certificates=authorities)


async def _abort(context: Any, error: RefusalError) -> None:
    status = rpc_status.to_status(status_of(error))
    await context.abort(status.code, status.details, status.trailing_metadata)


class _AuthInterceptor(grpc.aio.ServerInterceptor):  # type: ignore[misc]  # grpc ships no types
    """Refuses a call before its message is read, and so before it is inflated."""

    def __init__(self, authenticator: Authenticator, build_handler: Callable[[Signal, Actor], Any]) -> None:
        self._authenticator = authenticator
        self._build_handler = build_handler
        self._signals = {f"/{service.grpc_service}/Export": service.signal for service in SERVICES.values()}

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        signal = self._signals.get(details.method)
        if signal is None:
            return await continuation(details)
        header = next((value for key, value in details.invocation_metadata if key == "authorization"), "")
        try:
            actor = self._authenticator.check(header, signal)
        except RefusalError as error:
            return _build_refusal(signal, error)
        return self._build_handler(signal, actor) if actor.sources else await continuation(details)


def _build_refusal(signal: Signal, error: RefusalError) -> Any:
    async def refuse(_requests: Any, context: Any) -> bytes:
        count_refusal(signal, error)
        await _abort(context, error)
        return b""

    # As a streaming handler, which may answer without having read the message.
    return grpc.stream_unary_rpc_method_handler(refuse)
