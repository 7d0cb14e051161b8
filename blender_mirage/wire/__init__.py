"""The contract between the add-on and the inference backend. Standard library and numpy only.

Facts travel as JSON (`codec`), arrays as raw little-endian bytes behind a JSON header (`arrays`), never pickle.
A *bundle* is one message with its arrays. Every response carries the header `X-Mirage-Protocol`.

| request                                | body                          | answer                            |
|----------------------------------------|-------------------------------|-----------------------------------|
| GET    /v1/health                      |                               | Health                            |
| GET    /v1/worlds                      |                               | WorldList                         |
| POST   /v1/worlds                      | NewWorld                      | WorldInfo (201)                   |
| GET    /v1/worlds/{id}                 |                               | WorldInfo                         |
| GET    /v1/worlds/{id}/stats           |                               | WorldStats                        |
| POST   /v1/worlds/{id}/fork            | NewWorld                      | WorldInfo (201)                   |
| DELETE /v1/worlds/{id}                 |                               | 204                               |
| GET    /v1/worlds/{id}/history         |                               | History                           |
| GET    /v1/worlds/{id}/anchors         |                               | AnchorList                        |
| PUT    /v1/worlds/{id}/budget          | Budget                        | WorldStats                        |
| POST   /v1/worlds/{id}/forget          | bundle: ForgetRequest         | Forgotten                         |
| GET    /v1/worlds/{id}/compare/{other} |                               | WorldComparison                   |
| POST   /v1/worlds/{id}/surveys         | bundle: SurveyRequest         | JobStatus (202)                   |
| GET    /v1/surveys/{id}                |                               | Survey                            |
| GET    /v1/surveys/{id}/frames/{index} |                               | image/png: the coverage picture   |
| POST   /v1/worlds/{id}/view            | bundle: ViewRequest           | bundle: ViewInfo                  |
| POST   /v1/worlds/{id}/surface         | bundle: SurfaceRequest        | bundle: SurfaceInfo               |
| POST   /v1/worlds/{id}/missing-meshes  | MeshHashes                    | MeshHashes (those to be sent)     |
| PUT    /v1/meshes/{hash}               | arrays                        | 204                               |
| HEAD   /v1/uploads/{hash}              |                               | 204, UPLOAD_OFFSET: bytes there   |
| PATCH  /v1/uploads/{hash}              | the bytes from there on       | the same; needs UPLOAD_LENGTH too |
| POST   /v1/worlds/{id}/seed-views      | bundle: SeedViewRequest       | JobStatus (202)                   |
| POST   /v1/worlds/{id}/takes           | bundle: TakeRequest           | JobStatus (202)                   |
| GET    /v1/jobs                        |                               | JobList                           |
| GET    /v1/jobs/{id}                   |                               | JobStatus                         |
| GET    /v1/jobs/{id}/events?after=N    |                               | server-sent events: JobEvent      |
| DELETE /v1/jobs/{id}                   |                               | JobStatus (cancel asked)          |
| GET    /v1/takes/{id}                  |                               | TakeInfo                          |
| GET    /v1/takes/{id}/frames/{index}   |                               | image/png                         |
| POST   /v1/takes/{id}/revert?world=ID  |                               | 204: in a fork, where ID says so  |
| POST   /v1/takes/{id}/restore?world=ID |                               | 204                               |
| POST   /v1/takes/{id}/survey           |                               | JobStatus (202): its own request  |
| POST   /v1/release                     |                               | Health                            |

A large body is uploaded in pieces first; the request that it belongs to then has none and names it in UPLOAD_HEADER.
A POST that makes a job and names its take's id in REQUEST_HEADER may be repeated: it makes one job.
Errors are a `Problem` with the HTTP status of its code, everywhere.
"""

PROTOCOL_VERSION = 1
PROTOCOL_HEADER = "X-Mirage-Protocol"
VERSION_HEADER = "X-Mirage-Version"
"""Of the release that answers: what the user knows it by."""

UPLOAD_OFFSET, UPLOAD_LENGTH, UPLOAD_COMPLETE = "Upload-Offset", "Upload-Length", "Upload-Complete"
"""Bytes that are there, bytes of the whole, and whether all is there and right (`?1`, else `?0`)."""
UPLOAD_HEADER = "X-Mirage-Upload"
REQUEST_HEADER = "Idempotency-Key"
"""An id of the client's own making, 32 hexadecimal digits."""
