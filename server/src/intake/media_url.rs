//! Validation of media addresses.

use base::error::{Error, Result};
use base::message::Content;

use crate::intake::IntakeContext;
use crate::media;

/// Rejects an address that could not be fetched: not https, or in a private network (docs/operations.md#files).
pub fn check(app: &IntakeContext, content: &Content) -> Result<()> {
    match content.media().map(|file| file.media_url.as_str()) {
        None | Some("") => Ok(()),
        Some(url) => {
            let checked = media::check_url(app, url).map_err(|detail| Error::field("/content/media_url", detail))?;
            tracing::trace!(host = checked.host_str(), "a file is delivered by its address");
            Ok(())
        }
    }
}
