"""Fault: CloudFormation ignores an HTTP API's OpenAPI `Body`, which is what SAM's HttpApi is translated to.

No route, no CORS, no authorizer: every request is a silent 404.
Seam: the create, update and delete handlers of AWS::ApiGatewayV2::Api, with the provisioners' own creators of
integrations, routes and authorizers.
Delete this when a template whose Api has only a Body answers on its routes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.mends.seam import Function, LambdaHost, replace_handler, seam

RESOURCE = "AWS::ApiGatewayV2::Api"
PROVISIONERS = "services.cloudformation.provisioners"
GATEWAY = "services.apigateway"
ANY = "x-amazon-apigateway-any-method"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", ANY}

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Route:
    """One line of the API: "GET /path", the Lambda behind it, and the authorizer's name or None."""

    key: str
    integration: Record
    authorizer: str | None


def mend(_host: LambdaHost) -> None:
    for name in ("_apigw_v2_authorizer_create", "_apigw_v2_integration_create", "_apigw_v2_route_create"):
        seam(PROVISIONERS, name)
    replace_handler(RESOURCE, "create", _create)
    replace_handler(RESOURCE, "update", _update)
    replace_handler(RESOURCE, "delete", _delete)


def _create(original: Function) -> Function:
    def with_body(logical_id: str, props: Record, stack: str) -> Any:
        api_id, attributes = original(logical_id, named(props), stack)
        fill(api_id, props, stack)
        return api_id, attributes

    return with_body


def _update(original: Function) -> Function:
    def with_body(api_id: str, old: Record, new: Record, stack: str, *rest: Any) -> Any:
        result = original(api_id, named(old), named(new), stack, *rest)
        fill(result[0], new, stack)
        return result

    return with_body


def _delete(original: Function) -> Function:
    def with_body(api_id: str, props: Record) -> Any:
        seam(GATEWAY, "_authorizers").pop(api_id, None)
        return original(api_id, props)

    return with_body


def fill(api_id: str, props: Record, stack: str) -> None:
    """Replace all that the API's last Body had made by what this one says."""
    for store in ("_routes", "_integrations", "_authorizers"):
        seam(GATEWAY, store)[api_id] = {}
    body = props.get("Body") or {}
    authorizers = {
        name: create_authorizer(api_id, name, settings, stack) for name, settings in authorizers_of(body)
    }
    for route in routes_of(body):
        create_route(api_id, route, authorizers, stack)
    if cors := cors_of(body):
        seam(GATEWAY, "_apis")[api_id]["corsConfiguration"] = cors


def named(props: Record) -> dict[str, Any]:
    """In AWS the API takes its name from the Body's title when it has no other."""
    title = ((props.get("Body") or {}).get("info") or {}).get("title")
    return {**props, "Name": props.get("Name") or title} if title else dict(props)


def create_authorizer(api_id: str, name: str, settings: Record, stack: str) -> str:
    sources = settings.get("identitySource", "$request.header.Authorization")
    if isinstance(sources, str):
        sources = [source.strip() for source in sources.split(",")]
    authorizer_id: str = seam(PROVISIONERS, "_apigw_v2_authorizer_create")(
        name,
        {
            "ApiId": api_id,
            "Name": name,
            "AuthorizerType": settings["type"].upper(),
            "IdentitySource": sources,
            "AuthorizerUri": settings.get("authorizerUri", ""),
            "AuthorizerPayloadFormatVersion": str(settings.get("authorizerPayloadFormatVersion", "2.0")),
            "AuthorizerResultTtlInSeconds": int(settings.get("authorizerResultTtlInSeconds", 300)),
            "EnableSimpleResponses": settings.get("enableSimpleResponses") in (True, "true"),
        },
        stack,
    )[0]
    return authorizer_id


def create_route(api_id: str, route: Route, authorizers: Mapping[str, str], stack: str) -> None:
    integration_id = seam(PROVISIONERS, "_apigw_v2_integration_create")(
        route.key,
        {
            "ApiId": api_id,
            "IntegrationType": str(route.integration.get("type", "aws_proxy")).upper(),
            "IntegrationUri": route.integration.get("uri", ""),
            "IntegrationMethod": route.integration.get("httpMethod", "POST"),
            "PayloadFormatVersion": str(route.integration.get("payloadFormatVersion", "2.0")),
            "TimeoutInMillis": int(route.integration.get("timeoutInMillis", 30000)),
        },
        stack,
    )[0]
    seam(PROVISIONERS, "_apigw_v2_route_create")(
        route.key,
        {
            "ApiId": api_id,
            "RouteKey": route.key,
            "Target": f"integrations/{integration_id}",
            "AuthorizationType": "CUSTOM" if route.authorizer else "NONE",
            "AuthorizerId": authorizers[route.authorizer] if route.authorizer else None,
        },
        stack,
    )


def authorizers_of(body: Record) -> Iterator[tuple[str, Record]]:
    """The Body's Lambda authorizers. Raises ValueError for another kind: its routes would be open."""
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        settings = scheme.get("x-amazon-apigateway-authorizer")
        if settings is None or settings.get("type", "").upper() != "REQUEST":
            raise ValueError(f"authorizer {name}: only Lambda authorizers are understood here")
        yield name, settings


def routes_of(body: Record) -> Iterator[Route]:
    everywhere = body.get("security")
    for path, operations in (body.get("paths") or {}).items():
        for method in METHODS & operations.keys():
            verb = "ANY" if method == ANY else method.upper()
            key = "$default" if path == "/$default" else f"{verb} {path}"
            operation = operations[method]
            integration = operation.get("x-amazon-apigateway-integration") or {}
            yield Route(key, integration, _authorizer_of(operation.get("security", everywhere)))


def _authorizer_of(security: Any) -> str | None:
    names = [name for requirement in security or [] for name in requirement]
    return names[0] if names and names[0] != "NONE" else None


def cors_of(body: Record) -> dict[str, Any]:
    """`x-amazon-apigateway-cors` has the same camelCase names as the API's own configuration."""
    cors = dict(body.get("x-amazon-apigateway-cors") or {})
    # A CommaDelimitedList parameter that is empty arrives as a list of one empty text.
    return cors if any(cors.get("allowOrigins") or []) else {}
