"""The page's files over HTTP, with the policy that holds it to itself."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent
_SHOWN = (".css", ".html", ".js", ".svg")
"""What else lies in the folder is not for browsers."""

_FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",  # asked for each time, sent if it changed: never the modules of two versions
}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'",
    "Referrer-Policy": "no-referrer",
}
"""Nothing comes from elsewhere, no script or style stands in the page itself, and no text becomes either."""


class PageFiles(StaticFiles):
    """The page's folder, without its Python."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file; the page itself with its policy. Raise HTTPException if it is none of the page's."""
        if not path.endswith(_SHOWN):
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers.update(_FILE_HEADERS | (PAGE_HEADERS if path.endswith(".html") else {}))
        return response


def page_routes() -> list[BaseRoute]:
    """Return the routes of the page: ``/`` and what is beneath ``/page``, compressed for whoever takes it so."""
    files, compressed = PageFiles(directory=FOLDER), [Middleware(GZipMiddleware)]

    async def index(request: Request) -> Response:
        return await files.get_response("index.html", request.scope)

    return [Route("/", index, middleware=compressed), Mount("/page", files, middleware=compressed)]
