//! Webhooks to custom messengers: their addresses, each delivery with its attempts, and a check of signatures.

mod deliveries;

use actix_web::web;
use askama::Template;
use base::error::{Error, Result};
use chrono::TimeDelta;
use connectors::custom;
use connectors::kinds::has_own_server;
use domain::delivery::read::webhooks::{self, Delivery, DeliveryFilter};
use domain::settings;
use domain::source::StateReason;
use entity::source;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::choice::SelectOption;
use super::{Answer, AppData, Form, Member, Nav, Notice, PageContext, PanelContext, Right, Tone};
use crate::panel;

pub use deliveries::get;

/// Number of recent deliveries from which an address's state is derived.
const LOOKED_AT: u64 = 20;

struct WebhookRow {
    id: String,
    name: String,
    address: String,
    badge: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "panel/webhooks/list.html")]
struct WebhooksPage {
    page: PageContext,
    rows: Vec<WebhookRow>,
}

/// `GET /panel/webhooks`.
pub async fn list(app: AppData, member: Member) -> Answer {
    member.require(Right::ManageKeys)?;
    let page = member.page("nav-keys", Nav::Keys);
    let mut rows = Vec::new();
    for source in sources(&app, &member).await? {
        let tenant_id = member.tenant_id;
        let (last, _) =
            webhooks::page(app.store.read(), tenant_id, DeliveryFilter::of(source.id), None, LOOKED_AT).await?;
        let state = WebhookState::of(&app, &source, &last).await?;
        let queue = webhooks::queue(app.store.read(), tenant_id, source.id).await?;
        rows.push(WebhookRow {
            id: source.id.to_string(),
            address: address(&source),
            badge: page.badge(state.tone(), page.words.text_of("webhook-state-", state.word())),
            hint: state.hint(&page, queue.waiting),
            name: source.name,
        });
    }
    panel::html(&page, &WebhooksPage { rows, page: page.clone() })
}

/// The account's sources that have webhooks, by name.
async fn sources(app: &PanelContext, member: &Member) -> Result<Vec<source::Model>> {
    let mut all = domain::source::all(&app.sources, member.tenant_id).await?;
    all.retain(|source| has_own_server(&source.kind));
    all.sort_by_key(|source| source.name.to_lowercase());
    Ok(all)
}

/// A live source of the member's account that has webhooks.
async fn find(app: &PanelContext, member: &Member, right: Right, id: &str) -> Result<source::Model> {
    member.require(right)?;
    let id = Uuid::try_parse(id).map_err(|_| Error::NotFound)?;
    let source = domain::source::find(&app.sources, member.tenant_id, id).await?;
    if has_own_server(&source.kind) { Ok(source) } else { Err(Error::NotFound) }
}

/// The address of a source's webhooks; empty if it has none.
fn address(source: &source::Model) -> String {
    let settings: serde_json::Value = serde_json::from_str(&source.settings).unwrap_or_default();
    settings.get("webhook_url").and_then(|url| url.as_str()).unwrap_or_default().to_owned()
}

/// The state of an address, by its last deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WebhookState {
    Untested,
    Working,
    Failing {
        failed: usize,
        total: usize,
    },
    /// Parom paused the source: no answers for a day.
    Suspended,
}

impl WebhookState {
    async fn of(app: &PanelContext, source: &source::Model, last: &[Delivery]) -> Result<Self> {
        if source.paused
            && domain::source::state(&app.sources, source).await?.reason == Some(StateReason::WebhookSuspended)
        {
            return Ok(Self::Suspended);
        }
        Ok(Self::by(last))
    }

    fn by(last: &[Delivery]) -> Self {
        let taken = |delivery: &&Delivery| delivery.attempts.last().is_some_and(|last| last.verdict == "done");
        let failed = last.iter().filter(|delivery| !taken(delivery)).count();
        match (last.len(), failed) {
            (0, _) => Self::Untested,
            (_, 0) => Self::Working,
            (total, failed) => Self::Failing { failed, total },
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Untested => "untested",
            Self::Working => "working",
            Self::Failing { .. } => "failing",
            Self::Suspended => "suspended",
        }
    }

    const fn tone(self) -> &'static str {
        match self {
            Self::Untested => "wait",
            Self::Working => "ok",
            Self::Failing { .. } => "warn",
            Self::Suspended => "bad",
        }
    }

    /// `waiting`: messages that wait for the address.
    fn hint(self, page: &PageContext, waiting: i64) -> String {
        match self {
            Self::Failing { failed, total } => {
                let hint = page.words.text("webhook-state-failing-hint").with("failed", failed).with("total", total);
                let waits = page.words.text("webhook-state-waiting").with("waiting", waiting);
                if waiting > 0 { format!("{hint} {waits}") } else { hint.to_string() }
            }
            Self::Suspended => page.words.text("webhook-state-suspended-hint").to_string(),
            Self::Untested | Self::Working => String::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResendForm {
    /// The attempt that the button belongs to.
    attempt: Option<String>,
}

/// `POST /panel/webhooks/{source_id}/again`.
pub async fn resend(app: AppData, member: Member, id: web::Path<String>, form: Form<ResendForm>) -> Answer {
    let source = find(&app, &member, Right::ManageKeys, &id).await?;
    let wished = form.attempt.as_deref().and_then(|id| Uuid::try_parse(id).ok()).ok_or(Error::NotFound)?;
    let tried = webhooks::one(app.store.read(), source.tenant_id, [source.id], wished).await?;
    let tried = tried.ok_or(Error::NotFound)?;
    let notice = match domain::delivery::dead_letters::resend(&app.delivery, &source, &tried).await {
        Ok(()) => {
            let detail = json!({ "source": source.name, "webhook_id": tried.letter_id });
            member.audit(&app, app.store.write(), "webhook.resent", &source.id.to_string(), detail).await?;
            Notice::done(member.words.text("webhooks-resent"))
        }
        Err(Error::Conflict { .. }) => Notice::of(Tone::Warn, member.words.text("webhooks-not-resent")),
        Err(error) => return Err(error),
    };
    member.see_other(&app, &format!("/panel/webhooks/{}", source.id), notice).await
}

/// Maximum age of a signature: by the scheme, receivers refuse older ones.
const FRESH: TimeDelta = TimeDelta::minutes(5);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignatureForm {
    source: String,
    id: String,
    timestamp: String,
    signature: String,
    body: String,
}

#[derive(Template)]
#[template(path = "panel/webhooks/signature.html")]
struct SignaturePage {
    page: PageContext,
    sources: Vec<SelectOption>,
    fields: SignatureForm,
    /// Tone and sentence; `None` if nothing was checked.
    result: Option<(&'static str, String)>,
}

/// `GET /panel/webhooks/signature`.
pub async fn form(app: AppData, member: Member) -> Answer {
    show(&app, &member, SignatureForm::default(), None).await
}

/// `POST /panel/webhooks/signature`: changes nothing, so it answers with the page itself.
pub async fn check(app: AppData, member: Member, form: Form<SignatureForm>) -> Answer {
    let fields = form.0;
    member.require(Right::ManageKeys)?;
    let all = sources(&app, &member).await?;
    let source = all.iter().find(|source| source.id.to_string() == fields.source);
    let (tone, key) = match source {
        None => ("warn", "signature-no-source"),
        Some(source) => {
            let settings = settings::open(&app, source)?;
            verdict(settings.secrets.get(custom::SECRET), &fields, app.clock.millis() / 1000)
        }
    };
    let said = member.words.text(key).to_string();
    show(&app, &member, fields, Some((tone, said))).await
}

fn verdict(secret: Option<&SecretString>, fields: &SignatureForm, now: i64) -> (&'static str, &'static str) {
    let Some(secret) = secret else { return ("warn", "signature-no-source") };
    let Ok(timestamp) = fields.timestamp.trim().parse::<i64>() else { return ("warn", "signature-bad-timestamp") };
    // Browsers send a form's line breaks as CRLF; our bodies have none.
    let plain = fields.body.replace("\r\n", "\n");
    let given: Vec<&str> = fields.signature.split_whitespace().collect();
    if !given.iter().any(|one| one.starts_with("v1,")) {
        return ("warn", "signature-bad-form");
    }
    let equal = |body: &str| {
        custom::sign(secret, fields.id.trim(), timestamp, body.as_bytes())
            .is_ok_and(|ours| given.iter().any(|one| bool::from(one.as_bytes().ct_eq(ours.as_bytes()))))
    };
    if equal(&plain) || equal(&fields.body) {
        let fresh = (now - timestamp).abs() <= FRESH.num_seconds();
        return if fresh { ("ok", "signature-right") } else { ("ok", "signature-right-old") };
    }
    if equal(plain.trim()) {
        return ("warn", "signature-body-spaces");
    }
    ("bad", "signature-wrong")
}

async fn show(
    app: &PanelContext,
    member: &Member,
    fields: SignatureForm,
    result: Option<(&'static str, String)>,
) -> Answer {
    member.require(Right::ManageKeys)?;
    let page = member.page("webhooks-check-signature", Nav::Keys);
    let all = sources(app, member).await?;
    let sources =
        all.iter().map(|source| SelectOption::new(source.id.to_string(), &source.name, &fields.source)).collect();
    panel::html(&page, &SignaturePage { sources, fields, result, page: page.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_signature_is_distinguished_from_similar_ones() {
        let secret = custom::new_secret();
        let body = r#"{"type":"message.created"}"#;
        let ours = custom::sign(&secret, "msg-1", 1_000, body.as_bytes()).unwrap();
        let fields = SignatureForm {
            id: "msg-1".into(),
            timestamp: "1000".into(),
            signature: format!("v1,AAAA {ours}"),
            body: body.into(),
            ..SignatureForm::default()
        };
        assert_eq!(verdict(Some(&secret), &fields, 1_100).1, "signature-right");
        assert_eq!(verdict(Some(&secret), &fields, 9_000).1, "signature-right-old");
        let spaced = SignatureForm { body: format!(" {body}\r\n"), ..fields.clone() };
        assert_eq!(verdict(Some(&secret), &spaced, 1_100).1, "signature-body-spaces");
        assert_eq!(verdict(Some(&custom::new_secret()), &fields, 1_100).1, "signature-wrong");
        assert_eq!(
            verdict(Some(&secret), &SignatureForm { id: "msg-2".into(), ..fields.clone() }, 1_100).1,
            "signature-wrong"
        );
        assert_eq!(
            verdict(Some(&secret), &SignatureForm { timestamp: "x".into(), ..fields.clone() }, 0).1,
            "signature-bad-timestamp"
        );
        assert_eq!(
            verdict(Some(&secret), &SignatureForm { signature: "abc".into(), ..fields }, 0).1,
            "signature-bad-form"
        );
    }
}
