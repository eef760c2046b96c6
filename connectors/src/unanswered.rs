//! Errors of calls without an answer.

use std::time::Duration;

use base::http_client;
use base::i18n::LocalizedText;

/// How long nothing is asked for that messages can do without, after a question without an answer.
pub(crate) const UNANSWERED: Duration = Duration::from_secs(30);

/// Why a connection failed. Without the address, which may contain a token.
pub(crate) fn words(error: reqwest::Error) -> LocalizedText {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    http_client::explain_failure(&text)
}
