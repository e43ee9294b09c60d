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
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"}


@dataclass(frozen=True)
class Route:
    """One line of the API: "GET /path", the Lambda behind it, and the authorizer's name or None."""

    key: str
    integration: Mapping[str, Any]
    authorizer: str | None


def mend(_host: LambdaHost) -> None:
    gateway = seam(PROVISIONERS, "_apigw_v2")
    stores = [getattr(gateway, name) for name in ("_apis", "_routes", "_integrations", "_authorizers")]

    def fill(api_id: str, props: Mapping[str, Any], stack: str) -> None:
        for store in stores[1:]:
            store[api_id] = {}
        body = props.get("Body") or {}
        authorizers = {name: create_authorizer(api_id, name, scheme, stack)
                       for name, scheme in authorizers_of(body).items()}
        for route in routes_of(body):
            create_route(api_id, route, authorizers, stack)
        if cors := cors_of(body):
            stores[0][api_id]["corsConfiguration"] = cors

    def create(original: Function) -> Function:
        def with_body(logical_id: str, props: Mapping[str, Any], stack: str) -> Any:
            api_id, attributes = original(logical_id, named(props), stack)
            fill(api_id, props, stack)
            return api_id, attributes
        return with_body

    def update(original: Function) -> Function:
        def with_body(api_id: str, old: Mapping[str, Any], new: Mapping[str, Any], stack: str, *rest: Any) -> Any:
            result = original(api_id, named(old), named(new), stack, *rest)
            fill(result[0], new, stack)
            return result
        return with_body

    def delete(original: Function) -> Function:
        def with_body(api_id: str, props: Mapping[str, Any]) -> Any:
            stores[3].pop(api_id, None)
            return original(api_id, props)
        return with_body

    for action, make in (("create", create), ("update", update), ("delete", delete)):
        replace_handler(RESOURCE, action, make)


def named(props: Mapping[str, Any]) -> dict[str, Any]:
    """In AWS the API takes its name from the Body's title when it has no other."""
    title = (props.get("Body") or {}).get("info", {}).get("title")
    return {**props, "Name": props.get("Name") or title} if title else dict(props)


def create_authorizer(api_id: str, name: str, scheme: Mapping[str, Any], stack: str) -> str:
    settings = scheme["x-amazon-apigateway-authorizer"]
    sources = settings.get("identitySource", "$request.header.Authorization")
    create = seam(PROVISIONERS, "_apigw_v2_authorizer_create")
    authorizer_id: str = create(name, {
        "ApiId": api_id,
        "Name": name,
        "AuthorizerType": settings["type"].upper(),
        "IdentitySource": [source.strip() for source in sources.split(",")] if isinstance(sources, str) else sources,
        "AuthorizerUri": settings.get("authorizerUri", ""),
        "AuthorizerPayloadFormatVersion": str(settings.get("authorizerPayloadFormatVersion", "2.0")),
        "AuthorizerResultTtlInSeconds": int(settings.get("authorizerResultTtlInSeconds", 300)),
        "EnableSimpleResponses": settings.get("enableSimpleResponses") in (True, "true"),
    }, stack)[0]
    return authorizer_id


def create_route(api_id: str, route: Route, authorizers: Mapping[str, str], stack: str) -> None:
    integration_id = seam(PROVISIONERS, "_apigw_v2_integration_create")(route.key, {
        "ApiId": api_id,
        "IntegrationType": str(route.integration.get("type", "aws_proxy")).upper(),
        "IntegrationUri": route.integration.get("uri", ""),
        "IntegrationMethod": route.integration.get("httpMethod", "POST"),
        "PayloadFormatVersion": str(route.integration.get("payloadFormatVersion", "2.0")),
        "TimeoutInMillis": int(route.integration.get("timeoutInMillis", 30000)),
    }, stack)[0]
    seam(PROVISIONERS, "_apigw_v2_route_create")(route.key, {
        "ApiId": api_id,
        "RouteKey": route.key,
        "Target": f"integrations/{integration_id}",
        "AuthorizationType": "CUSTOM" if route.authorizer else "NONE",
        "AuthorizerId": authorizers[route.authorizer] if route.authorizer else None,
    }, stack)


def authorizers_of(body: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The Lambda authorizers of the Body by name. Raises ValueError for other kinds, which would not be enforced."""
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    found = {name: scheme for name, scheme in schemes.items() if "x-amazon-apigateway-authorizer" in scheme}
    for name, scheme in found.items():
        if scheme["x-amazon-apigateway-authorizer"].get("type", "").upper() != "REQUEST":
            raise ValueError(f"authorizer {name}: only Lambda authorizers are understood here")
    return found


def routes_of(body: Mapping[str, Any]) -> Iterator[Route]:
    everywhere = _authorizer_named(body.get("security"))
    for path, operations in (body.get("paths") or {}).items():
        for method, operation in operations.items():
            if method not in METHODS:
                continue
            security = operation.get("security")
            verb = "ANY" if method.startswith("x-") else method.upper()
            yield Route("$default" if path == "/$default" or path == "$default" else f"{verb} {path}",
                        operation.get("x-amazon-apigateway-integration") or {},
                        _authorizer_named(security) if security is not None else everywhere)


def _authorizer_named(security: Any) -> str | None:
    names = [name for requirement in security or [] for name in requirement]
    return names[0] if names and names[0] != "NONE" else None


def cors_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """`x-amazon-apigateway-cors` has the same camelCase names as the API's own configuration."""
    cors = dict(body.get("x-amazon-apigateway-cors") or {})
    for name in ("allowOrigins", "allowMethods", "allowHeaders", "exposeHeaders"):
        if isinstance(cors.get(name), str):
            cors[name] = [cors[name]]
    # CloudFormation's parameters are text, also where a list of one is empty
    return cors if any(cors.get("allowOrigins") or []) else {}
