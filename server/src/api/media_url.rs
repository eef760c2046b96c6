//! Addresses of files that others name.

use base::error::{Error, Result};
use base::message::Content;

use crate::app::App;
use crate::media;

/// Refuses a file's address that could not be fetched: not https, or into a private network (docs/operations.md#files).
pub fn check(app: &App, content: &Content) -> Result<()> {
    match content.media().map(|file| file.media_url.as_str()) {
        None | Some("") => Ok(()),
        Some(url) => {
            let checked = media::check_url(app, url).map_err(|said| Error::field("/content/media_url", said))?;
            tracing::trace!(host = checked.host_str(), "a file is named by its address");
            Ok(())
        }
    }
}
