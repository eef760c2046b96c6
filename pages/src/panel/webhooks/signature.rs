//! "Check a signature": a developer pastes a received webhook; the page shows whether it is ours, and if not, what
//! differs.

use askama::Template;
use chrono::TimeDelta;
use connectors::custom;
use domain::settings;
use secrecy::SecretString;
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::sources;
use crate::panel::PanelContext;
use crate::panel::choice::SelectOption;
use crate::panel::{self, Answer, AppData, Form, Member, Nav, PageContext, Right};

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
