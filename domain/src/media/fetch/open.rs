//! Opens an origin. Addresses, including each redirect, are requested by the guarded client only.

use std::time::Duration;

use base::http_client::is_no_server;
use base::http_client::{FILE_TIMEOUT, refusal};
use connectors::file::{NotOpened, OpenFile};
use futures_util::StreamExt;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use url::Url;
use uuid::Uuid;

use super::super::FileOrigin;
use crate::media::MediaContext;

/// Redirects that are followed.
const HOPS: usize = 5;
/// Time limit of a whole fetch.
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// Errors are our own: the database or a damaged row.
pub(super) async fn open(
    app: &MediaContext,
    tenant_id: Uuid,
    origin: &FileOrigin,
) -> anyhow::Result<Result<OpenFile, NotOpened>> {
    match origin {
        FileOrigin::Url(url) => Ok(call(app, url).await),
        FileOrigin::Connector { source_id, reference } => {
            let source = app.lookup.source(*source_id).await?;
            let Some(source) = source.filter(|source| source.tenant_id == tenant_id && source.deleted_at.is_none())
            else {
                return Ok(Err(NotOpened::Never("source_deleted")));
            };
            let Some(connector) = app.connectors.get(&source.kind) else {
                return Ok(Err(NotOpened::Never("unsupported")));
            };
            let settings = crate::settings::open(app, &source)?;
            Ok(connector.open_media(&settings, reference).await)
        }
    }
}

async fn call(app: &MediaContext, url: &str) -> Result<OpenFile, NotOpened> {
    let mut url = Url::parse(url).map_err(|_| NotOpened::Never("address_refused"))?;
    for _ in 0..=HOPS {
        let request = app.http.guarded().get(&url).map_err(|_| NotOpened::Never("address_refused"))?;
        let request = request.timeout(FILE_TIMEOUT).header(ACCEPT_ENCODING, "identity");
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if refusal(&error).is_some() => return Err(NotOpened::Never("address_refused")),
            Err(error) if is_no_server(&error) => return Err(NotOpened::Gone(unanswered(&error))),
            Err(error) => return Err(later(unanswered(&error), None)),
        };
        if !response.status().is_redirection() {
            return judge(response);
        }
        url = next(&url, &response).ok_or_else(|| NotOpened::Gone("redirect".to_owned()))?;
    }
    Err(NotOpened::Gone("redirect".to_owned()))
}

fn next(url: &Url, response: &Response) -> Option<Url> {
    let to = response.headers().get(LOCATION)?.to_str().ok()?;
    url.join(to).ok()
}

fn judge(response: Response) -> Result<OpenFile, NotOpened> {
    let status = response.status();
    let word = format!("status_{}", status.as_u16());
    match status {
        StatusCode::OK => {}
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            return Err(later(word, asked(response.headers())));
        }
        status if status.is_server_error() => return Err(later(word, asked(response.headers()))),
        StatusCode::NOT_FOUND | StatusCode::GONE => return Err(NotOpened::Gone(word)),
        // A page in place of a file may be a gateway's, which says nothing about the file.
        _ if is_page(&response) => return Err(later(word, asked(response.headers()))),
        _ => return Err(NotOpened::Gone(word)),
    }
    if response.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(NotOpened::Gone("encoded".to_owned()));
    }
    let announced = response.content_length();
    let bytes = response.bytes_stream().map(|chunk| chunk.map_err(|error| unanswered(&error)));
    Ok(OpenFile { announced, bytes: bytes.boxed() })
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// The other side's failure without the address, which the client's errors contain.
fn unanswered(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "unreachable"
    } else {
        "broke_off"
    }
    .to_owned()
}

fn later(reason: String, after: Option<Duration>) -> NotOpened {
    NotOpened::Later { reason, after }
}

fn asked(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST))
}
