"""What an operator sets about who may come in."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AccessConfig(BaseModel):
    """
    Who may come in.

    Attributes:
        required: ``beyond_loopback`` asks for credentials wherever other machines can reach a port; ``always`` also on
            loopback.
        hosts: Names under which people reach this server where nobody has to sign in, such as that of a proxy in front;
            ``localhost``, addresses and the host of `server.public_url` are known.
        session_s: Seconds after which a person signs in again.
        token_refresh_s: Seconds between looks at the tokens; a revocation takes effect within about this.
        token_stale_after_s: Seconds for which tokens are judged from memory while the state store does not answer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    required: Literal["beyond_loopback", "always"] = "beyond_loopback"
    hosts: tuple[str, ...] = ()
    session_s: float = Field(default=8 * 3_600.0, gt=0)
    token_refresh_s: float = Field(default=1.0, gt=0)
    token_stale_after_s: float = Field(default=10.0, gt=0)
