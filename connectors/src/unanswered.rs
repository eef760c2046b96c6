//! Errors of calls without an answer.

use base::http_client::reason;
use base::i18n::LocalizedText;

/// Why a connection failed. Without the address, which may contain a token.
pub(crate) fn words(error: reqwest::Error) -> LocalizedText {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    reason::explain(&text)
}
