//! Validation of media addresses.

use base::error::{Error, Result};
use base::message::Content;
use url::Url;

use crate::intake::IntakeContext;
use crate::media;

/// Rejects an address that could not be fetched (docs/operations.md#files); a name with plain http is looked up.
pub async fn check_now(app: &IntakeContext, content: &Content) -> Result<()> {
    check(app, content)?;
    let url = content.media().and_then(|file| Url::parse(&file.media_url).ok());
    let Some(url) = url else { return Ok(()) };
    let checked = app.http.guarded().check_reachable(&url).await;
    checked.map_err(|refused| Error::field("/content/media_url", refused.text()))
}

/// The same without a look-up, which decides when the file is fetched: not https, or in a private network.
pub fn check(app: &IntakeContext, content: &Content) -> Result<()> {
    match content.media().map(|file| file.media_url.as_str()) {
        None | Some("") => Ok(()),
        Some(url) => {
            let checked =
                media::check_url(&app.files, url).map_err(|detail| Error::field("/content/media_url", detail))?;
            tracing::trace!(host = checked.host_str(), "a file is delivered by its address");
            Ok(())
        }
    }
}
