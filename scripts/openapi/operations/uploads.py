"""Files of the caller's own."""

from plantain.inbox.answers import UploadPlace
from plantain.inbox.upload_request import UploadRequest
from plantain.times import iso
from scripts.openapi.examples import CREATED, S3, UPLOAD
from scripts.openapi.operation import Body, Good, Operation

UPLOAD_WISH = {"contentType": "image/png", "size": 126_109}

ROWS_WISH = {"contentType": "text/csv", "size": 1_204}

PLACE: UploadPlace = {
    "key": UPLOAD,
    "uploadUrl": f"https://your-inbox.{S3}/{UPLOAD}?X-Amz-Signature=0a1b2c",
    "headers": {"Content-Type": "image/png"},
    "uploadExpiresAt": iso(CREATED + 900_000),
}

OPERATIONS = (
    Operation(
        "create_upload",
        "createUpload",
        "Upload an image to work from, or the rows of a batch",
        "Gives a key and a link. PUT the file to the link with the headers given, then name the key: of an "
        "image (up to 30 MB) in `imageInput`, of CSV or JSON Lines (up to 20 MB) as a batch's `key`. Uploads are "
        "yours alone and expire after 7 days.",
        {201: Good("A place for the file.", UploadPlace, PLACE)},
        body=Body((UploadRequest,), {"png": UPLOAD_WISH, "csv": ROWS_WISH}),
        problems="invalid-upload too-many-requests uploading-broke",
    ),
)
