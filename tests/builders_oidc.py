"""A small OpenID Connect provider on a port of its own: code flow, PKCE, signed id tokens; it can be told to lie."""

import base64
import hashlib
import secrets
import socket
import threading
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Header, Response
from fastapi.responses import JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "wugan", "provider-secret"


class LocalProvider:
    """Signs in at once whoever `claims` names.

    Attributes:
        claims: What the id token says beside the protocol's own claims.
        lies: Claims of the protocol to replace, as `iss`, `aud`, `nonce`.
        signed_by: Key of the id token; the published one unless a test takes another.
    """

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.key = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
        self.signed_by = self.key
        self.asked: dict[str, dict[str, str]] = {}
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.issuer = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="error", lifespan="off"))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)

    def start(self) -> "LocalProvider":
        self._thread.start()
        return self

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def tell() -> dict[str, Any]:
            return {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            }

        @app.get("/jwks")
        def keys() -> dict[str, Any]:
            return {"keys": [self.key.as_dict(private=False)]}

        @app.get("/authorize")
        def authorize(redirect_uri: str, state: str, nonce: str, code_challenge: str) -> Response:
            code = secrets.token_urlsafe(8)
            self.asked[code] = {"nonce": nonce, "challenge": code_challenge, "to": redirect_uri}
            return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 302)

        @app.post("/token")
        def token(
            code: str = Form(), code_verifier: str = Form(), redirect_uri: str = Form(), authorization: str = Header("")
        ) -> Response:
            asked = self.asked.pop(code, None)
            basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
            digest = hashlib.sha256(code_verifier.encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            fits = asked is not None and (challenge, redirect_uri) == (asked["challenge"], asked["to"])
            if asked is None or not fits or authorization != f"Basic {basic}":
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse(
                {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}
            )

        return app

    def _id_token(self, nonce: str) -> str:
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT_ID, "sub": "1", "iat": now, "exp": now + 60, "nonce": nonce}
        return jwt.encode({"alg": "RS256", "kid": "k1"}, told | self.claims | self.lies, self.signed_by)
