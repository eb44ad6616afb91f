"""HEAD wherever GET is: monitors and balancers probe with it (RFC 9110, 9.1 asks for both of every server)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class HeadAsGet:
    """
    ASGI middleware that answers HEAD with the headers of the same GET.

    Args:
        app: The application behind it, which need not know HEAD.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; of the answer to a HEAD leave the body away."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_no_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        await self.app({**scope, "method": "GET"}, receive, send_no_body)
