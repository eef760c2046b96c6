//! The signed POST, used by messages, tests and `parom connector check` alike.

use std::time::Duration;

use base::http_client::{Guarded, UrlRefused, send_to_tenant};
use base::i18n::{LocalizedText, Words};
use reqwest::Response;
use secrecy::SecretString;
use url::Url;

use super::{SECRET, sign};
use crate::Settings;

/// Time limit for the answer; a 2xx within it means accepted.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What is posted. `words`: the language in which refusals are explained.
pub(super) struct WebhookRequest {
    pub id: String,
    pub timestamp: i64,
    pub body: String,
    pub words: Words,
}

/// A signed webhook, ready to send. Unsigned ones exist only for checks.
pub(super) struct Signed {
    pub url: Url,
    pub id: String,
    pub timestamp: i64,
    pub signature: String,
    pub body: String,
}

/// Why there is no answer.
pub(super) enum NotAnswered {
    /// The address must not be called.
    Refused(UrlRefused),
    Failed(reqwest::Error),
}

impl WebhookRequest {
    /// Signs it with the source's secret. The error names what the source lacks.
    pub fn sign(self, settings: &Settings) -> Result<Signed, LocalizedText> {
        let Self { id, timestamp, body, .. } = self;
        let (url, secret) = target(settings).ok_or_else(|| LocalizedText::new("said-webhook-missing"))?;
        let signature = sign::signatures(settings, secret, &id, timestamp, body.as_bytes());
        let signature = signature.map_err(|_| LocalizedText::new("said-webhook-secret"))?;
        Ok(Signed { url, id, timestamp, signature, body })
    }
}

impl Signed {
    /// Sends it, once.
    pub async fn post(self, http: &Guarded) -> Result<Response, NotAnswered> {
        let request = http.post(&self.url).map_err(NotAnswered::Refused)?.timeout(ANSWER_WITHIN);
        let request = sign::unsigned(request, (&self.id, self.timestamp), self.body);
        let request = match self.signature {
            none if none.is_empty() => request,
            signature => request.header("webhook-signature", signature),
        };
        send_to_tenant(request).await.map_err(NotAnswered::Failed)
    }
}

/// The target address and the signing secret.
pub(super) fn target(settings: &Settings) -> Option<(Url, &SecretString)> {
    let url = settings.public.get("webhook_url").and_then(|url| url.as_str()).and_then(|url| Url::parse(url).ok());
    url.zip(settings.secrets.get(SECRET))
}
