"""Fault: a bucket policy that denies what does not come over TLS denies everything: loopback is plain http.

Not ministack's mistake, but without this the template's own bucket policy could not be used locally.
Seam: app.pin_request_origin(source_ip, secure_transport), which notes what aws:SecureTransport will say.
Delete this when the emulator is served over https.
"""

from local.aws.mends.seam import Function, LambdaHost, replace


def mend(_host: LambdaHost) -> None:
    def make(original: Function) -> Function:
        return lambda source_ip, _secure_transport: original(source_ip, True)

    replace("app", "pin_request_origin", make)
