//! A developer's own messenger, connected by webhooks of the Standard Webhooks scheme (docs/custom-messenger.md).

use std::ops::RangeInclusive;

use async_trait::async_trait;
use base::error::FieldError;
use base::http_client::Guarded;
use base::i18n::LocalizedText;
use base::verdict::{Report, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{
    Abilities, AfterUnknown, Check, Connector, ContentAbilities, Denied, FeatureAbilities, Field, Input, Outgoing,
    Probe, Settings, Setup, SourceNotice, Support, field,
};
use crate::connector::Kind;
use crate::template::{NewTemplate, TemplateState, TemplateStatus};
pub use api::{ANSWER_WITHIN, new_secret, retired, retry_after, sign, signed};
use api::{NotAnswered, WebhookRequest, target};

mod api;
pub mod check;
mod wire;

/// Name of the secret among a source's credentials.
pub const SECRET: &str = "webhook_secret";
/// The previous secret, while both are valid: see [`retired`].
pub const OLD_SECRET: &str = "webhook_secret_old";

const ABILITIES: Abilities = Abilities {
    content: ContentAbilities::all(Support::Native),
    features: FeatureAbilities::all(Support::Native),
    text_length: None,
    caption_length: None,
    delivered_on_accept: false,
    reports_reading: true,
    after_unknown: AfterUnknown::RepeatMarked,
    window: None,
    requests_per_second: 1000,
    at_once: 8,
};

const FIELDS: &[Field] = &[
    Field::required("webhook_url", Input::Url, "wizard-custom-url").with_hint("wizard-custom-url-hint"),
    Field::optional(WINDOW_SETTING, Input::Hours, "wizard-custom-window").with_hint("wizard-custom-window-hint"),
];
/// Name of the setting by which a developer limits the time for free answers; if absent, there is no limit.
const WINDOW_SETTING: &str = "time_window_seconds";
/// Shortest and longest time for free answers, in seconds: a minute and 30 days.
const WINDOW: RangeInclusive<u32> = 60..=30 * 86_400;

/// The connector of kind `custom`.
pub struct Custom {
    http: Guarded,
}

impl Custom {
    pub fn new(http: Guarded) -> Self {
        Self { http }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CustomSettings {
    webhook_url: Url,
}

/// The time for free answers, as a number or as the text of a form.
fn window_seconds(given: &Value) -> Result<u32, Vec<FieldError>> {
    let seconds = match given {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64().and_then(|seconds| u32::try_from(seconds).ok()),
    };
    seconds.filter(|seconds| WINDOW.contains(seconds)).ok_or_else(|| {
        let said = LocalizedText::new("said-window-seconds");
        let said = said.with("least", *WINDOW.start()).with("most", *WINDOW.end());
        vec![FieldError::new("/settings/time_window_seconds", said)]
    })
}

/// The kind.
pub const KIND: Kind = Kind {
    name: "custom",
    own_server: true,
    vouches_for_numbers: false,
    web_chat: false,
    deep_link: None,
    mark: include_str!("mark.svg"),
};

#[async_trait]
impl Connector for Custom {
    fn kind(&self) -> &'static str {
        KIND.name
    }

    fn pool(&self) -> &'static str {
        "webhooks"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn fields(&self) -> &'static [Field] {
        FIELDS
    }

    /// There is no service to call; returns what is known without a request.
    async fn check_access(&self, settings: &Settings) -> Check {
        let (url, secret) = target(settings).ok_or_else(|| LocalizedText::new("said-webhook-missing"))?;
        self.http.check_reachable(&url).await.map_err(|refused| refused.text())?;
        sign(secret, "", 0, b"").map(|_| None).map_err(|_| LocalizedText::new("said-webhook-secret").into())
    }

    /// Sends `source.test`, which receivers ignore like every unknown type.
    async fn check_webhook(&self, settings: &Settings, probe: &Probe) -> Check {
        let event = wire::event("source.test", probe.now, json!({ "source_id": probe.source_id }), false);
        let tried = self.post(settings, WebhookRequest::of(probe.id, probe.now, &event)).await;
        match tried.report.verdict {
            Verdict::Done(_) => Ok(Some(tried.said)),
            verdict => Err(denied(&verdict, tried.said)),
        }
    }

    fn uses_last_incoming(&self) -> bool {
        false
    }

    fn setup(&self, settings: serde_json::Value) -> Result<Setup, Vec<FieldError>> {
        let mut settings = settings;
        let window = settings.as_object_mut().and_then(|settings| settings.remove(WINDOW_SETTING));
        let seconds = window.filter(|window| !window.is_null()).map(|window| window_seconds(&window)).transpose()?;
        let parsed: CustomSettings = field::read(settings)?;
        self.http
            .check_url(&parsed.webhook_url)
            .map_err(|refused| vec![FieldError::new("/settings/webhook_url", refused.text())])?;
        let mut public = json!({ "webhook_url": parsed.webhook_url });
        if let (Some(seconds), Some(public)) = (seconds, public.as_object_mut()) {
            public.insert(WINDOW_SETTING.to_owned(), seconds.into());
        }
        Ok(Setup { public, secrets: Default::default() })
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        let webhook = WebhookRequest::of(outgoing.id(), outgoing.now, &wire::body(outgoing));
        let webhook = WebhookRequest { words: outgoing.words, ..webhook };
        let report = self.post(settings, webhook).await.report;
        Report { webhook: Some(wire::kind(&outgoing.event)), ..report }
    }

    fn reviews_templates(&self) -> bool {
        true
    }

    /// Sends `template.review`. The decision arrives through the API.
    async fn submit_template(&self, settings: &Settings, template: &NewTemplate) -> Result<TemplateState, Denied> {
        let event = wire::event("template.review", template.now, wire::of_template(template), false);
        let webhook = WebhookRequest::of(template.submission, template.now, &event);
        let AttemptResult { report, said } = self.post(settings, webhook).await;
        match report.verdict {
            Verdict::Done(taken) => Ok(TemplateState {
                id: taken.external_id.unwrap_or_default(),
                status: Some(TemplateStatus::InReview),
                ..TemplateState::default()
            }),
            verdict => Err(denied(&verdict, said)),
        }
    }

    fn takes_notices(&self) -> bool {
        true
    }

    async fn notify(&self, settings: &Settings, notice: &SourceNotice) -> Option<Report> {
        let event = wire::event(notice.kind, notice.now, notice.data.clone(), notice.repeat);
        Some(self.post(settings, WebhookRequest::of(notice.id, notice.now, &event)).await.report)
    }
}

/// Why a receiver did not take what it was sent.
fn denied(verdict: &Verdict, said: LocalizedText) -> Denied {
    match verdict {
        Verdict::Pause => Denied::Access(said),
        Verdict::Bury(_) => Denied::Refused(said),
        _ => Denied::Away(said),
    }
}

/// An attempt, and its description for people who run a test.
struct AttemptResult {
    report: Report,
    said: LocalizedText,
}

impl AttemptResult {
    fn not_done(verdict: Verdict, said: LocalizedText) -> Self {
        Self { report: Report::not_done(verdict, said.to_string()), said }
    }
}

impl Custom {
    /// Posts a signed event and judges the answer.
    async fn post(&self, settings: &Settings, webhook: WebhookRequest) -> AttemptResult {
        let (words, asked_at) = (webhook.words, webhook.timestamp);
        let signed = match webhook.sign(settings) {
            Ok(signed) => signed,
            Err(said) => return AttemptResult::not_done(Verdict::Pause, said),
        };
        match signed.post(&self.http).await {
            Ok(response) => api::judge(response, asked_at, words).await,
            Err(NotAnswered::Refused(refused)) => AttemptResult::not_done(Verdict::Pause, refused.text()),
            Err(NotAnswered::Failed(error)) => api::not_answered(&error),
        }
    }
}
